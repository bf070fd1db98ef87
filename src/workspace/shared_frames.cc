// Files by their content.
#include "workspace/shared_frames.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/hash.h"

namespace copse {

SharedFrames::SharedFrames(const std::vector<IndexJob>& jobs) {
  std::vector<std::uint64_t> all;
  all.reserve(jobs.size());
  for (const IndexJob& job : jobs) {
    all.push_back(job.file.size_bytes);
  }
  std::sort(all.begin(), all.end());
  for (std::size_t i = 1; i < all.size(); ++i) {
    const bool again = all[i] == all[i - 1];
    if (again && (sizes_.empty() || sizes_.back() != all[i])) sizes_.push_back(all[i]);
  }
}

// Files of one content and several languages are rare enough for the last of them to be forgotten
// but not for sharing to be lost to them.
std::uint64_t SharedFrames::key_of(const FileRecord& record) {
  return ByteReader(record.content.digest).u64() ^ checksum64(as_bytes(record.language));
}

const std::string* SharedFrames::find(const FileRecord& record) const {
  const auto found = jobs_.find(key_of(record));
  return found == jobs_.end() ? nullptr : &found->second->file.path;
}

void SharedFrames::remember(const FileRecord& record, const IndexJob& job) {
  if (jobs_.size() >= kRememberedMax) return;
  if (!std::binary_search(sizes_.begin(), sizes_.end(), record.source_bytes)) return;
  jobs_.try_emplace(key_of(record), &job);
}

bool SharedFrames::can_share(const FileRecord& stored, const FileRecord& record, bool has_tree) {
  return stored.content == record.content && stored.source_bytes == record.source_bytes &&
         stored.language == record.language && stored.grammar == record.grammar &&
         stored.model == record.model && stored.parser_build == record.parser_build &&
         stored.nodes == record.nodes && stored.tree.has_value() == has_tree;
}

}  // namespace copse
