// A query over every file of a store: compiled once for each grammar, run by several threads,
// answered in the order of paths.
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "query/match_range.h"
#include "query/query_scan.h"
#include "workspace/language_table.h"
#include "workspace/path_glob.h"
#include "workspace/tree_search.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

class QueryTreeSearcher : public TreeSearcher {
 public:
  QueryTreeSearcher(const Query& query, const MatchOptions& options)
      : scan_(query), options_(options) {}

  bool begin(const ScannedTree& tree, const FileRecord& /*record*/) override {
    const auto scope = scope_of(options_, *tree.data);
    if (!scope.ok()) return false;  // which was checked before
    const bool located = tree.located || !scope.value().is_whole();
    if (located) static_cast<void>(tree.data->nodes());
    return scan_.begin(*tree.data, tree.nodes, located, scope.value());
  }
  void search(const std::function<bool(const Match&)>& visit) override { scan_.run(visit); }
  std::uint64_t count(std::uint64_t limit) override { return scan_.count(limit); }
  std::uint64_t nodes_entered() const override { return scan_.nodes_entered(); }
  bool did_exceed_match_limit() const override { return scan_.did_exceed_match_limit(); }

 private:
  QueryScan scan_;
  const MatchOptions& options_;
};

class QuerySearch : public CompiledSearch {
 public:
  QuerySearch(Query query, const MatchOptions& options)
      : query_(std::move(query)), options_(options) {}

  std::unique_ptr<TreeSearcher> searcher() const override {
    return std::make_unique<QueryTreeSearcher>(query_, options_);
  }
  const std::vector<std::string>& capture_names(std::uint32_t /*pattern*/) const override {
    return query_.capture_names();
  }
  const Query* query() const override { return &query_; }
  const TreeNeeds& needs() const override { return query_.compiled()->needs; }

 private:
  Query query_;
  const MatchOptions options_;
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
  const std::map<SharedId, Query>& all() const { return queries_; }
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

// Which files to look into, and with what.
struct PreparedQuery {
  SearchRequest search;
  QueryReport report;
};

Result<std::string> language_asked_for(Workspace::Impl& impl, const Workspace& workspace,
                                       const QueryRequest& request) {
  if (!request.language) return std::string();
  const std::string language = impl.language_id(*request.language);
  const bool stored = impl.store.root(LanguageTable::grammar_root(language)).has_value();
  // A language that copse knows and the store does not is no mistake: it has no files.
  if (stored || impl.registry.find(language) != nullptr) return language;
  COPSE_TRY(const Language unknown, workspace.language(*request.language));
  return std::string(unknown.name());
}

Result<PreparedQuery> prepare(Workspace::Impl& impl, const Workspace& workspace,
                              const QueryRequest& request, QueryError* error) {
  COPSE_TRY_STATUS(check_range(request.options));
  const Store& store = impl.store;
  std::optional<PathGlob> glob;
  if (request.path_glob) {
    COPSE_TRY(glob, PathGlob::compile(*request.path_glob));
  }
  COPSE_TRY(const std::string language, language_asked_for(impl, workspace, request));
  PreparedQuery prepared;
  QueryReport& report = prepared.report;
  const Status complete = store.check_complete();
  if (!complete.ok()) report.unreadable.push_back({"catalogue", complete.error().message()});
  std::vector<std::size_t>& files = prepared.search.files;
  std::vector<SharedId> grammar_of;
  std::map<std::string, std::set<SharedId>> grammars;
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    if (!record.tree) continue;
    ++report.plan.files;
    if (!language.empty() && record.language != language) continue;
    grammars[record.language].insert(record.grammar);
    if (glob && !glob->matches(record.path)) continue;
    files.push_back(i);
    grammar_of.push_back(record.grammar);
  }
  // A language without files at present still has a say on whether the query is one.
  for (const std::string& name : store.root_names()) {
    const std::string id = LanguageTable::language_of_grammar_root(name);
    if (id.empty() || grammars.contains(id) || (!language.empty() && id != language)) continue;
    grammars[id].insert(*store.root(name));
  }
  CompiledQueries queries;
  COPSE_TRY_STATUS(
      queries.compile(impl, request.text, request.language.has_value(), grammars, error));
  report.left_out = queries.left_out();
  for (const FileProblem& damaged : queries.damaged()) {
    report.unreadable.push_back(damaged);
  }
  for (const auto& [grammar, query] : queries.all()) {
    prepared.search.searches.emplace(grammar,
                                     std::make_shared<QuerySearch>(query, request.options));
  }
  const bool use_index = request.use_index && request.limit > 0;
  leave_out_files(impl, use_index, grammar_of, prepared.search, prepared.report.plan);
  prepared.search.look_at_sources = use_index;
  if (request.limit == 0) files.clear();
  report.files = report.plan.files_asked_for;
  prepared.search.limit = request.limit;
  prepared.search.jobs = request.jobs;
  prepared.search.stop = request.stop;
  return prepared;
}

Result<QueryReport> search(Workspace::Impl& impl, const Workspace& workspace,
                           const QueryRequest& request, const SearchOutput& output,
                           QueryError* error) {
  COPSE_TRY(PreparedQuery prepared, prepare(impl, workspace, request, error));
  COPSE_TRY_STATUS(TreeSearch(impl, prepared.search, output).run(prepared.report));
  return std::move(prepared.report);
}

}  // namespace

Result<QueryReport> Workspace::query(const QueryRequest& request,
                                     const std::function<bool(const FileMatch&)>& visit,
                                     QueryError* error) const {
  return search(*impl_, *this, request, {SearchOutput::Mode::Visit, &visit, nullptr}, error);
}

Result<QueryReport> Workspace::query_text(const QueryRequest& request, const MatchWriter& writer,
                                          QueryError* error) const {
  return search(*impl_, *this, request, {SearchOutput::Mode::Text, nullptr, &writer}, error);
}

Result<QueryReport> Workspace::query_count(const QueryRequest& request, QueryError* error) const {
  return search(*impl_, *this, request, {SearchOutput::Mode::Count, nullptr, nullptr}, error);
}

}  // namespace copse
