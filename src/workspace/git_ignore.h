// Which files git would leave out: .gitignore, .git/info/exclude and core.excludesFile.
//
// This is the one place besides core/io where the disk is reached: libgit2 finds the repository and
// reads its configuration by itself. The rules are read through a FileSystem and matched by
// IgnoreRules: libgit2 1.5 forgets "!name" where the rule that it takes back stands in a file
// above, and looks for ignore files in every directory above at every question.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"
#include "copse/workspace.h"

#include "core/io/file_system.h"

namespace copse {

// The rules that hold below one directory. Inside of a repository they are the repository's, unless
// those leave out the directory itself: who asks for it wants to see it. Then, as outside of any
// repository, the .gitignore files from the directory downwards count, and core.excludesFile.
// Repositories that lie within (submodules, say) bring their .gitignore files but not their
// info/exclude. An ignore file that is a symbolic link is not read, as with git. Immutable.
class GitIgnore {
 public:
  // All that holds in one directory: what its own ignore file adds to those above it.
  struct Scope;
  using ScopePtr = std::shared_ptr<const Scope>;  // null: no rules at all

  // `directory` is absolute and without links. A broken repository counts as none; it and ignore
  // files that cannot be read are told in problems().
  static GitIgnore open(FileSystem& file_system, const std::string& directory);

  // Of what the report of a walk should tell; paths are absolute.
  const std::vector<FileProblem>& problems() const { return problems_; }

  // What holds in the directory before its own ignore file is read.
  const ScopePtr& outer_scope() const { return outer_; }

  // The scope of a directory (relative, empty for the one that was opened) that holds an ignore
  // file, given that of its parent. An error when the file cannot be read.
  Result<ScopePtr> enter(const ScopePtr& parent, const std::string& path) const;

  // Whether a path is left out (relative, not empty), given the scope of the directory that it lies
  // in. Who asks does not enter an ignored directory: what lies above the path is not looked at
  // again.
  bool is_ignored(const ScopePtr& scope, const std::string& path, FileType type) const;

 private:
  explicit GitIgnore(FileSystem& file_system) : file_system_(&file_system) {}

  bool open_repository(const std::string& directory);
  void open_without_repository(const std::string& directory);
  void add_rules_of_user(const std::string& path);
  void add_rules(const std::string& path, const std::string& base);
  bool descend();
  static bool is_ignored_in(const Scope* scope, std::string_view path, bool is_directory);

  FileSystem* file_system_;
  std::string work_tree_;  // the directory itself where there is no repository; ends with '/'
  std::string prefix_;     // of the directory in the work tree: empty, or ends with '/'
  ScopePtr outer_;
  std::vector<FileProblem> problems_;
};

}  // namespace copse
