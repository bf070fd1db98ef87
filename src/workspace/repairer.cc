// Looks at every record, then at every damaged one again.
#include "workspace/repairer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/hash.h"
#include "workspace/postings_compaction.h"
#include "workspace/symbol_compaction.h"

namespace copse {
namespace {

constexpr double kParseTimeoutS = 120;
constexpr int kVerifyAttemptsMax = 10;

}  // namespace

Repairer::Repairer(FileSystem& sources, const Clock& clock, std::string store_directory,
                   const RepairOptions& options)
    : sources_(sources),
      storage_(options.storage.file_system()),
      clock_(clock),
      store_directory_(std::move(store_directory)),
      options_(options) {}

Result<RepairReport> Repairer::run() {
  const std::int64_t started_ns = clock_.monotonic_ns();
  COPSE_TRY(report_.found, damages());
  if (options_.dry_run) {
    COPSE_TRY(Store store, Store::open(storage_, store_directory_));
    workspace_ = std::make_unique<Workspace::Impl>(std::move(store), options_.storage);
    examine();
    for (const Problem& problem : problems_) {
      report_.lost.push_back({workspace_->store.file(problem.file).path,
                              problem.source.empty() ? problem.tree : problem.source});
    }
    report_.left = report_.found;
  } else if (!report_.found.empty()) {
    COPSE_TRY_STATUS(open());
    examine();
    for (const Problem& problem : problems_) {
      if (stopping()) break;
      COPSE_TRY_STATUS(repair(problem));
    }
    report_.interrupted = stopping();
    COPSE_TRY_STATUS(finish());
    COPSE_TRY(report_.left, damages());
  }
  report_.elapsed_s = static_cast<double>(clock_.monotonic_ns() - started_ns) / 1e9;
  return std::move(report_);
}

bool Repairer::stopping() const {
  return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
}

// A writer may replace the generation that is being read: then the newer one is.
Result<std::vector<std::string>> Repairer::damages() const {
  for (int attempt = 1;; ++attempt) {
    COPSE_TRY(const Store store, Store::open(storage_, store_directory_));
    std::vector<std::string> found;
    auto summary = store.verify([&](const Damage& damage) { found.push_back(damage.message); });
    if (summary.ok()) return found;
    if (attempt == kVerifyAttemptsMax) return std::move(summary).take_error();
  }
}

Status Repairer::open() {
  COPSE_TRY(StoreWriter writer, StoreWriter::open_or_create(storage_, store_directory_));
  writer_ = std::make_unique<StoreWriter>(std::move(writer));
  // First the two-fold things: a model or dictionary that has one whole copy is no reason to parse.
  COPSE_TRY_STATUS(writer_->heal());
  COPSE_TRY_STATUS(writer_->commit());
  COPSE_TRY(Store store, Store::open(storage_, store_directory_));
  workspace_ = std::make_unique<Workspace::Impl>(std::move(store), options_.storage);
  auto phases = StorePhases::of(*writer_);
  if (phases.ok()) phases_ = std::move(phases).value();
  lanes_ = make_lanes(1, options_.parse_command, clock_, {kParseTimeoutS, 0}, phases_.of_trees());
  languages_ = std::make_unique<LanguageTable>(sources_, options_.grammar_path);
  const auto root = writer_->root(kDirectoryRoot);
  if (!root) return success();
  const auto claim = writer_->read_shared(*root, kDirectoryObject);
  if (!claim.ok()) return success();
  // As Indexer::claim_directory wrote it: the store's own place below the directory, or the whole.
  directory_ = as_text(claim.value());
  if (!directory_.starts_with('.')) return success();
  COPSE_TRY(const std::string store_path, storage_.real_path(store_directory_));
  const std::string below = directory_.substr(1);
  directory_ = store_path.ends_with(below) ? store_path.substr(0, store_path.size() - below.size())
                                           : std::string();
  return success();
}

std::string Repairer::problem_of_source(const FileRecord& record) const {
  const auto frame = workspace_->view_source(record, FrameCheck::Whole);
  if (!frame.ok()) return frame.error().message();
  const auto dictionary = workspace_->dictionary_for(record, frame.value().codec);
  return dictionary.ok() ? std::string() : dictionary.error().message();
}

std::string Repairer::problem_of_tree(const FileRecord& record) const {
  if (!record.tree) return {};
  const auto frame = workspace_->view_tree(record, FrameCheck::Whole);
  if (!frame.ok()) return frame.error().message();
  const auto grammar = workspace_->objects.grammar(record.grammar);
  if (!grammar.ok()) return grammar.error().message();
  const auto model = workspace_->objects.model(record.grammar, record.model);
  return model.ok() ? std::string() : model.error().message();
}

void Repairer::examine() {
  const Store& store = workspace_->store;
  std::set<ContentKey> wanted;
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    Problem problem{i, problem_of_source(record), problem_of_tree(record)};
    if (problem.source.empty() && problem.tree.empty()) continue;
    if (!problem.source.empty()) wanted.insert(record.content);
    problems_.push_back(std::move(problem));
  }
  if (wanted.empty()) return;
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    if (!wanted.contains(record.content) || whole_sources_.contains(record.content)) continue;
    if (problem_of_source(record).empty()) whole_sources_.emplace(record.content, i);
  }
}

