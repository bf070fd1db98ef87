// The run of a compaction. What it learns beforehand is in compact_learning.cc.
#include "workspace/compactor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "codec/chunked_frame.h"
#include "core/hash.h"
#include "core/parallel.h"
#include "syntax/ablated_tree.h"
#include "workspace/delta_compaction.h"
#include "workspace/language_table.h"
#include "workspace/learning_note.h"
#include "workspace/postings_compaction.h"
#include "workspace/symbol_compaction.h"

namespace copse {
namespace {

// Files that may be worked on or wait to be written at one time.
constexpr std::size_t kOpenFilesPerThread = 4;
// Learning again is considered when a language's files hold this much more or less than when it was
// learnt last.
constexpr double kGrowthMin = 0.25;
// A pack of which anything is dead is written anew.
constexpr double kLiveShareMin = 1.0;

std::string dictionary_root(const std::string& language) {
  return "dictionary/" + language;
}
std::string learning_root(const std::string& language) {
  return "learning/" + language;
}

std::uint64_t beginning_of(const ContentKey& content) {
  return ByteReader(content.digest).u64();
}

// Whether a source is as indexing writes it.
bool is_fast(const FrameView& frame) {
  if (frame.codec == static_cast<std::uint8_t>(FrameCodec::Zstd)) return true;
  if (frame.codec != static_cast<std::uint8_t>(FrameCodec::Chunked)) return false;
  const auto chunks = ChunkedFrame::read(frame.payload, frame.raw_bytes);
  return !chunks.ok() || chunks.value().has_codec(FrameCodec::Zstd);
}

bool is_written_as(ByteView tree, const TreeEncoding& encoding) {
  const TreePhases phases = encoding.phases;
  if (!phases.has_form()) {
    return is_ablated(tree) && tree.size() > 1 && tree[1] == phases.off_bits();
  }
  return form_of_tree(tree) == (phases.on(TreePhase::Frozen) ? encoding.form : TreeForm::Bytecode);
}

}  // namespace

Compactor::Compactor(FileSystem& file_system, const Clock& clock, std::string store_directory,
                     const CompactOptions& options)
    : file_system_(file_system),
      clock_(clock),
      store_directory_(std::move(store_directory)),
      options_(options),
      started_ns_(clock.monotonic_ns()),
      last_commit_ns_(started_ns_) {}

Result<CompactReport> Compactor::run() {
  COPSE_TRY_STATUS(check_options());
  COPSE_TRY_STATUS(open());
  Status done = compact();
  if (!done.ok() && done.error().code() == ErrorCode::Interrupted) {
    report_.interrupted = true;
    done = commit();
  }
  if (!done.ok()) {
    if (!committed_) return std::move(done).take_error();
    report_.stopped_by = done.error().message();
  }
  // The lock goes before the store is looked at from outside; what no record needs any more goes
  // when a writer opens.
  writer_.reset();
  if (report_.stopped_by.empty()) {
    static_cast<void>(StoreWriter::open_or_create(file_system_, store_directory_).ok());
  }
  COPSE_TRY(const Store store, Store::open(file_system_, store_directory_));
  COPSE_TRY(const DiskUsage after, store.disk_bytes());
  report_.bytes_after = after.total();
  report_.elapsed_s = static_cast<double>(clock_.monotonic_ns() - started_ns_) / 1e9;
  std::sort(report_.damaged.begin(), report_.damaged.end(),
            [](const FileProblem& a, const FileProblem& b) { return a.path < b.path; });
  return std::move(report_);
}

Status Compactor::check_options() const {
  if (options_.level < 1 || options_.level > kLevelMax) {
    return Error(ErrorCode::InvalidArgument, "a level is 1 to " + std::to_string(kLevelMax) +
                                                 ", not " + std::to_string(options_.level));
  }
  if (options_.dictionary_bytes > kDictionaryBytesMax) {
    return Error(ErrorCode::InvalidArgument,
                 "a dictionary is of " + std::to_string(kDictionaryBytesMax) +
                     " bytes at most, not " + std::to_string(options_.dictionary_bytes));
  }
  return success();
}

Status Compactor::open() {
  // A writer would make a store where there is none.
  COPSE_TRY(const Store before, Store::open(file_system_, store_directory_));
  COPSE_TRY(const DiskUsage usage, before.disk_bytes());
  report_.bytes_before = usage.total();
  COPSE_TRY(StoreWriter writer, StoreWriter::open_or_create(file_system_, store_directory_));
  writer_ = std::make_unique<StoreWriter>(std::move(writer));
  // Under the lock, so that nobody commits behind it.
  COPSE_TRY(Store store, Store::open(file_system_, store_directory_));
  workspace_ = std::make_unique<Workspace::Impl>(std::move(store), options_.storage);
  report_.files = workspace_->store.file_count();
  COPSE_TRY(phases_, StorePhases::of(*writer_));
  small_trees_ = options_.small_trees.value_or(was_small());
  return success();
}

Status Compactor::compact() {
  find_groups();
  find_repeated();
  for (Target& target : targets_) {
    if (stopping()) return Error(ErrorCode::Interrupted, "compaction was interrupted");
    COPSE_TRY_STATUS(choose_objects(target));
  }
  COPSE_TRY_STATUS(rewrite_all());
  return finish();
}

TreeEncoding Compactor::encoding() const {
  TreeEncoding encoding;
  encoding.form = small_trees_ ? TreeForm::Small : TreeForm::Fast;
  encoding.phases = phases_.of_trees();
  return encoding;
}

std::uint64_t Compactor::dictionary_bytes() const {
  const bool wanted = phases_.on(StorePhase::Delta) && phases_.on(StorePhase::Frozen);
  return wanted ? options_.dictionary_bytes : 0;
}

bool Compactor::stopping() const {
  return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
}

// ---- what to write with ------------------------------------------------------------------------

void Compactor::find_groups() {
  const Store& store = workspace_->store;
  std::map<std::pair<std::string, SharedId>, FileGroup> groups;
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    const std::string language = record.tree ? record.language : std::string();
    const SharedId grammar = record.tree ? record.grammar : SharedId{};
    FileGroup& group = groups[{language, grammar}];
    group.files.push_back(i);
    group.source_bytes += record.source_bytes;
    if (record.tree) group.tree_bytes += record.tree->stored_bytes;
  }
  for (auto& [key, group] : groups) {
    Target target;
    target.group = std::move(group);
    target.group.language = key.first;
    target.group.grammar = key.second;
    target.newest_grammar =
        key.first.empty() ||
        store.root(LanguageTable::grammar_root(key.first)).value_or(SharedId{}) == key.second;
    targets_.push_back(std::move(target));
  }
}

