// Files by their content.
#include "workspace/shared_frames.h"

#include <algorithm>

#include "core/bytes.h"

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

// Of files of one content, those of one language share; of two keys that collide, one goes alone.
std::uint64_t SharedFrames::key_of(const ContentId& content, const FileRecord& record) {
  return ByteReader(content.digest).u64() ^ checksum64(as_bytes(record.language));
}

const std::string* SharedFrames::find(const ContentId& content, const FileRecord& record) const {
  const auto found = remembered_.find(key_of(content, record));
  if (found == remembered_.end() || found->second.content != content) return nullptr;
  return &found->second.job->file.path;
}

void SharedFrames::remember(const ContentId& content, const FileRecord& record,
                            const IndexJob& job) {
  if (remembered_.size() >= kRememberedMax) return;
  if (!std::binary_search(sizes_.begin(), sizes_.end(), record.source_bytes)) return;
  remembered_.try_emplace(key_of(content, record), Remembered{content, &job});
}

bool SharedFrames::can_share(const FileRecord& stored, const FileRecord& record, bool has_tree) {
  return stored.content == record.content && stored.language == record.language &&
         stored.grammar == record.grammar && stored.model == record.model &&
         stored.parser_build == record.parser_build && stored.nodes == record.nodes &&
         stored.tree.has_value() == has_tree;
}

}  // namespace copse
