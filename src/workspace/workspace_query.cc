// A query over every file of a store: compiled once for each grammar, run by several threads,
// answered in the order of paths.
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "query/match_range.h"
#include "workspace/language_table.h"
#include "workspace/path_glob.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

// Files whose matches may wait for their turn.
constexpr std::size_t kOpenFilesPerThread = 4;

// The matches of one file, kept until it is the file's turn.
struct FileMatches {
  struct Stored {
    std::uint32_t pattern;
    std::uint32_t first_capture;
    std::uint32_t capture_count;
  };

  Status status = success();
  MatchSummary summary;
  std::shared_ptr<const TreeData> tree;  // what the captures' nodes are views of
  std::vector<Stored> matches;
  std::vector<Capture> captures;
};

// The query for each grammar that the files refer to; a language may have been indexed with two.
class CompiledQueries {
 public:
  Status compile(Workspace::Impl& impl, const std::string& text, bool one_language,
                 const std::map<std::string, std::set<SharedId>>& grammars, QueryError* error);

  const Query* find(const SharedId& grammar) const {
    const auto found = queries_.find(grammar);
    return found == queries_.end() ? nullptr : &found->second;
  }
  const std::vector<std::string>& left_out() const { return left_out_; }
  const std::vector<FileProblem>& damaged() const { return damaged_; }

 private:
  std::map<SharedId, Query> queries_;
  std::vector<std::string> left_out_;
  std::vector<FileProblem> damaged_;
};

Status CompiledQueries::compile(Workspace::Impl& impl, const std::string& text, bool one_language,
                                const std::map<std::string, std::set<SharedId>>& grammars,
                                QueryError* error) {
  std::optional<Error> first_error;
  for (const auto& [language, ids] : grammars) {
    for (const SharedId& id : ids) {
      auto grammar = impl.objects.grammar(id);
      if (!grammar.ok()) {
        damaged_.push_back({language, grammar.error().message()});
        continue;
      }
      QueryError why;
      auto query = Query::compile(Language(grammar.value()), text, &why);
      if (query.ok()) {
        queries_.emplace(id, std::move(query).value());
        continue;
      }
      if (left_out_.empty() || left_out_.back() != language) left_out_.push_back(language);
      if (first_error) continue;
      first_error = query.error();
      if (error != nullptr) *error = std::move(why);
    }
  }
  // Where one language was asked for, its error is the answer; else only when none understands it.
  if (first_error && (one_language || queries_.empty())) return *first_error;
  return success();
}

FileMatches search_file(Workspace::Impl& impl, const FileRecord& record, const Query& query,
                        const QueryRequest& request, const std::atomic<bool>& ended) {
  FileMatches found;
  auto data = impl.read_tree(record);
  if (!data.ok()) {
    found.status = std::move(data).take_error();
    return found;
  }
  found.tree = data.value();
  auto summary = query.matches(Tree(found.tree), request.options, [&](const Match& match) {
    found.matches.push_back({match.pattern, static_cast<std::uint32_t>(found.captures.size()),
                             static_cast<std::uint32_t>(match.captures->size())});
    found.captures.insert(found.captures.end(), match.captures->begin(), match.captures->end());
    return found.matches.size() < request.limit && !ended.load(std::memory_order_relaxed);
  });
  if (summary.ok()) {
    found.summary = summary.value();
  } else {
    found.status = std::move(summary).take_error();
  }
  return found;
}

// Messages about a file name it; beside its path they need not.
std::string without_path(const std::string& message, const std::string& path) {
  return message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message;
}

bool deliver(const FileMatches& found, const FileRecord& record, const Query& query,
             std::uint64_t limit, const std::function<bool(const FileMatch&)>& visit,
             QueryReport& report) {
  std::vector<Capture> captures;
  for (const FileMatches::Stored& stored : found.matches) {
    const auto first = found.captures.begin() + stored.first_capture;
    captures.assign(first, first + stored.capture_count);
    const Match match{stored.pattern, &captures};
    ++report.matches;
    if (!visit({record.path, record.language, &query, &match})) return false;
    if (report.matches == limit) return false;
  }
  return true;
}

}  // namespace

Result<QueryReport> Workspace::query(const QueryRequest& request,
                                     const std::function<bool(const FileMatch&)>& visit,
                                     QueryError* error) const {
  COPSE_TRY_STATUS(check_range(request.options));
  const Store& store = impl_->store;
  std::optional<PathGlob> glob;
  if (request.path_glob) {
    COPSE_TRY(glob, PathGlob::compile(*request.path_glob));
  }
  std::string language;
  if (request.language) {
    language = impl_->language_id(*request.language);
    const bool stored = store.root(LanguageTable::grammar_root(language)).has_value();
    // A language that copse knows and the store does not is no mistake: it has no files.
    if (!stored && impl_->registry.find(language) == nullptr) {
      COPSE_TRY(const Language unknown, this->language(*request.language));
      language = unknown.name();
    }
  }
  QueryReport report;
  const Status complete = store.check_complete();
  if (!complete.ok()) report.unreadable.push_back({"catalogue", complete.error().message()});
  std::vector<std::size_t> files;
  std::map<std::string, std::set<SharedId>> grammars;
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    if (!record.tree || (!language.empty() && record.language != language)) continue;
    grammars[record.language].insert(record.grammar);
    if (!glob || glob->matches(record.path)) files.push_back(i);
  }
  // A language without files at present still has a say on whether the query is one.
  for (const std::string& name : store.root_names()) {
    const std::string id = LanguageTable::language_of_grammar_root(name);
    if (id.empty() || grammars.contains(id) || (!language.empty() && id != language)) continue;
    grammars[id].insert(*store.root(name));
  }
  CompiledQueries queries;
  COPSE_TRY_STATUS(
      queries.compile(*impl_, request.text, request.language.has_value(), grammars, error));
  report.left_out = queries.left_out();
  for (const FileProblem& damaged : queries.damaged()) {
    report.unreadable.push_back(damaged);
  }
  std::erase_if(files,
                [&](std::size_t i) { return queries.find(store.file(i).grammar) == nullptr; });
  if (request.limit == 0) files.clear();
  ParallelOptions parallel;
  parallel.threads = thread_count(request.jobs);
  parallel.window = parallel.threads * kOpenFilesPerThread;
  parallel.stop = request.stop;
  std::atomic<bool> ended = false;
  parallel.cut_short = [&] { ended = true; };
  const bool whole = parallel_map<FileMatches>(
      files.size(), parallel,
      [&](unsigned /*thread*/, std::size_t item) {
        const FileRecord record = store.file(files[item]);
        return search_file(*impl_, record, *queries.find(record.grammar), request, ended);
      },
      [&](std::size_t item, const FileMatches& found) {
        const FileRecord record = store.file(files[item]);
        ++report.files;
        if (!found.status.ok()) {
          report.unreadable.push_back(
              {record.path, without_path(found.status.error().message(), record.path)});
          return true;
        }
        if (found.summary.did_exceed_match_limit) ++report.files_over_limit;
        return deliver(found, record, *queries.find(record.grammar), request.limit, visit, report);
      });
  if (!whole && request.stop != nullptr && request.stop->load(std::memory_order_relaxed)) {
    return Error(ErrorCode::Interrupted, "the search was interrupted");
  }
  return report;
}

}  // namespace copse
