// A walk with a stack of its own, one directory at a time.
#include "workspace/directory_walk.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "workspace/git_ignore.h"

namespace copse {
namespace {

constexpr std::string_view kGitName = ".git";
constexpr std::string_view kIgnoreFileName = ".gitignore";

// A directory that is still to be listed.
struct PendingDirectory {
  std::string path;  // relative; empty for the root
  std::size_t depth = 0;
  GitIgnore::ScopePtr scope;  // of the rules that hold in its parent
};

class Walk {
 public:
  Walk(FileSystem& file_system, std::string root, const WalkOptions& options)
      : file_system_(file_system), root_(std::move(root)), options_(options) {}

  Result<WalkReport> run() {
    pending_.emplace_back();
    if (!options_.include_ignored) {
      ignore_.emplace(GitIgnore::open(file_system_, root_));
      pending_.back().scope = ignore_->outer_scope();
      for (const FileProblem& problem : ignore_->problems()) {
        add_problem(problem.path, problem.reason);
      }
    }
    while (!pending_.empty()) {
      const PendingDirectory directory = std::move(pending_.back());
      pending_.pop_back();
      COPSE_TRY_STATUS(visit(directory));
    }
    std::sort(report_.files.begin(), report_.files.end(),
              [](const WalkedFile& a, const WalkedFile& b) { return a.path < b.path; });
    std::sort(report_.problems.begin(), report_.problems.end(),
              [](const FileProblem& a, const FileProblem& b) { return a.path < b.path; });
    return std::move(report_);
  }

 private:
  Status visit(PendingDirectory directory) {
    auto listed = file_system_.list(join_path(root_, directory.path));
    if (!listed.ok()) {
      // Without the root there is no answer; any other directory may be missing from it.
      if (directory.path.empty()) return std::move(listed).take_error();
      if (listed.error().code() != ErrorCode::NotFound) {
        add_problem(directory.path, listed.error().message());
      }
      return success();
    }
    const std::vector<DirectoryEntry>& entries = listed.value();
    read_ignore_file(directory, entries);
    for (const DirectoryEntry& entry : entries) {
      if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) {
        return Error(ErrorCode::Interrupted, "the walk of " + root_ + " was interrupted");
      }
      take(directory, entry);
    }
    return success();
  }

  void read_ignore_file(PendingDirectory& directory, const std::vector<DirectoryEntry>& entries) {
    const bool has_file = std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
      return entry.name == kIgnoreFileName && entry.type == FileType::Regular;
    });
    if (!ignore_.has_value() || !has_file) return;
    auto scope = ignore_->enter(directory.scope, directory.path);
    if (scope.ok()) {
      directory.scope = std::move(scope).value();
    } else {
      add_problem(join_path(directory.path, kIgnoreFileName), scope.error().message());
    }
  }

  void take(const PendingDirectory& directory, const DirectoryEntry& entry) {
    const bool is_directory = entry.type == FileType::Directory;
    if (!is_directory && entry.type != FileType::Regular) return;
    if (entry.name == kGitName || (is_directory && entry.name == kStoreDirectoryName)) return;
    std::string path = join_path(directory.path, entry.name);
    if (is_directory && !options_.exclude.empty() && join_path(root_, path) == options_.exclude) {
      return;
    }
    if (ignore_.has_value() && ignore_->is_ignored(directory.scope, path, entry.type)) return;
    if (!is_directory) return add_file(std::move(path));
    if (directory.depth + 1 > options_.depth_max) {
      return add_problem(std::move(path), "deeper than the limit of " +
                                              std::to_string(options_.depth_max) + " directories");
    }
    pending_.push_back({std::move(path), directory.depth + 1, directory.scope});
  }

  void add_file(std::string path) {
    const auto info = file_system_.lstat(join_path(root_, path));
    if (!info.ok()) {
      if (info.error().code() == ErrorCode::NotFound) return;
      return add_problem(std::move(path), info.error().message());
    }
    // Another thing may have taken the name since the directory was listed.
    if (info.value().type != FileType::Regular) return;
    report_.files.push_back(
        {std::move(path), info.value().size_bytes, info.value().changed_ns, info.value().inode});
  }

  void add_problem(std::string path, std::string reason) {
    report_.problems.push_back({std::move(path), std::move(reason)});
  }

  FileSystem& file_system_;
  const std::string root_;
  const WalkOptions& options_;
  std::optional<GitIgnore> ignore_;
  std::vector<PendingDirectory> pending_;
  WalkReport report_;
};

}  // namespace

Result<WalkReport> walk_directory(FileSystem& file_system, const std::string& root,
                                  const WalkOptions& options) {
  COPSE_TRY(std::string real_root, file_system.real_path(root));
  COPSE_TRY(const FileInfo info, file_system.stat(real_root));
  if (info.type != FileType::Directory) {
    return Error(ErrorCode::InvalidArgument, root + " is not a directory");
  }
  return Walk(file_system, std::move(real_root), options).run();
}

}  // namespace copse
