// Which records of a generation a reader takes for its files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "store/catalogue.h"
#include "store/store.h"

namespace copse {

// Rows of a catalogue from the first that counts, or a list of rows under other paths. Borrows
// nothing: the catalogue is handed in, and must be the one that it was made for.
class ShownFiles {
 public:
  // Every row.
  ShownFiles() = default;
  // All but hidden ones.
  static ShownFiles of_directory(const Catalogue& catalogue);
  // REQUIRES: the paths ascend. What the catalogue lacks is left out and remembered.
  static ShownFiles of_list(const Catalogue& catalogue, std::vector<ShownFile> files);

  std::size_t size(const Catalogue& catalogue) const;
  // REQUIRES: index < size().
  std::string_view path(const Catalogue& catalogue, std::size_t index) const;
  FileRecord record(const Catalogue& catalogue, std::size_t index) const;
  std::size_t lower_bound(const Catalogue& catalogue, std::string_view path) const;
  // As Store::find.
  Result<std::optional<FileRecord>> find(const Catalogue& catalogue, std::string_view path) const;
  // Corrupt when the catalogue is, or lacks what is to be shown.
  Status check_complete(const Catalogue& catalogue) const;

 private:
  struct Listed {
    std::string path;
    std::uint32_t row;
  };

  bool is_list_ = false;
  std::size_t first_ = 0;  // where there is no list
  std::vector<Listed> list_;
  std::optional<std::string> missing_;  // the path of the first one without a record
};

}  // namespace copse
