// The lane that parses on the calling thread.
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "core/check.h"
#include "postings/document_facts.h"
#include "syntax/model_trainer.h"
#include "syntax/tree_parser.h"
#include "workspace/grammar_library.h"
#include "workspace/parse_lane.h"
#include "workspace/symbol_collector.h"

namespace copse {
namespace {

class ThreadLane final : public ParseLane {
 public:
  ThreadLane(const Clock& clock, const ParseLimits& limits, TreePhases phases)
      : clock_(clock), limits_(limits), phases_(phases) {}

  Result<std::shared_ptr<const Grammar>> load(const std::string& language,
                                              const std::string& library_path) override {
    COPSE_TRY(GrammarLibrary library, GrammarLibrary::load(library_path, language));
    auto parser = Parser::create(library.language());
    if (!parser.ok()) return std::move(parser).take_error().with_context(library_path);
    std::shared_ptr<const Grammar> grammar = library.grammar();
    std::optional<TagsQuery> tags;
    const auto text = TagsText::beside(real_file_system(), library_path, language);
    if (text.ok() && !text.value().tags.empty()) {
      auto query = TagsQuery::compile(Language(grammar), text.value());
      if (query.ok()) tags = std::move(query).value();
    }
    loaded_.insert_or_assign(language,
                             Loaded{std::move(parser).value(), grammar, base_model(grammar),
                                    FactCollector(grammar), std::move(tags)});
    return grammar;
  }

  Status set_model(const std::string& language,
                   const std::shared_ptr<const TreeModel>& model) override {
    const auto found = loaded_.find(language);
    COPSE_CHECK(found != loaded_.end());
    found->second.model = model;
    return success();
  }

  Result<PreparedTree> prepare(const std::string& language, std::string_view source) override {
    const auto found = loaded_.find(language);
    COPSE_CHECK(found != loaded_.end());
    Loaded& loaded = found->second;
    COPSE_TRY(FlatTree tree, loaded.parser.parse(source, time_limit()));
    COPSE_TRY(PreparedTree prepared,
              prepare_tree(*loaded.model, tree, source, {.phases = phases_}));
    prepared.facts = write_facts(loaded.facts.collect(tree.nodes, source));
    if (loaded.tags) {
      const Tree whole(make_tree_data(loaded.grammar, std::string(source), std::move(tree)));
      const auto symbols = loaded.tags->collect(whole);
      // A file without symbols here is searched in its tree later.
      if (symbols.ok()) prepared.symbols = encode_symbols(symbols.value());
    }
    return prepared;
  }

  Result<TreeComparison> compare(const std::string& language, std::string_view source,
                                 const PreparedTree& stored) override {
    const auto found = loaded_.find(language);
    COPSE_CHECK(found != loaded_.end());
    const TreeModel& model = *found->second.model;
    COPSE_TRY(FlatTree flat,
              unpack_tree(model, source, static_cast<std::uint8_t>(stored.frame.codec),
                          stored.frame.bytes, stored.frame.raw_bytes, stored.nodes));
    const auto tree = make_tree_data(found->second.grammar, std::string(source), std::move(flat));
    COPSE_TRY(const Parser::TreePointer fresh,
              found->second.parser.parse_tree(source, time_limit()));
    COPSE_TRY(const FlatTree whole, flatten(fresh.get()));
    TreeComparison comparison = compare_with_tree_sitter(fresh.get(), *tree);
    compare_hidden_facts(whole, {stored.nodes, stored.visible_nodes}, *tree, comparison);
    return comparison;
  }

  void abort() override { aborted_.store(true, std::memory_order_relaxed); }

 private:
  std::function<bool()> time_limit() const {
    const std::int64_t deadline =
        clock_.monotonic_ns() + static_cast<std::int64_t>(limits_.timeout_s * 1e9);
    return [this, deadline] {
      return !aborted_.load(std::memory_order_relaxed) && clock_.monotonic_ns() < deadline;
    };
  }

  struct Loaded {
    Parser parser;
    std::shared_ptr<const Grammar> grammar;
    std::shared_ptr<const TreeModel> model;
    FactCollector facts;
    std::optional<TagsQuery> tags;  // none when the grammar has none, or none that compiles
  };

  const Clock& clock_;
  ParseLimits limits_;
  TreePhases phases_;
  std::atomic<bool> aborted_ = false;
  std::map<std::string, Loaded> loaded_;
};

}  // namespace

std::shared_ptr<const TreeModel> base_model(const std::shared_ptr<const Grammar>& grammar) {
  return ModelTrainer(grammar).train();
}

std::unique_ptr<ParseLane> make_thread_lane(const Clock& clock, const ParseLimits& limits,
                                            TreePhases phases) {
  return std::make_unique<ThreadLane>(clock, limits, phases);
}

}  // namespace copse
