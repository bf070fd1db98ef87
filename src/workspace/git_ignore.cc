// Repositories found by libgit2, and the chain of ignore files that holds in a directory.
#include "workspace/git_ignore.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "workspace/git_library.h"
#include "workspace/ignore_rules.h"

namespace copse {

struct GitIgnore::Scope {
  IgnoreRules rules;
  std::string base;  // of the rules in the work tree: empty, or ends with '/'
  ScopePtr parent;   // asked where these rules are silent
};

namespace {

constexpr std::uint64_t kIgnoreFileBytesMax = std::uint64_t{16} << 20;
constexpr std::string_view kIgnoreFileName = ".gitignore";

std::string take_text(git_buf& buffer) {
  std::string text = buffer.ptr == nullptr ? std::string() : buffer.ptr;
  git().buf_dispose(&buffer);
  return text;
}

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : text;
}

// core.excludesFile, or the file that git takes where that is not set. Empty: none.
std::string user_file(FileSystem& file_system, git_config* config) {
  git_buf buffer = {};
  if (config != nullptr && git().config_get_path(&buffer, config, "core.excludesfile") == 0) {
    return take_text(buffer);
  }
  git().libgit2_opts(GIT_OPT_GET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, &buffer);
  std::string folders = take_text(buffer);
  while (!folders.empty()) {
    const std::string folder = folders.substr(0, folders.find(':'));
    std::string path = join_path(folder, "ignore");
    if (file_system.stat(path).ok()) return path;
    folders.erase(0, folder.size() + 1);
  }
  return {};
}

}  // namespace

GitIgnore GitIgnore::open(FileSystem& file_system, const std::string& directory) {
  GitIgnore ignore(file_system);
  const Status loaded = load_git();
  if (!loaded.ok()) {
    ignore.problems_.push_back(
        {directory, "what git ignores is not known: " + loaded.error().message()});
    ignore.work_tree_ = join_path(directory, "");
    return ignore;
  }
  if (!ignore.open_repository(directory)) ignore.open_without_repository(directory);
  return ignore;
}

// False when there is no repository around the directory, or none whose rules should hold.
bool GitIgnore::open_repository(const std::string& directory) {
  git_repository* opened = nullptr;
  int status = 0;
  {
    // Only rules are read.
    const GitAnyOwner any_owner;
    status = git().repository_open_ext(&opened, directory.c_str(), 0, nullptr);
  }
  const GitRepositoryPtr repository(opened);
  if (status == GIT_ENOTFOUND) return false;
  if (status != 0) {
    problems_.push_back({directory, "its repository cannot be opened: " + git_message()});
    return false;
  }
  work_tree_ = text_of(git().repository_workdir(opened));  // ends with '/'; empty when bare
  const std::string inside = join_path(directory, "");
  if (work_tree_.empty() || !inside.starts_with(work_tree_)) return false;
  prefix_ = inside.substr(work_tree_.size());
  if (("/" + prefix_).find("/.git/") != std::string::npos) return false;

  git_config* config = nullptr;
  git().repository_config_snapshot(&config, opened);
  const GitConfigPtr owned_config(config);
  add_rules_of_user(user_file(*file_system_, config));
  add_rules(join_path(text_of(git().repository_commondir(opened)), "info/exclude"), "");
  return descend();
}

void GitIgnore::open_without_repository(const std::string& directory) {
  work_tree_ = join_path(directory, "");
  prefix_.clear();
  outer_.reset();
  git_config* config = nullptr;
  git().config_open_default(&config);
  const GitConfigPtr owned_config(config);
  add_rules_of_user(user_file(*file_system_, config));
}

void GitIgnore::add_rules_of_user(const std::string& path) {
  if (!path.empty()) add_rules(path, "");
}

// Puts a file's rules in front of those that hold so far. A missing file has none.
void GitIgnore::add_rules(const std::string& path, const std::string& base) {
  auto bytes = file_system_->read_file(path, kIgnoreFileBytesMax);
  if (!bytes.ok()) {
    if (bytes.error().code() == ErrorCode::NotFound) return;
    problems_.push_back({path, bytes.error().message()});
    return;
  }
  IgnoreRules rules = IgnoreRules::parse(as_text(bytes.value()));
  if (rules.empty()) return;
  outer_ = std::make_shared<const Scope>(Scope{std::move(rules), base, outer_});
}

// Reads the ignore files from the work tree's own folder down to the parent of the directory. False
// when these leave out the directory, or one above it.
bool GitIgnore::descend() {
  for (std::size_t end = 0; end < prefix_.size();) {
    const std::string base = prefix_.substr(0, end);
    const std::string file = work_tree_ + base + std::string(kIgnoreFileName);
    const auto info = file_system_->lstat(file);
    if (info.ok() && info.value().type == FileType::Regular) add_rules(file, base);
    const std::size_t slash = prefix_.find('/', end);
    if (is_ignored_in(outer_.get(), prefix_.substr(0, slash), true)) return false;
    end = slash + 1;
  }
  return true;
}

Result<GitIgnore::ScopePtr> GitIgnore::enter(const ScopePtr& parent,
                                             const std::string& path) const {
  const std::string base = path.empty() ? prefix_ : prefix_ + path + "/";
  const std::string file = work_tree_ + base + std::string(kIgnoreFileName);
  COPSE_TRY(const Bytes bytes, file_system_->read_file(file, kIgnoreFileBytesMax));
  IgnoreRules rules = IgnoreRules::parse(as_text(bytes));
  if (rules.empty()) return parent;
  return std::make_shared<const Scope>(Scope{std::move(rules), base, parent});
}

bool GitIgnore::is_ignored(const ScopePtr& scope, const std::string& path, FileType type) const {
  return scope != nullptr &&
         is_ignored_in(scope.get(), prefix_ + path, type == FileType::Directory);
}

// The innermost rules that are about the path (in the work tree) decide.
bool GitIgnore::is_ignored_in(const Scope* scope, std::string_view path, bool is_directory) {
  for (; scope != nullptr; scope = scope->parent.get()) {
    const auto verdict = scope->rules.verdict(path.substr(scope->base.size()), is_directory);
    if (verdict.has_value()) return *verdict;
  }
  return false;
}

}  // namespace copse
