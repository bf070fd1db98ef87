// The indexing run. What a single file goes through is in file_job.cc.
#include "workspace/indexer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "core/parallel.h"
#include "syntax/model_trainer.h"
#include "workspace/manifests.h"

namespace copse {
namespace {

// What a model is learnt from: enough that more would not make it better by much.
constexpr std::uint64_t kSampleBytesMax = std::uint64_t{2} << 20;
constexpr std::uint64_t kSampleFileBytesMax = std::uint64_t{256} << 10;
constexpr std::size_t kSampleFilesMax = 128;
// Where small files hold less than this, the beginnings of some large ones help out.
constexpr std::uint64_t kSampleBytesMin = std::uint64_t{64} << 10;
constexpr std::size_t kSamplePrefixesMax = 4;
// Packs of which less than this is live are rewritten at the end of a run.
constexpr double kLiveShareMin = 0.5;
// A model learnt from this many nodes stays; one of fewer is replaced when the files to come hold
// several times as much. A source byte gives about half a node.
constexpr std::uint64_t kWellLearntNodes = 200'000;
constexpr std::uint64_t kRelearnFactor = 4;

// Files that may be parsed or wait to be written at one time.
constexpr std::size_t kOpenFilesPerLane = 16;

// The tree is of no use: the source alone is kept.
void make_plain(FileOutcome& outcome, const Error& why) {
  outcome.tree.reset();
  outcome.facts.reset();
  outcome.record.language.clear();
  outcome.record.nodes = 0;
  outcome.record.visible_nodes = 0;
  outcome.record.note = why.message();
}

}  // namespace

Indexer::Indexer(FileSystem& file_system, const Clock& clock, std::string directory,
                 std::string store_directory, const IndexOptions& options)
    : file_system_(file_system),
      storage_(options.storage.file_system()),
      clock_(clock),
      directory_(std::move(directory)),
      store_directory_(std::move(store_directory)),
      options_(options),
      started_ns_(clock.monotonic_ns()),
      last_commit_ns_(started_ns_) {}

Result<IndexReport> Indexer::run() {
  return run_with([this](const LanguageRegistry& registry) -> Status {
    COPSE_TRY_STATUS(claim_directory());
    COPSE_TRY_STATUS(plan(registry));
    COPSE_TRY_STATUS(remove_gone());
    COPSE_TRY_STATUS(learn_models());
    return index_rest();
  });
}

Result<IndexReport> Indexer::run_with(const std::function<Status(const LanguageRegistry&)>& index) {
  const auto run = [&]() -> Status {
    COPSE_TRY(LanguageRegistry registry, load_registry(file_system_, options_.grammar_path));
    COPSE_TRY_STATUS(prepare());
    COPSE_TRY_STATUS(index(registry));
    COPSE_TRY_STATUS(finish_indexes());
    // Space of what was replaced or removed comes back.
    auto gathered = writer_->gather(kLiveShareMin);
    if (!gathered.ok()) return std::move(gathered).take_error();
    return commit();
  };
  Status done = run();
  if (!done.ok() && done.error().code() == ErrorCode::Interrupted && writer_ != nullptr) {
    report_.interrupted = true;
    done = finish_indexes();
  }
  if (!done.ok()) {
    if (report_.files_committed == 0) return std::move(done).take_error();
    report_.stopped_by = done.error().message();
  }
  finish_report();
  return std::move(report_);
}

Status Indexer::prepare() {
  // Before there is a store.
  COPSE_TRY(phases_, StorePhases::without(options_.phases_off));
  auto writer = StoreWriter::open_or_create(storage_, store_directory_);
  if (!writer.ok()) return std::move(writer).take_error();
  writer_ = std::make_unique<StoreWriter>(std::move(writer).value());
  postings_ = std::make_unique<PostingsWriter>(storage_, store_directory_, *writer_);
  symbols_ = std::make_unique<SymbolWriter>(storage_, store_directory_, *writer_);
  languages_ = std::make_unique<LanguageTable>(file_system_, options_.grammar_path);
  COPSE_TRY_STATUS(choose_phases());
  const ParseLimits limits{options_.parse_timeout_s, options_.parse_memory_limit_bytes};
  lanes_ = make_lanes(options_.jobs, options_.parse_command, clock_, limits, phases_.of_trees());
  return success();
}

Status Indexer::choose_phases() {
  if (options_.phases_off.empty()) {
    COPSE_TRY(phases_, StorePhases::of(*writer_));
    return success();
  }
  return phases_.put(*writer_);
}

Status Indexer::claim_directory() {
  // A store inside its directory moves with it; one elsewhere belongs to an absolute path.
  COPSE_TRY(const std::string store, storage_.real_path(store_directory_));
  const bool inside = store.starts_with(directory_ + "/");
  const std::string claim = inside ? "." + store.substr(directory_.size()) : directory_;
  const auto root = writer_->root(kDirectoryRoot);
  if (root) {
    const auto known = writer_->read_shared(*root, kDirectoryObject);
    if (known.ok() && as_text(known.value()) == claim) return success();
    if (known.ok()) {
      return Error(ErrorCode::InvalidArgument,
                   store_directory_ + " is the store of another directory (" +
                       std::string(as_text(known.value())) + "); give " + directory_ +
                       " a store of its own with --store");
    }
  }
  COPSE_TRY(const SharedId id, writer_->put_shared(kDirectoryObject, as_bytes(claim)));
  return writer_->set_root(kDirectoryRoot, id);
}

Status Indexer::plan(const LanguageRegistry& registry) {
  WalkOptions walk_options;
  walk_options.include_ignored = options_.include_ignored;
  walk_options.stop = options_.stop;
  COPSE_TRY(walk_options.exclude, storage_.real_path(store_directory_));
  COPSE_TRY(WalkReport walk, walk_directory(file_system_, directory_, walk_options));
  IndexPlanner planner(file_system_, directory_, registry, *writer_, {options_.include_unknown});
  COPSE_TRY_STATUS(planner.look_at(std::move(walk)));
  COPSE_TRY_STATUS(load_languages(planner.languages()));
  COPSE_TRY(IndexPlan plan, planner.finish(*languages_));
  take_plan(std::move(plan));
  return success();
}

Status Indexer::load_languages(const std::set<std::string>& languages) {
  for (const std::string& language : languages) {
    if (!languages_known_.insert(language).second) continue;
    languages_->load(language, lanes_.front()->lane());
    languages_->adopt_stored(language, *writer_);
    COPSE_TRY_STATUS(languages_->put_tags(language, *writer_));
  }
  return success();
}

void Indexer::take_plan(IndexPlan plan) {
  plan_ = std::move(plan);
  report_.files_seen += plan_.files_seen;
  report_.files_unchanged += plan_.files_unchanged;
  std::move(plan_.problems.begin(), plan_.problems.end(), std::back_inserter(report_.unreadable));
  std::move(plan_.plain.begin(), plan_.plain.end(), std::back_inserter(report_.plain));
  progress_.files_total += plan_.jobs.size();
  progress_.bytes_total += plan_.bytes_total;
  done_.assign(plan_.jobs.size(), false);
  if (phases_.on(StorePhase::Chunking)) shared_frames_ = SharedFrames(plan_.jobs);
}

Status Indexer::remove_gone() {
  for (const std::string& path : plan_.removed) {
    COPSE_TRY_STATUS(writer_->remove(path));
    ++report_.files_removed;
    ++pending_files_;
  }
  return success();
}

// ---- learning ----------------------------------------------------------------------------------

bool Indexer::needs_model(const LanguageState& language, std::uint64_t bytes) const {
  if (!language.usable()) return false;
  if (language.grammar_id.none() || language.model == nullptr) return true;
  const std::uint64_t learnt = language.model->trained_nodes();
  return learnt < kWellLearntNodes && bytes / 2 > learnt * kRelearnFactor;
}

Status Indexer::learn_models() {
  struct OfLanguage {
    std::vector<std::size_t> jobs;
    std::uint64_t bytes = 0;
  };
  std::map<std::string, OfLanguage> by_language;
  for (std::size_t i = 0; i < plan_.jobs.size(); ++i) {
    if (plan_.jobs[i].language.empty()) continue;
    OfLanguage& entry = by_language[plan_.jobs[i].language];
    entry.jobs.push_back(i);
    entry.bytes += plan_.jobs[i].file.size_bytes;
  }
  for (auto& [language, entry] : by_language) {
    if (needs_model(languages_->at(language), entry.bytes)) {
      COPSE_TRY_STATUS(learn_model(language, entry.jobs));
    }
  }
  return success();
}

// Small enough files, evenly spread over the paths, so that no corner of the project speaks for
// all.
std::vector<std::size_t> Indexer::choose_sample(const std::vector<std::size_t>& fitting) const {
  std::uint64_t bytes = 0;
  for (const std::size_t job : fitting) {
    bytes += plan_.jobs[job].file.size_bytes;
  }
  if (fitting.empty()) return {};
  const std::size_t by_bytes = bytes <= kSampleBytesMax
                                   ? fitting.size()
                                   : static_cast<std::size_t>(static_cast<double>(fitting.size()) *
                                                              static_cast<double>(kSampleBytesMax) /
                                                              static_cast<double>(bytes));
  const std::size_t count =
      std::clamp<std::size_t>(by_bytes, 1, std::min(kSampleFilesMax, fitting.size()));
  std::vector<std::size_t> sample;
  for (std::size_t i = 0; i < count; ++i) {
    sample.push_back(fitting[i * fitting.size() / count]);
  }
  return sample;
}

Status Indexer::learn_model(const std::string& language, const std::vector<std::size_t>& jobs) {
  std::vector<std::size_t> fitting;
  std::vector<std::size_t> large;
  for (const std::size_t job : jobs) {
    (plan_.jobs[job].file.size_bytes <= kSampleFileBytesMax ? fitting : large).push_back(job);
  }
  std::vector<FileOutcome> outcomes;
  std::uint64_t bytes = 0;
  COPSE_TRY_STATUS(run_jobs(choose_sample(fitting), RunMode::Sample, [&](FileOutcome outcome) {
    bytes += outcome.text.size();
    outcomes.push_back(std::move(outcome));
    return success();
  }));
  // Lanes answer as they can; the model must not depend on which was faster.
  std::sort(outcomes.begin(), outcomes.end(), [](const FileOutcome& a, const FileOutcome& b) {
    return a.record.path < b.record.path;
  });
  std::vector<FileOutcome> prefixes;
  if (bytes < kSampleBytesMin) {
    large.resize(std::min(large.size(), kSamplePrefixesMax));
    COPSE_TRY_STATUS(run_jobs(large, RunMode::Prefix, [&](FileOutcome outcome) {
      prefixes.push_back(std::move(outcome));
      return success();
    }));
    std::sort(prefixes.begin(), prefixes.end(), [](const FileOutcome& a, const FileOutcome& b) {
      return a.record.path < b.record.path;
    });
  }
  return store_sample(language, std::move(outcomes), std::move(prefixes));
}

Status Indexer::store_sample(const std::string& language, std::vector<FileOutcome> outcomes,
                             std::vector<FileOutcome> prefixes) {
  const std::shared_ptr<const Grammar> grammar = languages_->at(language).grammar;
  const std::shared_ptr<const TreeModel> base = base_model(grammar);
  ModelTrainer trainer(grammar);
  const auto learn = [&](FileOutcome& outcome) -> std::optional<FlatTree> {
    if (!outcome.tree) return std::nullopt;
    const FramePayload& frame = outcome.tree->frame;
    auto tree = unpack_tree(*base, outcome.text, static_cast<std::uint8_t>(frame.codec),
                            frame.bytes, frame.raw_bytes, outcome.tree->nodes);
    if (!tree.ok()) {
      make_plain(outcome, tree.error());
      return std::nullopt;
    }
    trainer.add(tree.value(), outcome.text);
    return std::move(tree).value();
  };
  std::vector<std::optional<FlatTree>> trees;
  for (FileOutcome& outcome : outcomes) {
    trees.push_back(learn(outcome));
  }
  for (FileOutcome& prefix : prefixes) {
    learn(prefix);
  }
  COPSE_TRY_STATUS(languages_->set_model(language, trainer.train(), *writer_));
  const LanguageState& state = languages_->at(language);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    FileOutcome& outcome = outcomes[i];
    if (outcome.kind == FileOutcome::Kind::Stored) outcome.record.grammar = state.grammar_id;
    if (trees[i]) {
      auto tree =
          prepare_tree(*state.model, *trees[i], outcome.text, {.phases = phases_.of_trees()});
      if (tree.ok()) {
        outcome.tree = std::move(tree).value();
        outcome.record.model = state.model_id;
      } else {
        make_plain(outcome, tree.error());
      }
    }
    COPSE_TRY_STATUS(store_outcome(std::move(outcome)));
  }
  return success();
}

