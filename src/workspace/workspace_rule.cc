// Rules over every file of a store: compiled once for each grammar, run by several threads,
// answered in the order of paths, then of rules.
#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "query/code_rule.h"
#include "query/suppression.h"
#include "workspace/fragment_parser.h"
#include "workspace/language_table.h"
#include "workspace/path_glob.h"
#include "workspace/tree_search.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

// A glob as ast-grep reads it, where '*' goes on over '/' and the whole path is meant.
std::string whole_path_glob(std::string_view glob) {
  while (glob.starts_with("./")) {
    glob.remove_prefix(2);
  }
  std::string out = "/";
  for (std::size_t i = 0; i < glob.size(); ++i) {
    const bool single = glob[i] == '*' && (i == 0 || glob[i - 1] != '*') &&
                        (i + 1 == glob.size() || glob[i + 1] != '*');
    out += glob[i];
    if (single) out += '*';
  }
  return out;
}

// The files that a rule is for.
class RuleFiles {
 public:
  static Result<RuleFiles> make(const RuleInfo& info) {
    RuleFiles made;
    made.only_files_ = !info.files.empty();
    COPSE_TRY_STATUS(compile(info.files, made.files_));
    COPSE_TRY_STATUS(compile(info.ignores, made.ignores_));
    return made;
  }

  bool takes(std::string_view path) const {
    const auto matches = [path](const PathGlob& glob) { return glob.matches(path); };
    if (std::any_of(ignores_.begin(), ignores_.end(), matches)) return false;
    return !only_files_ || std::any_of(files_.begin(), files_.end(), matches);
  }

 private:
  static Status compile(const std::vector<std::string>& globs, std::vector<PathGlob>& out) {
    for (const std::string& text : globs) {
      COPSE_TRY(PathGlob glob, PathGlob::compile(whole_path_glob(text)));
      out.push_back(std::move(glob));
    }
    return success();
  }

  std::vector<PathGlob> files_;
  std::vector<PathGlob> ignores_;
  bool only_files_ = false;
};

// One rule for one grammar.
struct CompiledRule {
  std::uint32_t index = 0;  // in the set
  bool from_yaml = false;
  CodeRule rule;
};

class CompiledRules {
 public:
  CompiledRules(Workspace::Impl& impl, const RuleSet& set, const RuleRequest& request)
      : impl_(impl), set_(set), parser_(request.grammar_path, request.parse_command) {}

  Status compile();
  // Null when no rule is for files of that grammar.
  const std::vector<CompiledRule>* find(const SharedId& grammar) const {
    const auto found = rules_.find(grammar);
    return found == rules_.end() ? nullptr : &found->second;
  }
  const RuleInfo& info(std::uint32_t rule) const { return set_.info(rule); }
  bool takes(std::uint32_t rule, std::string_view path) const { return files_[rule].takes(path); }
  // The rules, ascending, that have a pattern with a syntax error.
  const std::set<std::size_t>& with_syntax_error() const { return with_syntax_error_; }
  // Why files of that grammar cannot be searched; empty when they can.
  std::string obstacle(const SharedId& grammar) const {
    const auto found = obstacles_.find(grammar);
    return found == obstacles_.end() ? std::string() : found->second;
  }

 private:
  Status compile_for(const std::string& language, const std::set<SharedId>& grammars,
                     std::uint32_t index);
  Status add(const std::string& language, const std::shared_ptr<const Grammar>& grammar,
             std::uint32_t index, std::vector<CompiledRule>& rules);

  Workspace::Impl& impl_;
  const RuleSet& set_;
  FragmentParser parser_;
  std::vector<RuleFiles> files_;
  std::map<SharedId, std::vector<CompiledRule>> rules_;
  std::map<SharedId, std::string> obstacles_;
  std::set<std::size_t> with_syntax_error_;
};

Status CompiledRules::compile() {
  std::map<std::string, std::set<SharedId>> grammars;
  for (std::size_t i = 0; i < impl_.store.file_count(); ++i) {
    const FileRecord record = impl_.store.file(i);
    if (record.tree) grammars[record.language].insert(record.grammar);
  }
  for (std::uint32_t i = 0; i < set_.size(); ++i) {
    const RuleInfo& info = set_.info(i);
    COPSE_TRY(RuleFiles files, RuleFiles::make(info));
    files_.push_back(std::move(files));
    if (info.severity == "off") continue;
    const std::string language = impl_.language_id(info.language);
    // It becomes part of a path.
    if (language.empty() || language.find('/') != std::string::npos) {
      return Error(ErrorCode::InvalidArgument, "`" + language + "` is no language");
    }
    COPSE_TRY_STATUS(compile_for(language, grammars[language], i));
  }
  return success();
}

