// Commits, trees and blobs through libgit2.
#include "workspace/git_repository.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/io/file_system.h"
#include "workspace/git_library.h"

namespace copse {
namespace {

using ObjectPtr = GitPtr<git_object, &GitFunctions::object_free>;
using CommitPtr = GitPtr<git_commit, &GitFunctions::commit_free>;
using TreePtr = GitPtr<git_tree, &GitFunctions::tree_free>;
using EntryPtr = GitPtr<git_tree_entry, &GitFunctions::tree_entry_free>;
using WalkPtr = GitPtr<git_revwalk, &GitFunctions::revwalk_free>;
using OdbPtr = GitPtr<git_odb, &GitFunctions::odb_free>;
using OdbObjectPtr = GitPtr<git_odb_object, &GitFunctions::odb_object_free>;
using ReferencePtr = GitPtr<git_reference, &GitFunctions::reference_free>;

ObjectId id_of(const git_oid* oid) {
  static_assert(ObjectId::kSizeBytes == GIT_OID_RAWSZ);
  ObjectId id;
  std::memcpy(id.digest.data(), oid->id, GIT_OID_RAWSZ);
  return id;
}

git_oid oid_of(const ObjectId& id) {
  git_oid oid;
  std::memcpy(oid.id, id.digest.data(), GIT_OID_RAWSZ);
  return oid;
}

// The first line, at most so long.
std::string subject_of(const git_commit* commit) {
  const char* summary = git().commit_summary(const_cast<git_commit*>(commit));
  std::string subject = summary == nullptr ? "" : summary;
  if (subject.size() > kRevisionSubjectBytesMax) subject.resize(kRevisionSubjectBytesMax);
  return subject;
}

}  // namespace

struct GitRepository::State {
  std::string directory;
  GitRepositoryPtr repository;
  OdbPtr odb;
  std::string prefix;  // of the directory in the repository: empty, or ends with '/'

  Error missing(const ObjectId& id, const std::string& what) const {
    std::string message = directory + ": " + what + " " + id.hex() + " cannot be read: ";
    message += git_message();
    if (git().repository_is_shallow(repository.get()) == 1) {
      message += "; it is a shallow clone, whose history is cut off";
    }
    return {ErrorCode::Corrupt, std::move(message)};
  }

  Result<CommitPtr> commit(const ObjectId& id) const {
    const git_oid oid = oid_of(id);
    git_commit* found = nullptr;
    if (git().commit_lookup(&found, repository.get(), &oid) != 0) return missing(id, "commit");
    return CommitPtr(found);
  }

  // Null when the commit does not have the directory.
  Result<TreePtr> directory_of(const git_commit* commit) const {
    git_tree* root = nullptr;
    if (git().commit_tree(&root, commit) != 0) {
      return missing(id_of(git().commit_tree_id(commit)), "tree");
    }
    TreePtr tree(root);
    if (prefix.empty()) return tree;
    git_tree_entry* found = nullptr;
    const std::string path = prefix.substr(0, prefix.size() - 1);
    const int status = git().tree_entry_bypath(&found, tree.get(), path.c_str());
    const EntryPtr entry(found);
    if (status == GIT_ENOTFOUND) return TreePtr();
    if (status != 0) return missing(id_of(git().tree_id(tree.get())), "tree");
    if (git().tree_entry_type(found) != GIT_OBJECT_TREE) return TreePtr();
    return subtree(*git().tree_entry_id(found));
  }

