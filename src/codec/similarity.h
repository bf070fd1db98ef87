// Finds among many texts those that have much in common, by a few hashes of each.
//
// A sketch is the smallest hashes of a text's lines (bottom-k min-wise sampling: Broder, "On the
// Resemblance and Containment of Documents", 1997): texts that share lines share hashes in
// proportion. What others do with chunks of 4 KB (Shilane et al., "WAN Optimized Replication of
// Backup Datasets Using Stream-Informed Delta Compression", FAST 2012) is done with lines: the
// median source is hardly longer than a chunk.
//
// Deterministic. Sketches are pure; an index is for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/bytes.h"

namespace copse {

inline constexpr std::size_t kSketchHashes = 24;
// Shorter lines, white space around them aside, are in every text.
inline constexpr std::size_t kSketchLineBytesMin = 10;

// Ascending, each once, at most kSketchHashes.
using Sketch = std::vector<std::uint64_t>;

// About 1 GB/s.
Sketch sketch_of(ByteView text);

class SimilarityIndex {
 public:
  // Texts that are remembered for one hash: the newest.
  static constexpr std::size_t kTextsOfHashMax = 32;

  // The text with most of these hashes, at least a third of them; of equal ones the newest. Texts
  // are numbered as they are added.
  std::optional<std::size_t> find(const Sketch& sketch) const;
  void add(std::size_t text, const Sketch& sketch);

 private:
  std::unordered_map<std::uint64_t, std::deque<std::size_t>> texts_;
};

}  // namespace copse
