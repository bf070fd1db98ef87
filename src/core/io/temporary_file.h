// A file that is made under a name of its own and takes its place when it is whole. Until then it
// is removed when its owner goes, and by a signal that ends the process.
#pragma once

#include <cstddef>
#include <string>

#include "copse/result.h"

namespace copse {

// Of more at one time, signals leave some.
inline constexpr std::size_t kTemporaryFilesMax = 16;

// A name beside `path` that nobody else has. Making the file is up to the user. Not thread-safe;
// any number of them may be used at once.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  // Removes the file, unless it took its place.
  ~TemporaryFile();

  const std::string& path() const { return temporary_; }

  // Gives it the name, in one step. It has the permissions of the file whose place it takes, where
  // there is one and they may be given. Io when the system refuses.
  Status take_place();

 private:
  void forget();

  std::string path_;
  std::string temporary_;  // empty once it took its place
  std::size_t slot_ = kTemporaryFilesMax;
};

// Removes those that have not taken their places. Safe in a signal handler that ends the process.
void remove_temporary_files();

}  // namespace copse
