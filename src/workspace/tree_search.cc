#include "workspace/tree_search.h"

#include <algorithm>
#include <utility>

#include "workspace/search_planner.h"

namespace copse {
namespace {

// Matches between two looks at whether somebody wants the search to end.
constexpr std::uint64_t kMatchesBetweenLooks = 4096;

// Messages about a file name it; beside its path they need not.
FileProblem problem_of(const std::string& path, const Error& error) {
  const std::string& message = error.message();
  return {path, message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message};
}

// Finds where the match lies, beside other threads' work; false when the tree turns out to be
// damaged, or already did: what such a tree says is no match.
bool is_whole(const Match& match, const TreeData& data) {
  for (const Capture& capture : *match.captures) {
    static_cast<void>(capture.node.start_byte());
    static_cast<void>(capture.node.end_byte());
  }
  return !data.is_damaged();
}

// Once for each file.
void add(std::vector<FileProblem>& to, FileProblem problem) {
  if (to.empty() || to.back().path != problem.path) to.push_back(std::move(problem));
}

void add(SearchPlan& to, const SearchPlan& plan) {
  to.files_with_text += plan.files_with_text;
  to.files_with_start += plan.files_with_start;
  to.blocks += plan.blocks;
  to.blocks_located += plan.blocks_located;
  to.nodes += plan.nodes;
  to.nodes_entered += plan.nodes_entered;
}

}  // namespace

void leave_out_files(Workspace::Impl& workspace, bool use_index,
                     const std::vector<SharedId>& grammar_of, SearchRequest& request,
                     SearchPlan& plan) {
  std::map<SharedId, std::optional<PlannedFiles>> planned;
  for (const auto& [grammar, search] : request.searches) {
    std::optional<PlannedFiles>& entry = planned[grammar];
    if (!use_index) continue;
    const GrammarPostings* const postings = workspace.postings().find(grammar);
    const auto tables = workspace.objects.grammar(grammar);
    if (postings == nullptr || !tables.ok()) continue;
    entry = plan_files(search->needs(), *postings, *tables.value());
    for (const std::string& step : entry->steps) {
      plan.needs.push_back(tables.value()->name() + ": " + step);
    }
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    const auto found = planned.find(grammar_of[i]);
    if (found == planned.end()) continue;
    ++plan.files_asked_for;
    const std::size_t file = request.files[i];
    if (found->second && !found->second->files.contains(static_cast<std::uint32_t>(file))) continue;
    request.files[kept++] = file;
  }
  request.files.resize(kept);
  plan.files_of_index = kept;
}

TreeSearch::TreeSearch(Workspace::Impl& workspace, const SearchRequest& request,
                       const SearchOutput& output)
    : workspace_(workspace), request_(request), output_(output) {
  if (!request.look_at_sources) return;
  for (const auto& [grammar, search] : request.searches) {
    SourceFilter filter(search->needs());
    if (filter.is_usable()) filters_.emplace(search.get(), std::move(filter));
  }
}

const SourceFilter* TreeSearch::filter_of(const CompiledSearch& search) const {
  const auto found = filters_.find(&search);
  return found == filters_.end() ? nullptr : &found->second;
}

// The first runs are short, so that the first results come soon.
void TreeSearch::cut_into_runs() {
  std::uint64_t nodes = 0;
  std::uint64_t wanted = kRunNodes / 64;
  Run run;
  for (std::size_t i = 0; i < request_.files.size(); ++i) {
    nodes += workspace_.store.file(request_.files[i]).nodes;
    run.end = i + 1;
    if (nodes < wanted && run.end - run.first < kRunFilesMax) continue;
    runs_.push_back(run);
    run.first = run.end;
    nodes = 0;
    wanted = std::min<std::uint64_t>(wanted * 2, kRunNodes);
  }
  if (run.end > run.first) runs_.push_back(run);
}

Status TreeSearch::run(QueryReport& report) {
  cut_into_runs();
  const OrderedOptions options{
      .threads = thread_count(request_.jobs),
      .window = thread_count(request_.jobs) * kOpenRunsPerThread,
      .stop = request_.stop,
  };
  std::vector<Worker> workers(options.threads);
  const bool whole = ordered_work<Chunk>(
      runs_.size(), options,
      [&](unsigned thread, std::size_t item, auto& work) {
        Chunk chunk;
        const Give give = [&](Chunk& part) {
          const bool more = work.give(item, std::exchange(part, Chunk()));
          return more && !work.ended();
        };
        search_run(workers[thread], runs_[item], chunk, give);
        work.finish(item, std::move(chunk));
      },
      [&](std::size_t /*item*/, Chunk& chunk) { return deliver(chunk, report); });
  if (!whole && stopping()) return Error(ErrorCode::Interrupted, "the search was interrupted");
  return success();
}

TreeSearcher& TreeSearch::searcher(Worker& worker, const CompiledSearch& search) {
  std::unique_ptr<TreeSearcher>& searcher = worker.searchers[&search];
  if (searcher == nullptr) searcher = search.searcher();
  return *searcher;
}

void TreeSearch::search_run(Worker& worker, const Run& run, Chunk& chunk, const Give& give) {
  for (std::size_t i = run.first; i < run.end && !stopping(); ++i) {
    search_file(worker, request_.files[i], chunk, give);
    worker.memory->trim();
    if (chunk.matches >= request_.limit) return;
  }
}

void TreeSearch::search_file(Worker& worker, std::size_t file, Chunk& chunk, const Give& give) {
  FileHits hits;
  hits.file = file;
  hits.record = std::make_shared<const FileRecord>(workspace_.store.file(file));
  const FileRecord& record = *hits.record;
  const auto found = request_.searches.find(record.grammar);
  if (found == request_.searches.end()) return;
  hits.search = found->second.get();
  auto tree = workspace_.scan_tree(record, *worker.memory, filter_of(*hits.search));
  if (!tree.ok()) {
    chunk.problems.push_back(problem_of(record.path, tree.error()));
    return;
  }
  if (!tree.value()) return;
  ++chunk.plan.files_with_text;
  hits.tree = *std::move(tree).value();
  const std::uint64_t blocks = (hits.tree.data->node_count() + kBlockNodes - 1) / kBlockNodes;
  chunk.plan.blocks += blocks;
  chunk.plan.nodes += hits.tree.data->node_count();
  TreeSearcher& searcher = this->searcher(worker, *hits.search);
  if (!searcher.begin(hits.tree, record)) return;
  ++chunk.plan.files_with_start;
  const std::uint64_t left = request_.limit - std::min(request_.limit, chunk.matches);
  const std::shared_ptr<const TreeData> data = hits.tree.data;
  if (output_.mode == SearchOutput::Mode::Count) {
    const std::uint64_t count = searcher.count(left);
    chunk.matches += data->is_damaged() ? 0 : count;
  } else {
    searcher.search([&](const Match& match) { return collect(hits, match, chunk, give); });
  }
  chunk.plan.nodes_entered += searcher.nodes_entered();
  chunk.files_over_limit += searcher.did_exceed_match_limit() ? 1U : 0U;
  chunk.plan.blocks_located += data->blocks_located();
  for (const Status& fault : {data->fault(), searcher.fault()}) {
    if (fault.ok()) continue;
    chunk.problems.push_back(problem_of(record.path, fault.error()));
    break;
  }
  if (hits.matches.empty()) return;
  // The tree goes with its matches, and so does its memory.
  hits.memory = std::exchange(worker.memory, std::make_unique<ScanMemory>());
  chunk.hits.push_back(std::move(hits));
}

bool TreeSearch::collect(FileHits& hits, const Match& match, Chunk& chunk, const Give& give) {
  const bool look = chunk.matches % kMatchesBetweenLooks == 0;
  if (look && stopping()) return false;
  if (output_.mode == SearchOutput::Mode::Text) {
    const std::size_t text_bytes = chunk.text.size();
    const FileMatch found{hits.record->path, hits.record->language,
                          &hits.search->capture_names(match.pattern), hits.search->query(), &match};
    output_.writer->render(found, chunk.text);
    if (hits.tree.data->is_damaged()) {
      chunk.text.resize(text_bytes);
      return false;
    }
    ++chunk.matches;
    if (request_.limit != UINT64_MAX) chunk.ends.push_back(chunk.text.size());
    if (chunk.matches >= request_.limit) return false;
    return chunk.text.size() < kWaitingTextBytes || give(chunk);
  }
  if (!is_whole(match, *hits.tree.data)) return false;
  ++chunk.matches;
  hits.matches.push_back({match.pattern, static_cast<std::uint32_t>(hits.captures.size()),
                          static_cast<std::uint32_t>(match.captures->size())});
  hits.captures.insert(hits.captures.end(), match.captures->begin(), match.captures->end());
  if (chunk.matches >= request_.limit) return false;
  if (hits.captures.size() + hits.matches.size() < kWaitingCaptures) return true;
  // The tree is still being searched: it stays where it is, and its matches go ahead.
  FileHits part;
  part.file = hits.file;
  part.record = hits.record;
  part.search = hits.search;
  part.tree = hits.tree;
  part.matches = std::move(hits.matches);
  part.captures = std::move(hits.captures);
  hits.matches.clear();
  hits.captures.clear();
  chunk.hits.push_back(std::move(part));
  return give(chunk);
}

// ---- in order ----------------------------------------------------------------------------------

bool TreeSearch::deliver(Chunk& chunk, QueryReport& report) {
  add(report.plan, chunk.plan);
  report.files_over_limit += chunk.files_over_limit;
  for (FileProblem& problem : chunk.problems)
    add(report.unreadable, std::move(problem));
  switch (output_.mode) {
    case SearchOutput::Mode::Text:
      return deliver_text(chunk, report);
    case SearchOutput::Mode::Visit:
      return deliver_hits(chunk, report);
    case SearchOutput::Mode::Count:
      break;
  }
  report.matches = std::min(request_.limit, report.matches + chunk.matches);
  return report.matches < request_.limit;
}

bool TreeSearch::deliver_text(Chunk& chunk, QueryReport& report) {
  std::string_view text = chunk.text;
  const std::uint64_t left = request_.limit - report.matches;
  if (chunk.matches > left) {
    text = text.substr(0, left == 0 ? 0 : chunk.ends[static_cast<std::size_t>(left) - 1]);
    chunk.matches = left;
  }
  report.matches += chunk.matches;
  const bool more = text.empty() || output_.writer->deliver(text);
  return more && report.matches < request_.limit;
}

bool TreeSearch::deliver_hits(const Chunk& chunk, QueryReport& report) {
  for (const FileHits& hits : chunk.hits) {
    const TreeData& data = *hits.tree.data;
    const bool was_damaged = data.is_damaged();
    const bool more = visit_all(hits, report);
    // A visitor may have asked for more of the source than the search did.
    if (!was_damaged && data.is_damaged()) {
      add(report.unreadable, problem_of(hits.record->path, data.fault().error()));
    }
    if (!more) return false;
  }
  return true;
}

bool TreeSearch::visit_all(const FileHits& hits, QueryReport& report) {
  std::vector<Capture> captures;
  for (const StoredMatch& stored : hits.matches) {
    const auto first = hits.captures.begin() + stored.first_capture;
    captures.assign(first, first + stored.capture_count);
    const Match match{stored.pattern, &captures};
    ++report.matches;
    const bool more = (*output_.visit)({hits.record->path, hits.record->language,
                                        &hits.search->capture_names(match.pattern),
                                        hits.search->query(), &match});
    if (!more || report.matches == request_.limit) return false;
  }
  return true;
}

}  // namespace copse
