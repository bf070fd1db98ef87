// From a path to what goes into the store.
#include "workspace/file_job.h"

#include <utility>

#include "codec/chunked_frame.h"
#include "core/parallel.h"
#include "workspace/language_detection.h"

namespace copse {
namespace {

constexpr int kReadAttemptsMax = 3;
// A file written less than this before it was read may be written again within the same tick of its
// file system's clock: its stat proves nothing (git calls such an entry racy).
constexpr std::int64_t kFineTickNs = 20'000'000;
constexpr std::int64_t kCoarseTickNs = 2'000'000'000;

bool stat_proves_content(std::int64_t changed_ns, std::int64_t read_at_ns) {
  const std::int64_t tick = changed_ns % 1'000'000'000 == 0 ? kCoarseTickNs : kFineTickNs;
  return changed_ns + tick < read_at_ns;
}

// What git-lfs leaves in place of a large file:
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
constexpr std::string_view kLargeFilePointer = "version https://git-lfs.github.com/spec/v1\n";
constexpr std::size_t kLargeFilePointerBytesMax = 1024;

bool is_large_file_pointer(std::string_view text) {
  return text.size() < kLargeFilePointerBytesMax && text.starts_with(kLargeFilePointer);
}

bool same_stat(const FileInfo& a, const FileInfo& b) {
  return a.changed_ns == b.changed_ns && a.size_bytes == b.size_bytes && a.inode == b.inode;
}

}  // namespace

Status LaneState::ready(const LanguageState& language,
                        const std::shared_ptr<const TreeModel>& model) {
  const auto known = models_.find(language.id);
  if (known == models_.end()) {
    auto grammar = lane_->load(language.id, language.library_path);
    if (!grammar.ok()) return std::move(grammar).take_error();
    if (grammar.value()->identity() != language.grammar->identity()) {
      return Error(ErrorCode::Unsupported,
                   language.library_path + " was replaced while indexing; run copse index again");
    }
    models_[language.id] = nullptr;
  }
  if (models_[language.id] == model) return success();
  COPSE_TRY_STATUS(
      lane_->set_model(language.id, model != nullptr ? model : base_model(language.grammar)));
  models_[language.id] = model;
  return success();
}

Lanes make_lanes(unsigned jobs, const std::vector<std::string>& command, const Clock& clock,
                 const ParseLimits& limits, TreePhases phases) {
  Lanes lanes;
  for (unsigned i = 0; i < thread_count(jobs); ++i) {
    lanes.push_back(std::make_unique<LaneState>(command.empty()
                                                    ? make_thread_lane(clock, limits, phases)
                                                    : make_process_lane(command, limits, phases)));
  }
  return lanes;
}

void abort_all(const Lanes& lanes) {
  for (const auto& lane : lanes) {
    lane->lane().abort();
  }
}

Result<std::string> FileWorker::read(const IndexJob& job, FileRecord& record) const {
  if (contents_ != nullptr) {
    COPSE_TRY(std::string text, contents_->read(job.file.path));
    record.file_size = text.size();
    return text;
  }
  const std::string path = join_path(root_, job.file.path);
  for (int attempt = 1;; ++attempt) {
    COPSE_TRY(const FileInfo before, file_system_.lstat(path));
    const std::int64_t read_at_ns = clock_.wall_ns();
    COPSE_TRY(const Bytes bytes, file_system_.read_file(path, kFileBytesMax));
    COPSE_TRY(const FileInfo after, file_system_.lstat(path));
    const bool quiet = same_stat(before, after) && bytes.size() == after.size_bytes;
    if (!quiet && attempt < kReadAttemptsMax) continue;
    record.file_size = bytes.size();
    record.inode = after.inode;
    record.changed_ns =
        quiet && stat_proves_content(after.changed_ns, read_at_ns) ? after.changed_ns : 0;
    return std::string(as_text(bytes));
  }
}

std::string FileWorker::parse(const IndexJob& job, std::string_view text, LaneState& lane,
                              bool sample, FileOutcome& outcome) const {
  if (job.language.empty()) return "no known language";
  const LanguageState& language = languages_.at(job.language);
  if (!language.usable()) return language.problem;
  outcome.record.grammar = language.grammar_id;
  outcome.record.parser_build = language.build;
  if (is_large_file_pointer(text)) return "a pointer of git-lfs";
  switch (classify_content(text)) {
    case ContentKind::Text:
      break;
    case ContentKind::Binary:
      return "binary content";
    case ContentKind::Utf16:
      return "UTF-16 text";
  }
  const auto prepare = [&]() -> Result<PreparedTree> {
    COPSE_TRY_STATUS(lane.ready(language, sample ? nullptr : language.model));
    COPSE_TRY(PreparedTree tree, lane.lane().prepare(job.language, text));
    COPSE_TRY(outcome.facts, read_facts(tree.facts, *language.grammar));
    tree.facts = {};
    if (!tree.symbols.empty()) {
      COPSE_TRY(outcome.symbols, decode_symbols(tree.symbols));
    }
    tree.symbols = {};
    return tree;
  };
  auto tree = prepare();
  if (!tree.ok()) {
    if (tree.error().code() == ErrorCode::Interrupted) {
      outcome.kind = FileOutcome::Kind::Interrupted;
    }
    // Another run, with more time or memory, may fare better: no build of a parser had its last
    // word.
    outcome.record.parser_build = 0;
    return tree.error().message();
  }
  outcome.record.language = job.language;
  outcome.record.model = language.model_id;
  outcome.record.nodes = tree.value().nodes;
  outcome.record.visible_nodes = tree.value().visible_nodes;
  outcome.tree = std::move(tree).value();
  return {};
}

FileOutcome FileWorker::learn_from(const IndexJob& job, std::size_t bytes, LaneState& lane) const {
  FileOutcome outcome;
  outcome.record.path = job.file.path;
  outcome.kind = FileOutcome::Kind::Unreadable;
  auto text = read(job, outcome.record);
  if (!text.ok()) return outcome;
  outcome.text = std::move(text).value().substr(0, bytes);
  outcome.record.note = parse(job, outcome.text, lane, true, outcome);
  return outcome;
}

FileOutcome FileWorker::run(const IndexJob& job, LaneState& lane, bool sample) const {
  FileOutcome outcome;
  outcome.job = &job;
  FileRecord& record = outcome.record;
  record.path = job.file.path;
  auto read_text = read(job, record);
  if (!read_text.ok()) {
    outcome.kind = read_text.error().code() == ErrorCode::NotFound ? FileOutcome::Kind::Vanished
                                                                   : FileOutcome::Kind::Unreadable;
    outcome.problem = read_text.error().message();
    return outcome;
  }
  std::string text = std::move(read_text).value();
  outcome.content = content_id(as_bytes(text));
  record.content = outcome.content;
  record.source_bytes = text.size();
  if (job.known && job.known->content == record.content &&
      record_is_current(*job.known, job.language, languages_)) {
    outcome.kind = FileOutcome::Kind::Unchanged;
    // Which may be the record of another path.
    const FileRecord stat = std::exchange(record, *job.known);
    record.path = stat.path;
    record.changed_ns = stat.changed_ns;
    record.file_size = stat.file_size;
    record.inode = stat.inode;
    return outcome;
  }
  record.lines = count_lines(text);
  record.note = parse(job, text, lane, sample, outcome);
  if (record.note.size() > kMaxNoteBytes) record.note.resize(kMaxNoteBytes);
  outcome.source = phases_.compress_source(as_bytes(text));
  if (sample) outcome.text = std::move(text);
  return outcome;
}

}  // namespace copse
