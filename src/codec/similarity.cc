#include "codec/similarity.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "core/hash.h"

namespace copse {
namespace {

// A third of the hashes, and no fewer.
constexpr std::size_t kSharedShareMin = 3;
constexpr std::size_t kSharedMin = 3;

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t begin = line.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) - begin + 1);
}

// Keeps the smallest ones in order.
void put(Sketch& sketch, std::uint64_t hash) {
  if (sketch.size() == kSketchHashes && hash >= sketch.back()) return;
  const auto place = std::lower_bound(sketch.begin(), sketch.end(), hash);
  if (place != sketch.end() && *place == hash) return;
  sketch.insert(place, hash);
  if (sketch.size() > kSketchHashes) sketch.pop_back();
}

}  // namespace

Sketch sketch_of(ByteView text) {
  Sketch sketch;
  sketch.reserve(kSketchHashes + 1);
  std::string_view left = as_text(text);
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const std::string_view line = trimmed(left.substr(0, end));
    if (line.size() >= kSketchLineBytesMin) put(sketch, checksum64(as_bytes(line)));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return sketch;
}

std::optional<std::size_t> SimilarityIndex::find(const Sketch& sketch) const {
  std::map<std::size_t, std::size_t> shared;
  for (const std::uint64_t hash : sketch) {
    const auto found = texts_.find(hash);
    if (found == texts_.end()) continue;
    for (const std::size_t text : found->second) {
      ++shared[text];
    }
  }
  std::optional<std::size_t> best;
  std::size_t most = std::max(kSharedMin, (sketch.size() + kSharedShareMin - 1) / kSharedShareMin);
  for (const auto& [text, count] : shared) {
    if (count < most) continue;
    best = text;
    most = count;
  }
  return best;
}

void SimilarityIndex::add(std::size_t text, const Sketch& sketch) {
  for (const std::uint64_t hash : sketch) {
    std::deque<std::size_t>& texts = texts_[hash];
    texts.push_back(text);
    if (texts.size() > kTextsOfHashMax) texts.pop_front();
  }
}

}  // namespace copse