// ---- the rest ----------------------------------------------------------------------------------

Status Indexer::index_rest() {
  std::vector<std::size_t> jobs;
  for (std::size_t i = 0; i < plan_.jobs.size(); ++i) {
    if (!done_[i]) jobs.push_back(i);
  }
  return run_jobs(jobs, RunMode::Store,
                  [&](FileOutcome outcome) { return store_outcome(std::move(outcome)); });
}

template <typename Consume>
Status Indexer::run_jobs(const std::vector<std::size_t>& jobs, RunMode mode,
                         const Consume& consume) {
  const FileWorker worker(file_system_, clock_, directory_, *languages_, phases_, contents());
  ParallelOptions parallel;
  parallel.threads = static_cast<unsigned>(lanes_.size());
  parallel.delivery = Delivery::AsTheyCome;
  parallel.window = lanes_.size() * kOpenFilesPerLane;
  parallel.stop = options_.stop;
  parallel.cut_short = [&] { abort_all(lanes_); };
  Status status = success();
  const bool whole = parallel_map<FileOutcome>(
      jobs.size(), parallel,
      [&](unsigned lane, std::size_t item) {
        const IndexJob& job = plan_.jobs[jobs[item]];
        if (mode == RunMode::Prefix) {
          return worker.learn_from(job, kSampleFileBytesMax, *lanes_[lane]);
        }
        return worker.run(job, *lanes_[lane], mode == RunMode::Sample);
      },
      [&](std::size_t item, FileOutcome outcome) {
        const std::size_t job = jobs[item];
        if (outcome.kind == FileOutcome::Kind::Interrupted) return false;
        status = consume(std::move(outcome));
        if (mode == RunMode::Prefix) return status.ok();
        done_[job] = true;
        report_progress(plan_.jobs[job].file.size_bytes);
        return status.ok();
      });
  if (!status.ok()) return status;
  if (!whole || stopping()) return Error(ErrorCode::Interrupted, "indexing was interrupted");
  return success();
}

