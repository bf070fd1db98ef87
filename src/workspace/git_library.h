// What every user of libgit2 needs: its count of users, its last error, its owners' check.
#pragma once

#include <memory>
#include <string>

#include <git2.h>

namespace copse {

// The library counts its users; this is one of them.
class GitLibraryUse {
 public:
  GitLibraryUse() { git_libgit2_init(); }
  GitLibraryUse(const GitLibraryUse&) = delete;
  GitLibraryUse& operator=(const GitLibraryUse&) = delete;
  ~GitLibraryUse() { git_libgit2_shutdown(); }
};

// Nothing of the repository is run: it does not matter who owns it.
class GitAnyOwner {
 public:
  GitAnyOwner() {
    git_libgit2_opts(GIT_OPT_GET_OWNER_VALIDATION, &before_);
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  }
  GitAnyOwner(const GitAnyOwner&) = delete;
  GitAnyOwner& operator=(const GitAnyOwner&) = delete;
  ~GitAnyOwner() { git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, before_); }

 private:
  int before_ = 1;
};

inline std::string git_message() {
  const git_error* error = git_error_last();
  return error == nullptr || error->message == nullptr ? "unknown error" : error->message;
}

// Owns what libgit2 gave.
template <typename T, void (*Free)(T*)>
struct GitDeleter {
  void operator()(T* object) const { Free(object); }
};
template <typename T, void (*Free)(T*)>
using GitPtr = std::unique_ptr<T, GitDeleter<T, Free>>;

using GitRepositoryPtr = GitPtr<git_repository, git_repository_free>;
using GitConfigPtr = GitPtr<git_config, git_config_free>;

}  // namespace copse
