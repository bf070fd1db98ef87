// A reader's files: by number and by path. The methods of Store that ask for them are here, too.
#include "store/shown_files.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "store/store_state.h"

namespace copse {

ShownFiles ShownFiles::of_directory(const Catalogue& catalogue) {
  ShownFiles shown;
  // Hidden paths begin with the lowest byte there is.
  shown.first_ = catalogue.lower_bound(std::string(1, kHiddenMark + 1));
  return shown;
}

ShownFiles ShownFiles::of_list(const Catalogue& catalogue, std::vector<ShownFile> files) {
  ShownFiles shown;
  shown.is_list_ = true;
  shown.list_.reserve(files.size());
  for (ShownFile& file : files) {
    COPSE_CHECK(shown.list_.empty() || shown.list_.back().path < file.path);
    const std::size_t row = catalogue.lower_bound(file.record);
    if (row < catalogue.size() && catalogue.path(row) == file.record) {
      shown.list_.push_back({std::move(file.path), static_cast<std::uint32_t>(row)});
    } else if (!shown.missing_) {
      shown.missing_ = std::move(file.path);
    }
  }
  return shown;
}

std::size_t ShownFiles::size(const Catalogue& catalogue) const {
  return is_list_ ? list_.size() : catalogue.size() - first_;
}

std::string_view ShownFiles::path(const Catalogue& catalogue, std::size_t index) const {
  if (!is_list_) return catalogue.path(first_ + index);
  COPSE_CHECK(index < list_.size());
  return list_[index].path;
}

FileRecord ShownFiles::record(const Catalogue& catalogue, std::size_t index) const {
  if (!is_list_) return catalogue.record(first_ + index);
  COPSE_CHECK(index < list_.size());
  FileRecord record = catalogue.record(list_[index].row);
  record.path = list_[index].path;
  return record;
}

std::size_t ShownFiles::lower_bound(const Catalogue& catalogue, std::string_view path) const {
  if (!is_list_) return std::max(catalogue.lower_bound(path), first_) - first_;
  const auto found =
      std::lower_bound(list_.begin(), list_.end(), path,
                       [](const Listed& file, std::string_view key) { return file.path < key; });
  return static_cast<std::size_t>(found - list_.begin());
}

Result<std::optional<FileRecord>> ShownFiles::find(const Catalogue& catalogue,
                                                   std::string_view path) const {
  if (!is_list_) {
    if (first_ > 0 && is_hidden(path)) return std::optional<FileRecord>();
    return catalogue.find(path);
  }
  const std::size_t index = lower_bound(catalogue, path);
  if (index < list_.size() && list_[index].path == path) {
    return std::optional(record(catalogue, index));
  }
  // Of several that are missing only the first is remembered: any path could be one of them.
  if (missing_ && *missing_ <= path) COPSE_TRY_STATUS(check_complete(catalogue));
  return std::optional<FileRecord>();
}

Status ShownFiles::check_complete(const Catalogue& catalogue) const {
  COPSE_TRY_STATUS(catalogue.check_complete());
  if (!missing_) return success();
  return Error(ErrorCode::Corrupt, *missing_ + ": its content is not in the store");
}

// ---- Store -------------------------------------------------------------------------------------

void Store::show_directory() {
  state_->shown = ShownFiles::of_directory(state_->generation.catalogue);
}

void Store::show(std::vector<ShownFile> files) {
  state_->shown = ShownFiles::of_list(state_->generation.catalogue, std::move(files));
}

std::size_t Store::file_count() const {
  return state_->shown.size(state_->generation.catalogue);
}

std::string_view Store::path(std::size_t index) const {
  return state_->shown.path(state_->generation.catalogue, index);
}

FileRecord Store::file(std::size_t index) const {
  return state_->shown.record(state_->generation.catalogue, index);
}

std::size_t Store::lower_bound(std::string_view path) const {
  return state_->shown.lower_bound(state_->generation.catalogue, path);
}

Result<std::optional<FileRecord>> Store::find(std::string_view path) const {
  return state_->shown.find(state_->generation.catalogue, path);
}

Status Store::check_complete() const {
  return state_->shown.check_complete(state_->generation.catalogue);
}

Result<std::optional<FileRecord>> Store::find_record(std::string_view path) const {
  return state_->generation.catalogue.find(path);
}

std::vector<std::string> Store::record_paths(std::string_view prefix) const {
  const Catalogue& catalogue = state_->generation.catalogue;
  std::vector<std::string> paths;
  for (std::size_t i = catalogue.lower_bound(prefix); i < catalogue.size(); ++i) {
    const std::string_view path = catalogue.path(i);
    if (!path.starts_with(prefix)) break;
    paths.emplace_back(path);
  }
  return paths;
}

}  // namespace copse
