// What both engines look at: languages with tree-sitter's own parser, and sources parsed by it,
// each as the parser's tree and as copse's.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <dlfcn.h>

#include "copse/query.h"

#include "core/check.h"
#include "syntax/lazy_nodes.h"
#include "syntax/model_trainer.h"
#include "syntax/tree_codec.h"
#include "syntax/tree_data.h"
#include "syntax/ts_adapter.h"

namespace copse::query_differential {

inline const std::filesystem::path kDataDir =
    std::filesystem::path(COPSE_TEST_DATA_DIR) / "queries";

// Which of copse's trees a query runs over: one with the loaded grammar, one with the grammar as a
// store keeps it, one that makes its nodes as they are asked for.
enum class Side : std::uint8_t { Live, Stored, Lazy };
inline constexpr Side kAllSides[] = {Side::Live, Side::Stored, Side::Lazy};

inline std::string_view name_of(Side side) {
  return side == Side::Live ? "live" : side == Side::Stored ? "stored" : "lazy";
}

// A language on both sides.
struct TestedLanguage {
  std::string id;
  std::string sample;  // the source that tests have of it
  const TSLanguage* real = nullptr;
  std::shared_ptr<const Grammar> live;
  std::shared_ptr<const Grammar> stored;
  std::shared_ptr<const TreeModel> model;  // learnt from the sample; of the stored grammar
};

struct FreeTree {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
struct FreeParser {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};
using RealTree = std::unique_ptr<TSTree, FreeTree>;

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  COPSE_CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

// Null when the parser needs too long: there are sources that its recovery from errors loses itself
// in for minutes.
inline RealTree parse(const TSLanguage* language, const std::string& source) {
  constexpr std::uint32_t patience = 100000;  // a call each hundred steps or so
  const std::unique_ptr<TSParser, FreeParser> parser(ts_parser_new());
  COPSE_CHECK(ts_parser_set_language(parser.get(), language));
  std::uint32_t calls = 0;
  const TSInput input{const_cast<std::string*>(&source),  // NOLINT: only read
                      [](void* payload, std::uint32_t byte, TSPoint, std::uint32_t* size) {
                        const auto& text = *static_cast<const std::string*>(payload);
                        *size =
                            byte < text.size() ? static_cast<std::uint32_t>(text.size() - byte) : 0;
                        return text.data() + (*size > 0 ? byte : 0);
                      },
                      TSInputEncodingUTF8, nullptr};
  const TSParseOptions options{&calls, [](TSParseState* state) {
                                 return ++*static_cast<std::uint32_t*>(state->payload) > patience;
                               }};
  return RealTree(ts_parser_parse_with_options(parser.get(), nullptr, input, options));
}

inline FlatTree flatten(const TSTree* tree) {
  CopseFlatBuffer buffer{};
  COPSE_CHECK(copse_flatten(tree, &buffer) == CopseFlattenOk);
  FlatTree flat;
  flat.nodes.assign(buffer.nodes, buffer.nodes + buffer.node_count);
  flat.error_leaves.assign(buffer.error_leaves, buffer.error_leaves + buffer.error_leaf_count);
  flat.faults.assign(buffer.faults, buffer.faults + buffer.fault_count);
  flat.visible_count = buffer.visible_count;
  copse_flat_buffer_free(&buffer);
  return flat;
}

struct Sample {
  std::string_view id;
  std::string_view file;
};

inline constexpr Sample kSamples[] = {
    {"bash", "bash.sh"},
    {"c", "c.c"},
    {"c_sharp", "c_sharp.cs"},
    {"cpp", "cpp.cpp"},
    {"css", "css.css"},
    {"go", "go.go"},
    {"html", "html.html"},
    {"java", "java.java"},
    {"javascript", "javascript.js"},
    {"json", "json.json"},
    {"php", "php.php"},
    {"python", "python.py"},
    {"ruby", "ruby.rb"},
    {"rust", "rust.rs"},
    {"tsx", "tsx.tsx"},
    {"typescript", "typescript.ts"},
};

inline TestedLanguage load_language(const Sample& sample) {
  TestedLanguage language;
  language.id = sample.id;
  language.sample = read_file(kDataDir / "sources" / sample.file);
  const std::string path = std::string(COPSE_TEST_GRAMMAR_DIR) + "/" + language.id + ".so";
  void* object = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  COPSE_CHECK(object != nullptr);
  language.real = reinterpret_cast<const TSLanguage* (*)()>(
      dlsym(object, ("tree_sitter_" + language.id).c_str()))();
  language.live = Grammar::from_language(language.real, language.id).value();
  language.stored = Grammar::from_snapshot(language.live->snapshot()).value();
  ModelTrainer trainer(language.stored);
  trainer.add(flatten(parse(language.real, language.sample).get()), language.sample);
  language.model = trainer.train();
  return language;
}

// Loaded once for all tests of a program; in the order of kSamples.
inline const std::vector<TestedLanguage>& languages() {
  static const std::vector<TestedLanguage> kAll = [] {
    std::vector<TestedLanguage> made;
    for (const Sample& sample : kSamples)
      made.push_back(load_language(sample));
    return made;
  }();
  return kAll;
}

inline const TestedLanguage& language(std::string_view id) {
  for (const TestedLanguage& found : languages()) {
    if (found.id == id) return found;
  }
  COPSE_CHECK(false);
  std::abort();
}

// One source in one language, parsed once and seen from all sides.
class Subject {
 public:
  Subject(const TestedLanguage& language, std::string name, std::string source)
      : language_(&language),
        name_(std::move(name)),
        source_(std::move(source)),
        real_tree_(parse(language.real, source_)) {
    if (real_tree_ == nullptr) return;
    FlatTree flat = flatten(real_tree_.get());
    visible_count_ = flat.visible_count;
    stored_ = make_tree_data(language.stored, source_, flat);
    live_ = make_tree_data(language.live, source_, std::move(flat));
    number_real_nodes();
  }

