// libgit2, loaded when the first repository is asked about: with what it needs it is 17 shared
// libraries, and loading them takes longer than most commands run.
#pragma once

#include <memory>
#include <string>

#include <git2.h>

#include "copse/result.h"

namespace copse {

// Without "git_".
// NOLINTBEGIN(bugprone-macro-parentheses)
// clang-format off
#define COPSE_GIT_FUNCTIONS(X) \
  X(buf_dispose) X(commit_free) X(commit_lookup) X(commit_parent_id) X(commit_parentcount) \
  X(commit_summary) X(commit_time) X(commit_time_offset) X(commit_tree) X(commit_tree_id) \
  X(config_free) X(config_get_path) X(config_open_default) X(error_last) X(libgit2_init) \
  X(libgit2_opts) X(object_free) X(object_id) X(object_peel) X(odb_free) X(odb_object_data) \
  X(odb_object_free) X(odb_object_size) X(odb_read) X(odb_read_header) X(reference_dwim) \
  X(reference_free) X(repository_commondir) X(repository_config_snapshot) X(repository_free) \
  X(repository_is_shallow) X(repository_odb) X(repository_open_ext) X(repository_path) \
  X(repository_workdir) X(revparse) X(revwalk_free) X(revwalk_hide) X(revwalk_new) \
  X(revwalk_next) X(revwalk_push) X(revwalk_sorting) X(tree_entry_byindex) X(tree_entry_bypath) \
  X(tree_entry_filemode) X(tree_entry_free) X(tree_entry_id) X(tree_entry_name) \
  X(tree_entry_type) X(tree_free) X(tree_id) X(tree_lookup)
// clang-format on

// What is called of it, with the types that its headers give.
struct GitFunctions {
#define COPSE_GIT_FUNCTION(name) decltype(&::git_##name) name = nullptr;
  COPSE_GIT_FUNCTIONS(COPSE_GIT_FUNCTION)
#undef COPSE_GIT_FUNCTION
};
// NOLINTEND(bugprone-macro-parentheses)

// Loads it, the first time, and keeps it until the process ends. Unsupported when it is not
// installed, with the loader's words. Thread-safe.
Status load_git();
// REQUIRES: load_git() succeeded.
const GitFunctions& git();

// Nothing of the repository is run: it does not matter who owns it.
class GitAnyOwner {
 public:
  GitAnyOwner() {
    git().libgit2_opts(GIT_OPT_GET_OWNER_VALIDATION, &before_);
    git().libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  }
  GitAnyOwner(const GitAnyOwner&) = delete;
  GitAnyOwner& operator=(const GitAnyOwner&) = delete;
  ~GitAnyOwner() { git().libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, before_); }

 private:
  int before_ = 1;
};

inline std::string git_message() {
  const git_error* error = git().error_last();
  return error == nullptr || error->message == nullptr ? "unknown error" : error->message;
}

// Owns what libgit2 gave.
template <typename T, void (*GitFunctions::*Free)(T*)>
struct GitDeleter {
  void operator()(T* object) const { (git().*Free)(object); }
};
template <typename T, void (*GitFunctions::*Free)(T*)>
using GitPtr = std::unique_ptr<T, GitDeleter<T, Free>>;

using GitRepositoryPtr = GitPtr<git_repository, &GitFunctions::repository_free>;
using GitConfigPtr = GitPtr<git_config, &GitFunctions::config_free>;

}  // namespace copse