Status Indexer::store_outcome(FileOutcome outcome) {
  switch (outcome.kind) {
    case FileOutcome::Kind::Stored:
      return put_file(std::move(outcome));
    case FileOutcome::Kind::Unchanged:
      ++report_.files_unchanged;
      return writer_->put(std::move(outcome.record));
    case FileOutcome::Kind::Vanished: {
      --report_.files_seen;
      COPSE_TRY(const auto known, writer_->find(outcome.record.path));
      if (!known) return success();
      ++report_.files_removed;
      return writer_->remove(outcome.record.path);
    }
    case FileOutcome::Kind::Unreadable:
      report_.unreadable.push_back({outcome.record.path, outcome.problem});
      return success();
    case FileOutcome::Kind::Interrupted:
      break;
  }
  return success();
}

Status Indexer::put_file(FileOutcome outcome) {
  FileRecord& record = outcome.record;
  COPSE_TRY(const bool shared, share_frames(outcome));
  if (!shared) {
    COPSE_TRY(record.source,
              writer_->append_frame(kSourceFrame, static_cast<std::uint8_t>(outcome.source.codec),
                                    outcome.source.raw_bytes, outcome.source.bytes));
  }
  if (!shared && outcome.tree) {
    const FramePayload& frame = outcome.tree->frame;
    COPSE_TRY(record.tree, writer_->append_frame(kTreeFrame, static_cast<std::uint8_t>(frame.codec),
                                                 frame.raw_bytes, frame.bytes));
  }
  if (!shared) shared_frames_.remember(outcome.content, record, *outcome.job);
  if (outcome.tree) {
    ++report_.files_parsed;
    report_.bytes_parsed += record.source_bytes;
    report_.nodes_parsed += record.nodes;
  } else {
    report_.plain.push_back({record.path, record.note});
  }
  COPSE_TRY_STATUS(put_facts(outcome));
  COPSE_TRY_STATUS(writer_->put(std::move(record)));
  ++pending_files_;
  return commit_when_due();
}