// Eight bytes a file say who may have a twin; only these are remembered whole.
void Compactor::find_repeated() {
  const Store& store = workspace_->store;
  std::vector<std::uint64_t> all;
  all.reserve(store.file_count());
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    all.push_back(beginning_of(store.file(i).content));
  }
  std::sort(all.begin(), all.end());
  for (std::size_t i = 1; i < all.size(); ++i) {
    const bool again = all[i] == all[i - 1];
    if (again && (repeated_.empty() || repeated_.back() != all[i])) repeated_.push_back(all[i]);
  }
}

// Whether some language's trees were written small when it was compacted last.
bool Compactor::was_small() const {
  const Store& store = workspace_->store;
  for (const std::string& name : store.root_names()) {
    if (!name.starts_with(learning_root(""))) continue;
    const auto bytes = store.read_shared(*store.root(name), kLearningObject);
    const auto learning = bytes.ok() ? Learning::decode(bytes.value()) : std::nullopt;
    if (learning && learning->small_trees) return true;
  }
  return false;
}

bool Compactor::is_learnt(const FileGroup& group) const {
  const auto root = writer_->root(learning_root(group.language));
  if (!root) return false;
  const auto bytes = writer_->read_shared(*root, kLearningObject);
  const auto learning = bytes.ok() ? Learning::decode(bytes.value()) : std::nullopt;
  if (!learning || learning->grammar != group.grammar ||
      learning->dictionary_bytes != dictionary_bytes() || learning->small_trees != small_trees_) {
    return false;
  }
  const auto then = static_cast<double>(learning->source_bytes);
  return std::abs(static_cast<double>(group.source_bytes) - then) <= then * kGrowthMin;
}

