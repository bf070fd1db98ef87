#include "codec/page_map.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "codec/page_bytes.h"
#include "codec/page_pieces.h"
#include "core/check.h"

namespace copse {
namespace {

// What a thread takes at a time. The target's pages are looked up with nothing known from the
// piece before, so that the answer does not depend on who did that.
constexpr std::size_t kPiecePages = 256;
// And of both images at once, when they are read: small enough to stay in a core's own cache.
constexpr std::size_t kReadPages = 32;
constexpr std::uint32_t kNoPage = UINT32_MAX;

ByteView page_of(ByteView image, std::size_t page) {
  const std::size_t begin = page * kPageBytes;
  return image.subspan(begin, std::min(kPageBytes, image.size() - begin));
}

// `base` and `target` are windows of the images that begin at one page; `page` counts from there.
std::uint32_t class_of(ByteView base, ByteView target, std::size_t page) {
  const ByteView bytes = page_of(target, page);
  const std::size_t begin = page * kPageBytes;
  if (begin + bytes.size() <= base.size() &&
      std::memcmp(bytes.data(), base.data() + begin, bytes.size()) == 0) {
    return kPageSame;
  }
  return all_zero(bytes.data(), bytes.size()) ? kPageZero : kPageRest;
}

// Whole pages of the base that hold something, by their fingerprints.
class PageTable {
 public:
  explicit PageTable(std::span<const std::uint32_t> fingerprints)
      : fingerprints_(fingerprints),
        heads_(std::bit_ceil(fingerprints.size() + 1), kNoPage),
        next_(fingerprints.size(), kNoPage) {
    // From the last to the first: what is asked first is the lowest.
    for (std::size_t page = fingerprints.size(); page-- > 0;) {
      if (fingerprints[page] == 0) continue;
      std::uint32_t& head = heads_[fingerprints[page] & (heads_.size() - 1)];
      next_[page] = head;
      head = static_cast<std::uint32_t>(page);
    }
  }

  std::uint32_t find(ByteView base, const std::uint8_t* page) const {
    const std::uint32_t fingerprint = page_fingerprint(page);
    std::uint32_t at = heads_[fingerprint & (heads_.size() - 1)];
    for (unsigned tries = 0; at != kNoPage && tries < kPageTriesMax; ++tries, at = next_[at]) {
      if (fingerprints_[at] == fingerprint &&
          std::memcmp(base.data() + at * kPageBytes, page, kPageBytes) == 0) {
        return at;
      }
    }
    return kNoPage;
  }

 private:
  std::span<const std::uint32_t> fingerprints_;
  std::vector<std::uint32_t> heads_;
  std::vector<std::uint32_t> next_;
};

// Finds pages of [begin, end) that nothing is known about yet; says how many stay so.
void find_moved(const PageTable& table, ByteView base, ByteView target, std::size_t begin,
                std::size_t end, PageMap& map) {
  std::uint32_t expected = kNoPage;  // where the page before would go on
  for (std::size_t page = begin; page < end; ++page) {
    const ByteView bytes = page_of(target, page);
    if (map.pages[page] != kPageRest || bytes.size() != kPageBytes) {
      expected = kNoPage;
      continue;
    }
    std::uint32_t found = kNoPage;
    if (expected < map.base_fingerprints.size() &&
        std::memcmp(base.data() + expected * kPageBytes, bytes.data(), kPageBytes) == 0) {
      found = expected;
    } else {
      found = table.find(base, bytes.data());
    }
    if (found != kNoPage) map.pages[page] = found;
    expected = found == kNoPage ? kNoPage : found + 1;
  }
}

}  // namespace

std::uint32_t page_fingerprint(const std::uint8_t* page) {
  constexpr std::size_t kWords = 16;
  constexpr std::size_t kStep = kPageBytes / kWords;
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < kWords; ++i) {
    // Not all at the same place of a line, where tables of records may have the same in each.
    const std::uint64_t word = load_u64(page + i * kStep + 8 * ((5 * i) % 32));
    hash = (std::rotl(hash, 5) ^ word) * 0x9E3779B185EBCA87U;
  }
  const auto fingerprint = static_cast<std::uint32_t>(hash >> 32);
  return fingerprint == 0 ? 1 : fingerprint;
}

PageWindow window_of(ByteView image, const ReadPages& read, std::uint64_t begin,
                     std::uint64_t end) {
  begin = std::min<std::uint64_t>(begin, image.size());
  end = std::min<std::uint64_t>(end, image.size());
  if (read && begin < end) return read(begin, end);
  return {image.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
          nullptr};
}

PageMap map_pages(ByteView base, ByteView target, unsigned threads,
                  const PageDeltaOptions& options) {
  const std::size_t base_pages = base.size() / kPageBytes;
  const std::size_t target_pages = (target.size() + kPageBytes - 1) / kPageBytes;
  COPSE_CHECK(base_pages <= kPageNumberMax && target_pages <= kPageNumberMax);
  PageMap map;
  map.pages.resize(target_pages);
  map.base_fingerprints.resize(base_pages);
  static constexpr std::uint8_t kZeros[kPageBytes] = {};
  const std::uint32_t zeros = page_fingerprint(kZeros);
  const std::size_t bytes = std::max(base.size(), target.size());
  const std::size_t pages = (bytes + kPageBytes - 1) / kPageBytes;
  // Of both images, by the number of the piece; from when it is worked on until it was told of.
  std::vector<std::pair<PageWindow, PageWindow>> windows((pages + kReadPages - 1) / kReadPages);
  // A page of the base is looked at while the compare has it in the cache.
  const auto classify = [&](unsigned, std::size_t begin, std::size_t end) {
    auto& [old_window, new_window] = windows[begin / kReadPages];
    old_window = window_of(base, options.read_base, begin * kPageBytes, end * kPageBytes);
    new_window = window_of(target, options.read_target, begin * kPageBytes, end * kPageBytes);
    for (std::size_t page = begin; page < end; ++page) {
      if (page < target_pages) {
        map.pages[page] = class_of(old_window.bytes, new_window.bytes, page - begin);
      }
      if (page >= base_pages) continue;
      const std::uint8_t* bytes_of_page = old_window.bytes.data() + (page - begin) * kPageBytes;
      const std::uint32_t fingerprint = page_fingerprint(bytes_of_page);
      const bool empty = fingerprint == zeros && all_zero(bytes_of_page, kPageBytes);
      map.base_fingerprints[page] = empty ? 0 : fingerprint;
    }
  };
  const auto done = [&](std::size_t begin, std::size_t) {
    auto& [old_window, new_window] = windows[begin / kReadPages];
    if (options.on_read) options.on_read(old_window.bytes, new_window.bytes);
    old_window = {};
    new_window = {};
  };
  for_each_piece(pages, kReadPages, threads, classify, done);
  const auto count_rest = [&] {
    return static_cast<std::uint64_t>(std::count(map.pages.begin(), map.pages.end(), kPageRest));
  };
  map.rest_pages = count_rest();
  if (map.rest_pages == 0 || base_pages == 0) return map;
  const PageTable table(map.base_fingerprints);
  for_each_piece(target_pages, kPiecePages, threads,
                 [&](unsigned, std::size_t begin, std::size_t end) {
                   find_moved(table, base, target, begin, end, map);
                 });
  map.rest_pages = count_rest();
  return map;
}

}  // namespace copse