Status Indexer::put_facts(const FileOutcome& outcome) {
  if (!outcome.tree) return success();
  const FileRecord& record = outcome.record;
  if (outcome.facts) COPSE_TRY_STATUS(postings_->add(record, *outcome.facts));
  const auto tags = writer_->root(LanguageTable::tags_root(record.language));
  if (!outcome.symbols || !tags) return success();
  return symbols_->add(record, *tags, *outcome.symbols);
}

Result<bool> Indexer::share_frames(FileOutcome& outcome) const {
  FileRecord& record = outcome.record;
  const std::string* const path = shared_frames_.find(outcome.content, record);
  if (path == nullptr) return false;
  COPSE_TRY(const auto stored, writer_->find(*path));
  if (!stored || !SharedFrames::can_share(*stored, record, outcome.tree.has_value())) return false;
  record.source = stored->source;
  record.tree = stored->tree;
  record.dictionary = stored->dictionary;
  record.bases = stored->bases;
  return true;
}

Status Indexer::finish_indexes() {
  COPSE_TRY_STATUS(postings_->flush());
  COPSE_TRY_STATUS(symbols_->flush());
  COPSE_TRY_STATUS(commit());
  if (report_.files_committed == 0) return success();
  COPSE_TRY_STATUS(postings_->merge(true));
  COPSE_TRY_STATUS(symbols_->merge(true));
  return commit();
}