Status Compactor::note_learning(const FileGroup& group) {
  const Learning learning{group.source_bytes, dictionary_bytes(), small_trees_, group.grammar};
  COPSE_TRY(const SharedId id, writer_->put_shared(kLearningObject, learning.encode()));
  return writer_->set_root(learning_root(group.language), id);
}

Status Compactor::choose_objects(Target& target) {
  const Store& store = workspace_->store;
  const std::string& language = target.group.language;
  bool unreadable = false;
  // What cannot be read is learnt anew; the files that need it are named when it is their turn.
  if (const auto root = store.root(dictionary_root(language)); root) {
    auto dictionary = workspace_->objects.dictionary(*root);
    unreadable = !dictionary.ok();
    if (dictionary.ok()) {
      target.dictionary = std::move(dictionary).value();
      target.dictionary_id = *root;
    }
  }
  if (dictionary_bytes() == 0) {
    target.dictionary = nullptr;
    target.dictionary_id = {};
  }
  // Trees of a grammar that is no longer in use keep the models they have.
  if (!target.newest_grammar) return success();
  const auto root = store.root(LanguageTable::model_root(language));
  if (!target.group.grammar.none() && root) {
    auto model = workspace_->objects.model(target.group.grammar, *root);
    unreadable = unreadable || !model.ok();
    if (model.ok()) {
      target.model = std::move(model).value();
      target.model_id = *root;
    }
  }
  return is_learnt(target.group) && !unreadable ? success() : learn(target);
}

Status Compactor::learn(Target& target) {
  CompactLearner::Options learner_options;
  learner_options.threads = thread_count(options_.jobs);
  learner_options.level = options_.level;
  learner_options.encoding = encoding();
  learner_options.dictionary_bytes = static_cast<std::size_t>(dictionary_bytes());
  learner_options.stop = options_.stop;
  const CompactLearner learner(*workspace_, learner_options);
  COPSE_TRY(LearntModel model, learner.learn_model(target.group, target.model));
  COPSE_TRY(LearntDictionary dictionary,
            learner.learn_dictionary(target.group, target.dictionary.get()));
  if (model.model != nullptr) COPSE_TRY_STATUS(set_model(target, std::move(model)));
  if (dictionary.dictionary != nullptr) {
    COPSE_TRY_STATUS(set_dictionary(target, std::move(dictionary)));
  } else if (target.dictionary == nullptr) {
    COPSE_TRY_STATUS(writer_->set_root(dictionary_root(target.group.language), {}));
  }
  COPSE_TRY_STATUS(note_learning(target.group));
  // A run that ends early need not learn again.
  return commit();
}

Status Compactor::set_model(Target& target, LearntModel learnt) {
  COPSE_TRY(const SharedId id, writer_->put_shared(kModelObject, learnt.packed));
  COPSE_TRY_STATUS(writer_->set_root(LanguageTable::model_root(target.group.language), id));
  if (id != target.model_id) ++report_.models_learnt;
  target.model = std::move(learnt.model);
  target.model_id = id;
  return success();
}

Status Compactor::set_dictionary(Target& target, LearntDictionary learnt) {
  COPSE_TRY(const SharedId id, writer_->put_shared(kDictionaryObject, learnt.packed));
  COPSE_TRY_STATUS(writer_->set_root(dictionary_root(target.group.language), id));
  if (id != target.dictionary_id) ++report_.dictionaries_trained;
  target.dictionary = std::move(learnt.dictionary);
  target.dictionary_id = id;
  return success();
}

// ---- writing anew ------------------------------------------------------------------------------