Status CompiledRules::compile_for(const std::string& language, const std::set<SharedId>& grammars,
                                  std::uint32_t index) {
  if (grammars.empty()) {
    // Without files there is nothing to find, but a rule that is none is still an error.
    auto grammar = parser_.grammar(language);
    if (!grammar.ok()) return std::move(grammar).take_error();
    std::vector<CompiledRule> unused;
    return add(language, grammar.value(), index, unused);
  }
  std::optional<Error> refused;
  bool compiled = false;
  for (const SharedId& id : grammars) {
    auto grammar = impl_.objects.grammar(id);
    const Status added =
        grammar.ok() ? add(language, grammar.value(), index, rules_[id]) : Status(grammar.error());
    if (added.ok()) {
      compiled = true;
      continue;
    }
    if (added.error().code() == ErrorCode::InvalidArgument) return added.error();
    obstacles_[id] = added.error().message();
    refused = added.error();
  }
  // An older grammar leaves some files out; where none is left, that is the answer.
  if (!compiled && refused) return *refused;
  return success();
}

Status CompiledRules::add(const std::string& language,
                          const std::shared_ptr<const Grammar>& grammar, std::uint32_t index,
                          std::vector<CompiledRule>& rules) {
  const RuleDocument& document = set_.document(index);
  std::vector<std::shared_ptr<const TreeData>> parsed;
  for (const std::string& fragment : CodeRule::fragments(document, language)) {
    COPSE_TRY(auto tree, parser_.parse(language, grammar, fragment));
    parsed.push_back(std::move(tree));
  }
  COPSE_TRY(CodeRule rule, CodeRule::compile(Language(grammar), document, parsed));
  if (rule.has_error()) with_syntax_error_.insert(index);
  rules.push_back({index, !document.source_name.empty(), std::move(rule)});
  return success();
}

// Whether a comment of the file switches a match off; asked of rules that were read from YAML.
class IgnoreComments {
 public:
  bool cover(const Tree& tree, const RuleInfo& rule, const Match& match) {
    if (!comments_) comments_ = Suppressions::of(tree);
    return !comments_->empty() &&
           comments_->covers(rule.id, match.captures->front().node.start_point().row);
  }

 private:
  std::optional<Suppressions> comments_;
};

class RuleTreeSearcher : public TreeSearcher {
 public:
  RuleTreeSearcher(const CompiledRules& all, const std::vector<CompiledRule>& rules)
      : all_(all), rules_(rules) {}

  bool begin(const ScannedTree& tree, const FileRecord& record) override {
    tree_ = tree.data;
    fault_ = success();
    candidates_.clear();
    for (const CompiledRule& rule : rules_) {
      const bool can = all_.takes(rule.index, record.path) &&
                       rule.rule.may_match(tree.nodes, tree.data->node_count());
      if (can) candidates_.push_back(&rule);
    }
    return !candidates_.empty();
  }

  void search(const std::function<bool(const Match&)>& visit) override {
    const Tree tree(tree_);
    IgnoreComments comments;
    bool more = true;
    for (const CompiledRule* rule : candidates_) {
      const Status found = rule->rule.matches(tree, [&](const Match& match) {
        if (rule->from_yaml && comments.cover(tree, all_.info(rule->index), match)) return true;
        more = visit({rule->index, match.captures});
        return more;
      });
      if (!found.ok()) fault_ = found.error();
      if (!found.ok() || !more) return;
    }
  }

  std::uint64_t count(std::uint64_t limit) override {
    std::uint64_t count = 0;
    search([&](const Match& /*match*/) { return ++count < limit; });
    return count;
  }

  // The matcher scans by itself.
  std::uint64_t nodes_entered() const override { return tree_->node_count(); }
  Status fault() const override { return fault_.ok() ? success() : Status(Error(fault_.error())); }
  bool did_exceed_match_limit() const override { return false; }

 private:
  const CompiledRules& all_;
  const std::vector<CompiledRule>& rules_;
  std::shared_ptr<const TreeData> tree_;
  std::vector<const CompiledRule*> candidates_;
  Status fault_ = success();
};