Status Repairer::repair(const Problem& problem) {
  FileRecord record = workspace_->store.file(problem.file);
  if (!problem.source.empty()) {
    COPSE_TRY(const bool restored, restore_source(record));
    if (!restored) {
      report_.lost.push_back({record.path, problem.source});
      return success();
    }
    ++report_.sources_restored;
  }
  if (!problem.tree.empty()) {
    COPSE_TRY(const std::string why, restore_tree(record));
    if (why.empty()) {
      ++report_.trees_restored;
    } else {
      report_.lost.push_back({record.path, "its tree cannot be made again: " + why});
    }
  }
  // A tree that stayed damaged is read as it was; its source is worth keeping.
  if (record == workspace_->store.file(problem.file)) return success();
  return writer_->put(std::move(record));
}

Result<bool> Repairer::restore_source(FileRecord& record) {
  const auto equal = whole_sources_.find(record.content);
  if (equal == whole_sources_.end()) return restore_from_directory(record);
  const FileRecord other = workspace_->store.file(equal->second);
  record.source = other.source;
  record.dictionary = other.dictionary;
  return true;
}

Result<bool> Repairer::restore_from_directory(FileRecord& record) {
  if (directory_.empty()) return false;
  const auto bytes = sources_.read_file(join_path(directory_, record.path), kFileBytesMax);
  if (!bytes.ok() || ContentKey(content_id(bytes.value())) != record.content) return false;
  const FramePayload frame = phases_.compress_source(bytes.value());
  COPSE_TRY(record.source,
            writer_->append_frame(kSourceFrame, static_cast<std::uint8_t>(frame.codec),
                                  frame.raw_bytes, frame.bytes));
  record.dictionary = {};
  return true;
}

Result<std::string> Repairer::choose_model(const std::string& language) {
  const LanguageState& state = languages_->load(language, lanes_.front()->lane());
  if (!state.usable()) return state.problem;
  if (state.model == nullptr) languages_->adopt_stored(language, *writer_);
  if (state.model == nullptr) {
    COPSE_TRY_STATUS(languages_->set_model(language, base_model(state.grammar), *writer_));
  }
  return std::string();
}

Result<std::string> Repairer::restore_tree(FileRecord& record) {
  COPSE_TRY(std::string why, choose_model(record.language));
  if (!why.empty()) return why;
  const LanguageState& state = languages_->at(record.language);
  // A source that was restored a moment ago lies in the writer's pack, so read what it holds.
  const auto parse = [&]() -> Result<PreparedTree> {
    COPSE_TRY(const Frame frame, writer_->read_frame(record.source));
    COPSE_TRY(const auto dictionary, workspace_->dictionary_for(record, frame.codec));
    COPSE_TRY_STATUS(
        check_stated_length(frame.codec, frame.payload(), frame.raw_bytes, kFileBytesMax));
    std::string text(static_cast<std::size_t>(frame.raw_bytes), '\0');
    const std::span out(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
    COPSE_TRY_STATUS(decompress_into(frame.codec, frame.payload(), dictionary.get(), out));
    LaneState& lane = *lanes_.front();
    COPSE_TRY_STATUS(lane.ready(state, state.model));
    return lane.lane().prepare(record.language, text);
  };
  const auto tree = parse();
  if (!tree.ok()) return tree.error().message();
  const FramePayload& frame = tree.value().frame;
  COPSE_TRY(record.tree, writer_->append_frame(kTreeFrame, static_cast<std::uint8_t>(frame.codec),
                                               frame.raw_bytes, frame.bytes));
  record.grammar = state.grammar_id;
  record.model = state.model_id;
  record.parser_build = state.build;
  record.nodes = tree.value().nodes;
  record.visible_nodes = tree.value().visible_nodes;
  return std::string();
}

Status Repairer::finish() {
  COPSE_TRY_STATUS(writer_->commit());
  if (!workspace_->store.check_complete().ok() || report_.interrupted) return success();
  COPSE_TRY_STATUS(compact_postings(storage_, store_directory_, *writer_,
                                    {.threads = 1, .stop = options_.stop}));
  COPSE_TRY_STATUS(
      compact_symbols(storage_, store_directory_, *writer_, {.threads = 1, .stop = options_.stop}));
  // Healed again: what was damaged in the packs that are left may have had a header in them.
  COPSE_TRY_STATUS(writer_->heal());
  return writer_->commit();
}

Result<RepairReport> repair_store(const std::string& store_directory,
                                  const RepairOptions& options) {
  return Repairer(real_file_system(), real_clock(), store_directory, options).run();
}

}  // namespace copse