// Frames as indexing writes them state their own length; small ones do not. A raw frame names the
// dictionary that did not help it.
Result<bool> Compactor::is_smallest(const FileRecord& record, const Target& target) const {
  if (record.dictionary != target.dictionary_id) return false;
  const Store& store = workspace_->store;
  const bool wants_small = phases_.on(StorePhase::Frozen) && phases_.on(StorePhase::Compression);
  COPSE_TRY(const FrameView source, store.read_view(record.source));
  if (wants_small && is_fast(source)) return false;
  if (is_delta(source.codec) && !DeltaCompaction::is_wanted(phases_)) return false;
  if (!record.tree) return true;
  if (target.model != nullptr && record.model != target.model_id) return false;
  COPSE_TRY(const FrameView tree, store.read_view(*record.tree));
  return is_written_as(tree.payload, encoding());
}

Compactor::Outcome Compactor::rewrite(const Job& job) const {
  Outcome outcome;
  outcome.record = workspace_->store.file(job.file);
  const FileRecord& record = outcome.record;
  const Target& target = *job.target;
  const auto write = [&]() -> Status {
    COPSE_TRY(const bool smallest, is_smallest(record, target));
    if (smallest && !is_repeated(record)) return success();
    COPSE_TRY(const std::string source, workspace_->read_source(record));
    outcome.content = content_id(as_bytes(source));
    if (outcome.content != record.content) {
      return Error(ErrorCode::Corrupt, "the source is not what was indexed");
    }
    if (smallest) return success();
    std::optional<PreparedTree> tree;
    if (record.tree) {
      auto model = target.model;
      if (model == nullptr) {
        COPSE_TRY(model, workspace_->objects.model(record.grammar, record.model));
      }
      COPSE_TRY(tree, rewrite_tree(*workspace_, record, source, *model, encoding()));
    }
    outcome.source =
        phases_.compress_source_small(as_bytes(source), options_.level, target.dictionary.get());
    outcome.tree = std::move(tree);
    return success();
  };
  const Status status = write();
  if (!status.ok()) {
    outcome.problem = status.error().message();
    return outcome;
  }
  if (!outcome.source) return outcome;
  outcome.record.dictionary = target.dictionary_id;
  outcome.record.bases.clear();
  if (record.tree && target.model != nullptr) outcome.record.model = target.model_id;
  return outcome;
}

Compactor::Twin Compactor::twin_of(const Outcome& outcome) {
  const FileRecord& record = outcome.record;
  return {outcome.content, record.language, record.grammar, record.parser_build,
          record.tree.has_value()};
}

bool Compactor::is_repeated(const FileRecord& record) const {
  return std::binary_search(repeated_.begin(), repeated_.end(), beginning_of(record.content));
}

Compactor::Sharing Compactor::share(Outcome& outcome) const {
  FileRecord& record = outcome.record;
  if (!is_repeated(record) || !phases_.on(StorePhase::Chunking)) return Sharing::Alone;
  const auto written = written_.find(twin_of(outcome));
  if (written == written_.end()) return Sharing::Alone;
  const FileRecord& first = written->second;
  if (record.source == first.source && record.tree == first.tree) return Sharing::Known;
  record.source = first.source;
  record.tree = first.tree;
  record.model = first.model;
  record.dictionary = first.dictionary;
  record.bases = first.bases;
  return Sharing::New;
}

Status Compactor::consume(Outcome outcome) {
  FileRecord& record = outcome.record;
  if (!outcome.problem.empty()) {
    report_.damaged.push_back({shown_path(record.path), outcome.problem});
    return success();
  }
  const Sharing sharing = share(outcome);
  if (sharing == Sharing::Known) return success();
  if (sharing == Sharing::New) {
    ++report_.files_shared;
  } else {
    if (outcome.source) {
      COPSE_TRY(record.source, writer_->append_frame(
                                   kSourceFrame, static_cast<std::uint8_t>(outcome.source->codec),
                                   outcome.source->raw_bytes, outcome.source->bytes));
    }
    if (outcome.tree) {
      const FramePayload& frame = outcome.tree->frame;
      COPSE_TRY(record.tree,
                writer_->append_frame(kTreeFrame, static_cast<std::uint8_t>(frame.codec),
                                      frame.raw_bytes, frame.bytes));
    }
    if (is_repeated(record)) written_.emplace(twin_of(outcome), record);
    if (!outcome.source) return success();
  }
  ++report_.files_rewritten;
  COPSE_TRY_STATUS(writer_->put(std::move(record)));
  const auto interval_ns = static_cast<std::int64_t>(options_.commit_interval_s * 1e9);
  return clock_.monotonic_ns() - last_commit_ns_ < interval_ns ? success() : commit();
}

