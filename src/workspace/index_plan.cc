// Files on disk against records in the store.
#include "workspace/index_plan.h"

#include <algorithm>
#include <utility>

#include "workspace/language_detection.h"

namespace copse {
namespace {

// A file from here on is begun before all others, so that no lane is left alone with it at the end.
constexpr std::uint64_t kLargeFileBytes = std::uint64_t{1} << 20;

}  // namespace

Result<std::string> IndexPlanner::read_head(const WalkedFile& file) const {
  COPSE_TRY(const auto open, file_system_.open(join_path(root_, file.path)));
  COPSE_TRY(const std::uint64_t size, open->size());
  std::string head(std::min<std::uint64_t>(size, kDetectionHeadBytes), '\0');
  COPSE_TRY_STATUS(open->read_at(0, {reinterpret_cast<std::uint8_t*>(head.data()), head.size()}));
  return head;
}

Status IndexPlanner::look_at_file(WalkedFile file) {
  Candidate candidate;
  COPSE_TRY(candidate.known, writer_.find(file.path));
  if (candidate.known) {
    const FileRecord& known = *candidate.known;
    candidate.same_stat = known.changed_ns != 0 && known.changed_ns == file.changed_ns &&
                          known.file_size == file.size_bytes && known.inode == file.inode;
  }
  const NameVerdict verdict = name_may_be_known(registry_, file.path);
  if (verdict == NameVerdict::Known) {
    candidate.language = detect_language(registry_, file.path, {}).value_or("");
  } else if (candidate.same_stat && candidate.known->tree) {
    candidate.language = candidate.known->language;
  } else if (verdict == NameVerdict::NeedsContent) {
    auto head = read_head(file);
    if (!head.ok()) {
      if (head.error().code() == ErrorCode::NotFound) return success();
      present_.insert(file.path);
      problems_.push_back({file.path, head.error().message()});
      return success();
    }
    candidate.language = detect_language(registry_, file.path, head.value()).value_or("");
  }
  if (candidate.language.empty() && !options_.include_unknown) return success();
  present_.insert(file.path);
  candidate.file = std::move(file);
  candidates_.push_back(std::move(candidate));
  return success();
}

Status IndexPlanner::look_at(WalkReport walk) {
  for (WalkedFile& file : walk.files) {
    COPSE_TRY_STATUS(look_at_file(std::move(file)));
  }
  for (FileProblem& problem : walk.problems) {
    problems_.push_back(std::move(problem));
  }
  return success();
}

std::set<std::string> IndexPlanner::languages() const {
  std::set<std::string> languages;
  for (const Candidate& candidate : candidates_) {
    if (!candidate.language.empty()) languages.insert(candidate.language);
  }
  return languages;
}

bool record_is_current(const FileRecord& known, const std::string& language,
                       const LanguageTable& table) {
  if (language.empty()) return !known.tree;
  if (known.tree && known.language != language) return false;
  const LanguageState& state = table.at(language);
  if (!state.usable()) return true;
  return !state.grammar_id.none() && known.grammar == state.grammar_id &&
         known.parser_build == state.build;
}

bool IndexPlanner::frames_hold(const FileRecord& record) const {
  const auto holds = [&](const FrameRef& ref) { return writer_.read_frame(ref).ok(); };
  return holds(record.source) && (!record.tree || holds(*record.tree)) &&
         std::all_of(record.bases.begin(), record.bases.end(), holds);
}

bool IndexPlanner::is_unchanged(const Candidate& candidate, const LanguageTable& table) const {
  return candidate.same_stat && record_is_current(*candidate.known, candidate.language, table);
}

// What could not be read is not gone: neither an unreadable file nor what lies below an unreadable
// directory.
Result<std::vector<std::string>> IndexPlanner::find_removed() const {
  COPSE_TRY(const std::vector<std::string> paths, writer_.paths());
  std::vector<std::string> removed;
  for (const std::string& path : paths) {
    // What revisions have is not of the directory.
    if (is_hidden(path) || present_.contains(path)) continue;
    const bool hidden =
        std::any_of(problems_.begin(), problems_.end(), [&](const FileProblem& problem) {
          return path == problem.path || problem.path.empty() || problem.path == "." ||
                 path.starts_with(problem.path + "/");
        });
    if (!hidden) removed.push_back(path);
  }
  return removed;
}

Result<IndexPlan> IndexPlanner::finish(const LanguageTable& table) {
  IndexPlan plan;
  COPSE_TRY(plan.removed, find_removed());
  plan.files_seen = candidates_.size();
  for (Candidate& candidate : candidates_) {
    // Damaged frames are stored anew: the file is at hand.
    if (candidate.known && !frames_hold(*candidate.known)) {
      candidate.known.reset();
    } else if (is_unchanged(candidate, table)) {
      ++plan.files_unchanged;
      const FileRecord& known = *candidate.known;
      if (!known.tree) plan.plain.push_back({known.path, known.note});
      continue;
    }
    plan.bytes_total += candidate.file.size_bytes;
    plan.jobs.push_back(
        {std::move(candidate.file), std::move(candidate.language), std::move(candidate.known)});
  }
  std::stable_partition(plan.jobs.begin(), plan.jobs.end(),
                        [](const IndexJob& job) { return job.file.size_bytes >= kLargeFileBytes; });
  plan.problems = std::move(problems_);
  candidates_.clear();
  return plan;
}

}  // namespace copse