Status Indexer::commit() {
  COPSE_TRY_STATUS(writer_->commit());
  report_.files_committed += std::exchange(pending_files_, 0);
  last_commit_ns_ = clock_.monotonic_ns();
  return success();
}

Status Indexer::commit_when_due() {
  const auto interval_ns = static_cast<std::int64_t>(options_.commit_interval_s * 1e9);
  if (clock_.monotonic_ns() - last_commit_ns_ < interval_ns) return success();
  COPSE_TRY_STATUS(commit());
  COPSE_TRY_STATUS(postings_->merge(false));
  return symbols_->merge(false);
}

bool Indexer::stopping() const {
  return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
}

void Indexer::report_progress(std::uint64_t bytes) {
  ++progress_.files_done;
  progress_.bytes_done += bytes;
  progress_.elapsed_s = static_cast<double>(clock_.monotonic_ns() - started_ns_) / 1e9;
  if (options_.progress) options_.progress(progress_);
}

void Indexer::finish_report() {
  const auto by_path = [](const FileProblem& a, const FileProblem& b) { return a.path < b.path; };
  std::sort(report_.plain.begin(), report_.plain.end(), by_path);
  std::sort(report_.unreadable.begin(), report_.unreadable.end(), by_path);
  report_.elapsed_s = static_cast<double>(clock_.monotonic_ns() - started_ns_) / 1e9;
}

}  // namespace copse