Status Compactor::rewrite_all() {
  std::vector<Job> jobs;
  for (const Target& target : targets_) {
    for (const std::size_t file : target.group.files) {
      jobs.push_back({file, &target});
    }
    progress_.bytes_total += target.group.source_bytes;
  }
  // In the order of the paths: a row of the catalogue then lies where the one before says.
  std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) { return a.file < b.file; });
  progress_.files_total = jobs.size();
  rewriting_since_ns_ = clock_.monotonic_ns();
  ParallelOptions parallel;
  parallel.threads = thread_count(options_.jobs);
  parallel.window = parallel.threads * kOpenFilesPerThread;
  parallel.stop = options_.stop;
  Status status = success();
  const bool whole = parallel_map<Outcome>(
      jobs.size(), parallel,
      [&](unsigned /*thread*/, std::size_t item) { return rewrite(jobs[item]); },
      [&](std::size_t item, Outcome outcome) {
        status = consume(std::move(outcome));
        report_progress(workspace_->store.file(jobs[item].file));
        return status.ok();
      });
  if (!status.ok()) return status;
  if (!whole || stopping()) {
    return Error(ErrorCode::Interrupted, "compaction was interrupted");
  }
  return success();
}

void Compactor::report_progress(const FileRecord& record) {
  ++progress_.files_done;
  progress_.bytes_done += record.source_bytes;
  progress_.elapsed_s = static_cast<double>(clock_.monotonic_ns() - rewriting_since_ns_) / 1e9;
  if (options_.progress) options_.progress(progress_);
}

Status Compactor::commit() {
  const std::uint64_t generation = writer_->generation();
  COPSE_TRY_STATUS(writer_->commit());
  committed_ = committed_ || writer_->generation() != generation;
  last_commit_ns_ = clock_.monotonic_ns();
  return success();
}

Status Compactor::write_deltas() {
  if (!DeltaCompaction::is_wanted(phases_)) return success();
  DeltaCompaction deltas(file_system_, store_directory_, *writer_,
                         {thread_count(options_.jobs), options_.level, options_.stop});
  COPSE_TRY(const DeltaCompaction::Summary done, deltas.run());
  report_.deltas_written = done.deltas;
  if (done.frames == 0) return success();
  // What deltas replaced lies in packs of this session, which only the next one gathers.
  writer_.reset();
  COPSE_TRY(StoreWriter writer, StoreWriter::open_or_create(file_system_, store_directory_));
  writer_ = std::make_unique<StoreWriter>(std::move(writer));
  return success();
}

// What is left in old packs moves to the new one, and one segment says where everything is.
Status Compactor::finish() {
  COPSE_TRY_STATUS(commit());
  const Status complete = workspace_->store.check_complete();
  if (!complete.ok()) {
    report_.damaged.push_back({"catalogue", complete.error().message()});
    return success();
  }
  COPSE_TRY_STATUS(write_deltas());
  COPSE_TRY_STATUS(compact_postings(file_system_, store_directory_, *writer_,
                                    {thread_count(options_.jobs), options_.stop}));
  COPSE_TRY_STATUS(compact_symbols(file_system_, store_directory_, *writer_,
                                   {thread_count(options_.jobs), options_.stop}));
  auto gathered = writer_->gather(kLiveShareMin);
  if (!gathered.ok()) return std::move(gathered).take_error();
  writer_->merge_catalogue();
  return commit();
}

}  // namespace copse