  Result<TreePtr> subtree(const git_oid& oid) const {
    git_tree* tree = nullptr;
    if (git().tree_lookup(&tree, repository.get(), &oid) != 0) return missing(id_of(&oid), "tree");
    return TreePtr(tree);
  }
};

namespace {

Error refused(const std::string& directory, int status) {
  const std::string message = git_message();
  if (status == GIT_ENOTFOUND) {
    return {ErrorCode::NotFound, directory + " is not in a git repository"};
  }
  if (message.find("objectformat") != std::string::npos) {
    return {ErrorCode::Unsupported, directory +
                                        ": a repository of SHA-256 objects, which are not "
                                        "supported: only those of SHA-1 are"};
  }
  return {ErrorCode::Unsupported, directory + ": its repository cannot be opened: " + message};
}

}  // namespace

GitRepository::GitRepository(std::unique_ptr<State> state) : state_(std::move(state)) {}
GitRepository::GitRepository(GitRepository&&) noexcept = default;
GitRepository& GitRepository::operator=(GitRepository&&) noexcept = default;
GitRepository::~GitRepository() = default;

Result<GitRepository> GitRepository::open(const std::string& directory) {
  COPSE_TRY_STATUS(load_git());
  auto state = std::make_unique<State>();
  state->directory = directory;
  COPSE_TRY(const std::string real, real_file_system().real_path(directory));
  git_repository* repository = nullptr;
  int status = 0;
  {
    const GitAnyOwner any_owner;
    status = git().repository_open_ext(&repository, real.c_str(), 0, nullptr);
  }
  state->repository.reset(repository);
  if (status != 0) return refused(directory, status);
  git_odb* odb = nullptr;
  if (git().repository_odb(&odb, repository) != 0) return refused(directory, GIT_ERROR);
  state->odb.reset(odb);
  const char* const work_tree = git().repository_workdir(repository);
  const std::string inside = join_path(real, "");
  if (work_tree != nullptr && inside.starts_with(work_tree) &&
      !inside.starts_with(git().repository_path(repository))) {
    state->prefix = inside.substr(std::strlen(work_tree));
  }
  return GitRepository(std::move(state));
}

// ---- commits -----------------------------------------------------------------------------------

Result<std::vector<ObjectId>> GitRepository::resolve(const std::string& revision) const {
  const auto unknown = [&](const std::string& why) {
    return Error(ErrorCode::NotFound,
                 "git knows no revision '" + revision + "' in " + state_->directory + ": " + why);
  };
  git_revspec spec{};
  const int status = git().revparse(&spec, state_->repository.get(), revision.c_str());
  const ObjectPtr from(spec.from);
  const ObjectPtr to(spec.to);
  if (status != 0) return unknown(git_message());
  if ((spec.flags & GIT_REVSPEC_SINGLE) != 0) {
    git_object* commit = nullptr;
    if (git().object_peel(&commit, spec.from, GIT_OBJECT_COMMIT) != 0) {
      return unknown("it is not a commit");
    }
    const ObjectPtr owned(commit);
    return std::vector<ObjectId>{id_of(git().object_id(commit))};
  }
  if ((spec.flags & GIT_REVSPEC_MERGE_BASE) != 0) {
    return Error(ErrorCode::InvalidArgument,
                 "'" + revision + "' names no order of commits; give A..B");
  }
  git_revwalk* opened = nullptr;
  if (git().revwalk_new(&opened, state_->repository.get()) != 0) return unknown(git_message());
  const WalkPtr walk(opened);
  git().revwalk_sorting(opened, GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME | GIT_SORT_REVERSE);
  if (git().revwalk_push(opened, git().object_id(spec.to)) != 0 ||
      git().revwalk_hide(opened, git().object_id(spec.from)) != 0) {
    return unknown(git_message());
  }
  std::vector<ObjectId> commits;
  git_oid oid;
  int next = 0;
  while ((next = git().revwalk_next(&oid, opened)) == 0) {
    if (commits.size() >= kCommitsMax) {
      return Error(ErrorCode::LimitExceeded,
                   "'" + revision + "' are more commits than " + std::to_string(kCommitsMax));
    }
    commits.push_back(id_of(&oid));
  }
  if (next != GIT_ITEROVER) return state_->missing(id_of(git().object_id(spec.to)), "history of");
  return commits;
}

bool GitRepository::is_name(const std::string& revision) const {
  if (revision == "HEAD" || revision == "@" || revision.size() > kRevisionNameBytesMax) {
    return false;
  }
  git_reference* found = nullptr;
  const int status = git().reference_dwim(&found, state_->repository.get(), revision.c_str());
  const ReferencePtr reference(found);
  return status == 0;
}

Result<GitCommit> GitRepository::commit(const ObjectId& id) const {
  COPSE_TRY(const CommitPtr commit, state_->commit(id));
  GitCommit found;
  found.id = id;
  found.time_s = git().commit_time(commit.get());
  found.offset_minutes = std::clamp(git().commit_time_offset(commit.get()),
                                    -kRevisionOffsetMinutesMax, kRevisionOffsetMinutesMax);
  found.subject = subject_of(commit.get());
  return found;
}

std::optional<ObjectId> GitRepository::ancestor(
    const ObjectId& commit, const std::function<bool(const ObjectId&)>& is_wanted) const {
  ObjectId at = commit;
  for (std::size_t step = 0; step < kCommitsMax; ++step) {
    const auto found = state_->commit(at);
    if (!found.ok() || git().commit_parentcount(found.value().get()) == 0) return std::nullopt;
    at = id_of(git().commit_parent_id(found.value().get(), 0));
    if (is_wanted(at)) return at;
  }
  return std::nullopt;
}

// ---- files -------------------------------------------------------------------------------------

namespace {

// A folder that is being listed.
struct Folder {
  TreePtr tree;
  std::size_t next = 0;
  std::size_t prefix_bytes = 0;  // of its path
};

// Adds what is no folder; answers whether the entry is one.
bool take_entry(const git_tree_entry* entry, const std::string& path, GitTree& tree) {
  switch (git().tree_entry_filemode(entry)) {
    case GIT_FILEMODE_TREE:
      return true;
    case GIT_FILEMODE_LINK:
      ++tree.links;
      return false;
    case GIT_FILEMODE_COMMIT:
      ++tree.submodules;
      return false;
    case GIT_FILEMODE_UNREADABLE:
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
      break;
  }
  if (path.size() > kMaxPathBytes) {
    tree.problems.push_back(path.substr(0, 64) + "...: its path is longer than " +
                            std::to_string(kMaxPathBytes) + " bytes");
  } else {
    tree.files.push_back({path, id_of(git().tree_entry_id(entry))});
  }
  return false;
}

void sort_files(GitTree& tree) {
  auto& files = tree.files;
  std::stable_sort(files.begin(), files.end(),
                   [](const GitFile& a, const GitFile& b) { return a.path < b.path; });
  const auto same = [&](const GitFile& a, const GitFile& b) {
    if (a.path != b.path) return false;
    tree.problems.push_back(a.path + ": the commit has two files of this name");
    return true;
  };
  files.erase(std::unique(files.begin(), files.end(), same), files.end());
}

}  // namespace

Result<GitTree> GitRepository::tree(const ObjectId& commit) const {
  COPSE_TRY(const CommitPtr found, state_->commit(commit));
  COPSE_TRY(TreePtr root, state_->directory_of(found.get()));
  GitTree tree;
  if (root == nullptr) return tree;
  tree.id = id_of(git().tree_id(root.get()));
  std::string path;
  std::vector<Folder> folders;
  folders.push_back({std::move(root), 0, 0});
  while (!folders.empty()) {
    Folder& folder = folders.back();
    path.resize(folder.prefix_bytes);
    const git_tree_entry* const entry = git().tree_entry_byindex(folder.tree.get(), folder.next++);
    if (entry == nullptr) {
      folders.pop_back();
      continue;
    }
    path += git().tree_entry_name(entry);
    if (!take_entry(entry, path, tree)) continue;
    if (folders.size() >= kTreeDepthMax || tree.files.size() > kRevisionFilesMax) {
      return Error(ErrorCode::LimitExceeded, "commit " + commit.hex() + " has more than " +
                                                 std::to_string(kRevisionFilesMax) +
                                                 " files, or more than " +
                                                 std::to_string(kTreeDepthMax) + " folders deep");
    }
    COPSE_TRY(TreePtr below, state_->subtree(*git().tree_entry_id(entry)));
    path += '/';
    folders.push_back({std::move(below), 0, path.size()});
  }
  sort_files(tree);
  if (tree.files.size() > kRevisionFilesMax) {
    return Error(ErrorCode::LimitExceeded, "commit " + commit.hex() + " has more than " +
                                               std::to_string(kRevisionFilesMax) + " files");
  }
  return tree;
}

Result<std::uint64_t> GitRepository::size(const ObjectId& object) const {
  const git_oid oid = oid_of(object);
  std::size_t bytes = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  if (git().odb_read_header(&bytes, &type, state_->odb.get(), &oid) != 0) {
    return state_->missing(object, "object");
  }
  if (type != GIT_OBJECT_BLOB) {
    return Error(ErrorCode::Corrupt, "object " + object.hex() + " is no file");
  }
  return static_cast<std::uint64_t>(bytes);
}

Result<std::string> GitRepository::read(const ObjectId& object, std::uint64_t bytes_max) const {
  COPSE_TRY(const std::uint64_t bytes, size(object));
  if (bytes > bytes_max) {
    return Error(ErrorCode::LimitExceeded, "object " + object.hex() + " has " +
                                               std::to_string(bytes) + " bytes, the limit is " +
                                               std::to_string(bytes_max));
  }
  const git_oid oid = oid_of(object);
  git_odb_object* opened = nullptr;
  if (git().odb_read(&opened, state_->odb.get(), &oid) != 0) {
    return state_->missing(object, "object");
  }
  const OdbObjectPtr owned(opened);
  return std::string(static_cast<const char*>(git().odb_object_data(opened)),
                     git().odb_object_size(opened));
}

}  // namespace copse