// The rules of one grammar.
class RuleSearch : public CompiledSearch {
 public:
  RuleSearch(const CompiledRules& all, const std::vector<CompiledRule>& rules)
      : all_(all), rules_(rules) {
    for (const CompiledRule& rule : rules) {
      by_index_.emplace(rule.index, &rule.rule);
      const std::vector<TreeNeeds::Conjunction>& needs = rule.rule.needs().alternatives;
      has_needs_ = has_needs_ && !needs.empty();
      needs_.alternatives.insert(needs_.alternatives.end(), needs.begin(), needs.end());
    }
    if (!has_needs_) needs_.alternatives.clear();
  }

  std::unique_ptr<TreeSearcher> searcher() const override {
    return std::make_unique<RuleTreeSearcher>(all_, rules_);
  }
  const std::vector<std::string>& capture_names(std::uint32_t pattern) const override {
    return rule(pattern)->capture_names();
  }
  // Null when that rule is for files of other grammars.
  const CodeRule* rule(std::uint32_t pattern) const {
    const auto found = by_index_.find(pattern);
    return found == by_index_.end() ? nullptr : found->second;
  }
  const Query* query() const override { return nullptr; }
  const TreeNeeds& needs() const override { return needs_; }

 private:
  const CompiledRules& all_;
  const std::vector<CompiledRule>& rules_;
  std::map<std::uint32_t, const CodeRule*> by_index_;
  bool has_needs_ = true;
  TreeNeeds needs_;
};

}  // namespace

Result<RuleReport> Workspace::search_rule(
    const RuleSet& rules, const RuleRequest& request,
    const std::function<bool(const RuleMatch&)>& visit) const {
  const Store& store = impl_->store;
  std::optional<PathGlob> glob;
  if (request.path_glob) {
    COPSE_TRY(glob, PathGlob::compile(*request.path_glob));
  }
  CompiledRules compiled(*impl_, rules, request);
  COPSE_TRY_STATUS(compiled.compile());
  RuleReport report;
  report.with_syntax_error.assign(compiled.with_syntax_error().begin(),
                                  compiled.with_syntax_error().end());
  const Status complete = store.check_complete();
  if (!complete.ok()) report.unreadable.push_back({"catalogue", complete.error().message()});
  SearchRequest search;
  std::vector<SharedId> grammar_of;
  std::map<SharedId, std::shared_ptr<const RuleSearch>> searches;
  for (std::size_t i = 0; i < store.file_count() && request.limit > 0; ++i) {
    const FileRecord record = store.file(i);
    const std::vector<CompiledRule>* const of_grammar = compiled.find(record.grammar);
    if (!record.tree || of_grammar == nullptr) continue;
    if (glob && !glob->matches(record.path)) continue;
    const std::string obstacle = compiled.obstacle(record.grammar);
    if (!obstacle.empty()) {
      report.unreadable.push_back({record.path, obstacle});
      continue;
    }
    search.files.push_back(i);
    grammar_of.push_back(record.grammar);
    std::shared_ptr<const RuleSearch>& made = searches[record.grammar];
    if (made == nullptr) made = std::make_shared<RuleSearch>(compiled, *of_grammar);
    search.searches[record.grammar] = made;
  }
  search.limit = request.limit;
  search.jobs = request.jobs;
  search.stop = request.stop;
  QueryReport found;
  leave_out_files(*impl_, true, grammar_of, search, found.plan);
  // A match names its rule by its index, which tells nothing about the grammar.
  const auto is_list = [&](const FileMatch& match) -> const std::vector<bool>* {
    for (const auto& [grammar, of_grammar] : searches) {
      const CodeRule* const rule = of_grammar->rule(match.match->pattern);
      if (rule != nullptr && &rule->capture_names() == match.capture_names) {
        return &rule->capture_is_list();
      }
    }
    return nullptr;
  };
  const std::function<bool(const FileMatch&)> pass_on = [&](const FileMatch& match) {
    return visit({match.path, match.language, &rules.info(match.match->pattern),
                  match.capture_names, is_list(match), match.match});
  };
  COPSE_TRY_STATUS(
      TreeSearch(*impl_, search, {SearchOutput::Mode::Visit, &pass_on, nullptr}).run(found));
  report.files = found.plan.files_asked_for;
  report.matches = found.matches;
  std::move(found.unreadable.begin(), found.unreadable.end(),
            std::back_inserter(report.unreadable));
  return report;
}

}  // namespace copse
