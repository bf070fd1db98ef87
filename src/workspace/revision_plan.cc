// A commit's files: their languages, and which of their contents are new.
#include "workspace/revision_plan.h"

#include <algorithm>
#include <utility>

#include "workspace/language_detection.h"

namespace copse {
namespace {

// A file from here on is begun before all others, as in index_plan.cc.
constexpr std::uint64_t kLargeFileBytes = std::uint64_t{1} << 20;

}  // namespace

Result<std::string> GitContents::read(const std::string& record_path) const {
  const auto content = parse_content_record_path(record_path);
  if (!content) return Error(ErrorCode::InvalidArgument, "no content of a revision");
  return repository_.read(content->object, kFileBytesMax);
}

// No value when the file is left out.
Result<std::optional<std::string>> RevisionPlanner::language_of(const GitFile& file) {
  std::string language;
  const NameVerdict verdict = name_may_be_known(registry_, file.path);
  if (verdict == NameVerdict::Known) {
    language = detect_language(registry_, file.path, {}).value_or("");
  } else if (verdict == NameVerdict::NeedsContent) {
    COPSE_TRY(std::string text, repository_.read(file.object, kFileBytesMax));
    text.resize(std::min(text.size(), kDetectionHeadBytes));
    language = detect_language(registry_, file.path, text).value_or("");
  }
  if (language.empty() && !include_unknown_) return std::optional<std::string>();
  return std::optional(std::move(language));
}

Status RevisionPlanner::look_at(const RevisionHeader& header, const GitTree& tree) {
  files_.clear();
  problems_.clear();
  jobs_.clear();
  for (const std::string& problem : tree.problems) {
    problems_.push_back({"revision " + header.id.hex(), problem});
  }
  // A file that is the same there is of the same language.
  RevisionFiles known;
  const auto nearest =
      revisions_.has(header.id) ? std::optional(header.id) : revisions_.nearest(header);
  if (nearest) {
    COPSE_TRY(known, revisions_.files(*nearest));
  }
  auto at = known.begin();
  for (const GitFile& file : tree.files) {
    while (at != known.end() && at->path < file.path)
      ++at;
    if (at != known.end() && at->path == file.path && at->content.object == file.object) {
      if (!at->content.language.empty() || include_unknown_) files_.push_back(*at);
      continue;
    }
    auto language = language_of(file);
    if (!language.ok()) {
      problems_.push_back({file.path, language.error().message()});
    } else if (language.value()) {
      files_.push_back({file.path, {file.object, std::move(*language.value())}});
    }
  }
  return success();
}

std::set<std::string> RevisionPlanner::languages() const {
  std::set<std::string> languages;
  for (const RevisionFile& file : files_) {
    if (!file.content.language.empty()) languages.insert(file.content.language);
  }
  return languages;
}

// True when the store has the content as it would be parsed now.
Result<bool> RevisionPlanner::plan_content(const RevisionFile& file, const LanguageTable& table,
                                           IndexPlan& plan) {
  const std::string& language = file.content.language;
  const std::string path = content_record_path(file.content);
  if (jobs_.contains(path)) return false;
  COPSE_TRY(const auto stored, writer_.find(path));
  if (stored && (tried_.contains(path) || record_is_current(*stored, language, table))) return true;
  COPSE_TRY(const std::uint64_t bytes, repository_.size(file.content.object));
  IndexJob job;
  job.file.path = path;
  job.file.size_bytes = bytes;
  job.language = language;
  // The working directory may have parsed it already.
  COPSE_TRY(job.known, writer_.find(file.path));
  if (job.known && job.known->source_bytes != bytes) job.known.reset();
  plan.bytes_total += bytes;
  jobs_.emplace(path, static_cast<std::size_t>(&file - files_.data()));
  tried_.insert(path);
  plan.jobs.push_back(std::move(job));
  return false;
}

Result<IndexPlan> RevisionPlanner::finish(const LanguageTable& table) {
  IndexPlan plan;
  plan.files_seen = files_.size();
  for (const RevisionFile& file : files_) {
    const auto unchanged = plan_content(file, table, plan);
    if (!unchanged.ok()) {
      problems_.push_back({file.path, unchanged.error().message()});
    } else if (unchanged.value()) {
      ++plan.files_unchanged;
    }
  }
  std::stable_partition(plan.jobs.begin(), plan.jobs.end(),
                        [](const IndexJob& job) { return job.file.size_bytes >= kLargeFileBytes; });
  plan.problems = std::move(problems_);
  return plan;
}

std::string RevisionPlanner::file_of(const std::string& record_path) const {
  const auto found = jobs_.find(record_path);
  return found == jobs_.end() ? record_path : files_[found->second].path;
}

Result<RevisionFiles> RevisionPlanner::stored_files() const {
  RevisionFiles stored;
  stored.reserve(files_.size());
  for (const RevisionFile& file : files_) {
    COPSE_TRY(const auto record, writer_.find(content_record_path(file.content)));
    if (record) stored.push_back(file);
  }
  return stored;
}

}  // namespace copse
