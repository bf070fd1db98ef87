// Finds among the files of one indexing run those that are equal, so that they share their frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/hash.h"
#include "store/records.h"
#include "workspace/index_plan.h"

namespace copse {

// Remembers one file of each content, and only where another file of the run is of the same size.
// Memory: 80 bytes for each of those, kRememberedMax of them at most; what is beyond is stored as
// if it were alone. For one thread. Borrows the jobs.
class SharedFrames {
 public:
  static constexpr std::size_t kRememberedMax = std::size_t{1} << 20;

  SharedFrames() = default;
  explicit SharedFrames(const std::vector<IndexJob>& jobs);

  // The path of a stored file of that content; null when there is none. Whether the record may
  // share its frames is for can_share to say.
  const std::string* find(const ContentId& content, const FileRecord& record) const;
  // REQUIRES: the record of that job, of that content, is in the store.
  void remember(const ContentId& content, const FileRecord& record, const IndexJob& job);

  // Whether all that decides the frames of equal contents is the same: language, grammar, model,
  // and the build of the parser.
  static bool can_share(const FileRecord& stored, const FileRecord& record, bool has_tree);

 private:
  struct Remembered {
    ContentId content;
    const IndexJob* job;
  };

  static std::uint64_t key_of(const ContentId& content, const FileRecord& record);

  std::vector<std::uint64_t> sizes_;  // that occur more than once, ascending
  std::unordered_map<std::uint64_t, Remembered> remembered_;
};

}  // namespace copse