  // Whether the parser came to an end; nothing else may be asked otherwise.
  bool is_parsed() const { return real_tree_ != nullptr; }
  const TestedLanguage& language() const { return *language_; }
  const std::string& name() const { return name_; }
  const std::string& source() const { return source_; }
  TSNode root() const { return ts_tree_root_node(real_tree_.get()); }

  // A lazy one is new at each call: none of its nodes are there.
  Tree tree(Side side) const {
    if (side != Side::Lazy) return Tree(side == Side::Live ? live_ : stored_);
    if (bytes_ == nullptr) {
      bytes_ = std::make_shared<Bytes>(encode_tree(*language_->model, stored_->flat(), source_,
                                                   {TreeForm::Small, kLazyBlockNodes}));
    }
    auto lazy = LazyNodes::open(language_->model, *bytes_, bytes_, source_, nullptr, source_.size(),
                                kTreeNodesMax);
    COPSE_CHECK(lazy.ok());
    return Tree(make_lazy_tree_data(language_->stored, std::move(lazy).value(), visible_count_));
  }

  // A node's rank in preorder among the visible ones: its identity, in tree-sitter's tree and in
  // ours. UINT32_MAX for what is not visible.
  std::uint32_t rank(TSNode node) const {
    const auto found = real_ranks_.find(node.id);
    return found == real_ranks_.end() ? UINT32_MAX : found->second;
  }
  std::uint32_t rank(const Node& node) const {
    const VisibleRank& ranks = live_->visible_rank();
    const bool visible = node.index() == 0 || ranks.is_visible(node.index());
    return visible ? ranks.count_before(node.index()) : UINT32_MAX;
  }

 private:
  static constexpr std::uint32_t kLazyBlockNodes = 64;

  void number_real_nodes() {
    TSTreeCursor cursor = ts_tree_cursor_new(root());
    for (bool more = true; more;) {
      real_ranks_.emplace(ts_tree_cursor_current_node(&cursor).id, real_ranks_.size());
      if (ts_tree_cursor_goto_first_child(&cursor)) continue;
      while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
        more = ts_tree_cursor_goto_parent(&cursor);
        if (!more) break;
      }
    }
    ts_tree_cursor_delete(&cursor);
  }

  const TestedLanguage* language_;
  std::string name_;
  std::string source_;
  RealTree real_tree_;
  std::uint32_t visible_count_ = 0;
  mutable std::shared_ptr<Bytes> bytes_;  // made when a lazy tree is first asked for
  std::shared_ptr<const TreeData> live_;
  std::shared_ptr<const TreeData> stored_;
  std::unordered_map<const void*, std::uint32_t> real_ranks_;
};

}  // namespace copse::query_differential
