// A git repository as a source of revisions: names to commits, commits to lists of files, files to
// bytes. Nothing is checked out and nothing of the repository is run. Here libgit2 reaches the disk
// by itself, as in git_ignore.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "store/revision.h"

namespace copse {

// A file as a commit has it: no link, no submodule.
struct GitFile {
  std::string path;  // relative to the directory that was opened
  ObjectId object;
};

struct GitCommit {
  ObjectId id;
  std::int64_t time_s = 0;
  std::int32_t offset_minutes = 0;
  std::string subject;
};

struct GitTree {
  ObjectId id;  // of the opened directory; all zeros when the commit does not have it
  std::vector<GitFile> files;         // strictly ascending by path
  std::uint64_t links = 0;            // left out
  std::uint64_t submodules = 0;       // left out
  std::vector<std::string> problems;  // paths that cannot be kept, with the reason
};

// Bare repositories, too, and shallow ones as far as they go. Methods but read() and size() are for
// one thread.
class GitRepository {
 public:
  static constexpr std::size_t kCommitsMax = 100'000;  // of one range, or looked at for an ancestor
  static constexpr std::size_t kTreeDepthMax = 2048;

  // The repository that the directory lies in: its commits are looked at from there, so that paths
  // are relative to it. NotFound when there is none, Unsupported for one of SHA-256.
  static Result<GitRepository> open(const std::string& directory);

  GitRepository(GitRepository&&) noexcept;
  GitRepository& operator=(GitRepository&&) noexcept;
  ~GitRepository();

  // The commits that a revision names as git understands it: one, or for "A..B" those that B has
  // and A has not, oldest first. NotFound with git's own words when there is none.
  Result<std::vector<ObjectId>> resolve(const std::string& revision) const;
  // Whether the text is the name of a tag or a branch, which goes on naming one commit for a while.
  bool is_name(const std::string& revision) const;

  Result<GitCommit> commit(const ObjectId& id) const;
  // LimitExceeded above kRevisionFilesMax.
  Result<GitTree> tree(const ObjectId& commit) const;
  // The nearest of a commit's ancestors, always the first parent of each, that `is_wanted`; no
  // value when there is none, or the history ends before.
  std::optional<ObjectId> ancestor(const ObjectId& commit,
                                   const std::function<bool(const ObjectId&)>& is_wanted) const;

  // Of a file, in bytes and as a whole. Never NotFound: a missing object is Corrupt. Thread-safe.
  Result<std::uint64_t> size(const ObjectId& object) const;
  Result<std::string> read(const ObjectId& object, std::uint64_t bytes_max) const;

 private:
  struct State;

  explicit GitRepository(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace copse
