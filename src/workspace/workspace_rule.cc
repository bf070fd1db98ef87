// Rules over every file of a store: compiled once for each grammar, run by several threads,
// answered in the order of paths, then of rules.
#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "query/code_rule.h"
#include "query/suppression.h"
#include "workspace/fragment_parser.h"
#include "workspace/language_table.h"
#include "workspace/path_glob.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

// Files whose matches may wait for their turn.
constexpr std::size_t kOpenFilesPerThread = 4;

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

// The matches of one file, kept until it is the file's turn.
struct FileMatches {
  struct Stored {
    const CompiledRule* rule;
    std::size_t first_capture;
    std::size_t capture_count;
  };

  Status status = success();
  std::shared_ptr<const TreeData> tree;  // what the captures' nodes are views of
  std::vector<Stored> matches;
  std::vector<Capture> captures;
};

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

FileMatches search_file(Workspace::Impl& impl, const FileRecord& record, const CompiledRules& rules,
                        std::uint64_t limit, const std::atomic<bool>& ended) {
  FileMatches found;
  const std::string obstacle = rules.obstacle(record.grammar);
  if (!obstacle.empty()) {
    found.status = Error(ErrorCode::Unsupported, obstacle);
    return found;
  }
  IgnoreComments comments;
  for (const CompiledRule& rule : *rules.find(record.grammar)) {
    if (!rules.takes(rule.index, record.path)) continue;
    if (found.tree == nullptr) {
      auto data = impl.read_tree(record);
      if (!data.ok()) {
        found.status = std::move(data).take_error();
        return found;
      }
      found.tree = std::move(data).value();
    }
    const Tree tree(found.tree);
    found.status = rule.rule.matches(tree, [&](const Match& match) {
      if (rule.from_yaml && comments.cover(tree, rules.info(rule.index), match)) return true;
      found.matches.push_back({&rule, found.captures.size(), match.captures->size()});
      found.captures.insert(found.captures.end(), match.captures->begin(), match.captures->end());
      return found.matches.size() < limit && !ended.load(std::memory_order_relaxed);
    });
    if (!found.status.ok() || found.matches.size() >= limit) break;
  }
  return found;
}

// Messages about a file name it; beside its path they need not.
std::string without_path(const std::string& message, const std::string& path) {
  return message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message;
}

bool deliver(const FileMatches& found, const FileRecord& record, const RuleSet& set,
             std::uint64_t limit, const std::function<bool(const RuleMatch&)>& visit,
             RuleReport& report) {
  std::vector<Capture> captures;
  for (const FileMatches::Stored& stored : found.matches) {
    const auto first = found.captures.begin() + static_cast<std::ptrdiff_t>(stored.first_capture);
    captures.assign(first, first + static_cast<std::ptrdiff_t>(stored.capture_count));
    const Match match{stored.rule->index, &captures};
    ++report.matches;
    if (!visit({record.path, record.language, &set.info(stored.rule->index),
                &stored.rule->rule.capture_names(), &stored.rule->rule.capture_is_list(),
                &match})) {
      return false;
    }
    if (report.matches == limit) return false;
  }
  return true;
}

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
  std::vector<std::size_t> files;
  for (std::size_t i = 0; i < store.file_count() && request.limit > 0; ++i) {
    const FileRecord record = store.file(i);
    if (!record.tree || compiled.find(record.grammar) == nullptr) continue;
    if (!glob || glob->matches(record.path)) files.push_back(i);
  }
  ParallelOptions parallel;
  parallel.threads = thread_count(request.jobs);
  parallel.window = parallel.threads * kOpenFilesPerThread;
  parallel.stop = request.stop;
  std::atomic<bool> ended = false;
  parallel.cut_short = [&] { ended = true; };
  const bool whole = parallel_map<FileMatches>(
      files.size(), parallel,
      [&](unsigned /*thread*/, std::size_t item) {
        return search_file(*impl_, store.file(files[item]), compiled, request.limit, ended);
      },
      [&](std::size_t item, const FileMatches& found) {
        const FileRecord record = store.file(files[item]);
        ++report.files;
        if (!found.status.ok()) {
          report.unreadable.push_back(
              {record.path, without_path(found.status.error().message(), record.path)});
        }
        return deliver(found, record, rules, request.limit, visit, report);
      });
  if (!whole && request.stop != nullptr && request.stop->load(std::memory_order_relaxed)) {
    return Error(ErrorCode::Interrupted, "the search was interrupted");
  }
  return report;
}

}  // namespace copse
