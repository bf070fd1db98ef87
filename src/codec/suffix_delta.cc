#include "codec/suffix_delta.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <divsufsort.h>

#include "codec/rolling_delta.h"

namespace copse {
namespace {

// How much longer than what the last distance gives a match must be to be worth a cover.
constexpr std::size_t kGainMin = 8;
// Comparisons in the sorted rest end here; what is found is made longer in the base itself.
constexpr std::size_t kCompareMax = 4096;
constexpr std::size_t kBuckets = 65536;

struct Match {
  std::size_t base_at = 0;
  std::size_t length = 0;
};

// The base without its equal stretches, sorted.
class SortedRest {
 public:
  // False when the sort fails.
  bool make(ByteView base, const DeltaCovers& equal) {
    gather(base, equal);
    if (text_.empty()) return true;
    suffixes_.resize(text_.size());
    if (divsufsort(text_.data(), suffixes_.data(), static_cast<saidx_t>(text_.size())) != 0) {
      return false;
    }
    make_buckets();
    return true;
  }

  // The longest beginning of `wanted` that the rest has.
  Match longest(ByteView wanted) const {
    Match best;
    if (wanted.size() < 2 || text_.size() < 2) return best;
    if (wanted.size() > kCompareMax) wanted = wanted.first(kCompareMax);
    const std::size_t bucket = std::size_t{wanted[0]} << 8 | wanted[1];
    std::size_t low = buckets_[bucket];
    std::size_t high = buckets_[bucket + 1];
    if (low == high) return best;
    // Suffixes before `low` are smaller than what is wanted, those from `high` on are not; what the
    // two neighbours share with it, everything between does.
    std::size_t shared_low = 2;
    std::size_t shared_high = 2;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      std::size_t shared = std::min(shared_low, shared_high);
      const ByteView suffix = suffix_at(middle);
      const std::size_t most = std::min(suffix.size(), wanted.size());
      shared += equal_bytes(suffix.data() + shared, wanted.data() + shared, most - shared);
      if (shared > best.length) best = {place_of(suffixes_[middle]), shared};
      if (shared == wanted.size()) break;
      if (shared < suffix.size() && suffix[shared] > wanted[shared]) {
        high = middle;
        shared_high = shared;
      } else {
        low = middle + 1;
        shared_low = shared;
      }
    }
    return best;
  }

 private:
  struct Stretch {
    std::size_t text_begin;
    std::size_t base_begin;
  };

  void gather(ByteView base, const DeltaCovers& equal) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> known;
    for (const DeltaCover& cover : equal) {
      known.emplace_back(cover.base_begin, cover.base_end());
    }
    std::sort(known.begin(), known.end());
    known.emplace_back(base.size(), base.size());
    std::uint64_t at = 0;
    for (const auto& [begin, end] : known) {
      if (begin > at) {
        const auto size =
            std::min(static_cast<std::size_t>(begin - at), kSuffixBytesMax - text_.size());
        stretches_.push_back({text_.size(), static_cast<std::size_t>(at)});
        const auto from = base.begin() + static_cast<std::ptrdiff_t>(at);
        text_.insert(text_.end(), from, from + static_cast<std::ptrdiff_t>(size));
      }
      at = std::max(at, end);
    }
  }

  void make_buckets() {
    buckets_.assign(kBuckets + 1, 0);
    for (std::size_t i = 0; i + 1 < text_.size(); ++i) {
      ++buckets_[(std::size_t{text_[i]} << 8 | text_[i + 1]) + 1];
    }
    // The suffix of one byte stands in front of all others that begin with it.
    const std::size_t last = std::size_t{text_.back()} << 8;
    std::uint32_t sum = 0;
    for (std::size_t bucket = 0; bucket <= kBuckets; ++bucket) {
      sum += buckets_[bucket];
      if (bucket == last) ++sum;
      buckets_[bucket] = sum;
    }
  }

  ByteView suffix_at(std::size_t rank) const {
    return ByteView(text_).subspan(static_cast<std::size_t>(suffixes_[rank]));
  }

  // Where in the base the byte of the text is.
  std::size_t place_of(saidx_t text_at) const {
    const auto at = static_cast<std::size_t>(text_at);
    auto after = std::upper_bound(
        stretches_.begin(), stretches_.end(), at,
        [](std::size_t place, const Stretch& stretch) { return place < stretch.text_begin; });
    --after;
    return after->base_begin + (at - after->text_begin);
  }

  Bytes text_;
  std::vector<Stretch> stretches_;
  std::vector<saidx_t> suffixes_;
  std::vector<std::uint32_t> buckets_;  // where the suffixes begin that begin with two bytes
};

class SuffixFinder {
 public:
  SuffixFinder(ByteView base, ByteView target, const SortedRest& rest)
      : base_(base), target_(target), rest_(rest) {}

  DeltaCovers run(const DeltaCovers& equal) {
    std::size_t at = 0;
    for (const DeltaCover& cover : equal) {
      search(at, static_cast<std::size_t>(cover.target_begin));
      covers_.push_back(cover);
      at = static_cast<std::size_t>(cover.target_end());
    }
    search(at, target_.size());
    widen();
    return std::move(covers_);
  }

 private:
  std::int64_t last_distance() const {
    if (covers_.empty()) return 0;
    return static_cast<std::int64_t>(covers_.back().base_begin) -
           static_cast<std::int64_t>(covers_.back().target_begin);
  }

  // Whether base and target agree at that distance.
  bool agrees(std::size_t target_at, std::int64_t distance) const {
    const std::int64_t base_at = static_cast<std::int64_t>(target_at) + distance;
    return base_at >= 0 && base_at < static_cast<std::int64_t>(base_.size()) &&
           base_[static_cast<std::size_t>(base_at)] == target_[target_at];
  }

  // Adds covers within [at, end) of the target.
  void search(std::size_t at, std::size_t end) {
    std::size_t scored = at;   // up to here the bytes that agree are counted
    std::size_t agreeing = 0;  // of [at, scored) at the last distance
    while (at < end) {
      const Match found = match_at(at, end);
      const std::int64_t distance = last_distance();
      for (; scored < at + found.length; ++scored) {
        if (agrees(scored, distance)) ++agreeing;
      }
      const bool goes_on = found.length > 0 && agreeing == found.length;
      if (!goes_on && found.length <= agreeing + kGainMin) {
        if (scored > at && agrees(at, distance)) --agreeing;
        ++at;
        scored = std::max(scored, at);
        continue;
      }
      if (!goes_on) covers_.push_back({found.base_at, at, found.length});
      at += found.length;
      scored = at;
      agreeing = 0;
    }
  }

  Match match_at(std::size_t at, std::size_t end) const {
    Match found = rest_.longest(target_.subspan(at, end - at));
    if (found.length == 0) return found;
    const std::size_t most = std::min(base_.size() - found.base_at, end - at) - found.length;
    found.length += equal_bytes(base_.data() + found.base_at + found.length,
                                target_.data() + at + found.length, most);
    return found;
  }

  // Lets covers grow into the gaps between them for as long as more agrees than not.
  void widen() {
    for (std::size_t i = 0; i <= covers_.size(); ++i) {
      const std::size_t begin = i == 0 ? 0 : static_cast<std::size_t>(covers_[i - 1].target_end());
      const std::size_t end =
          i == covers_.size() ? target_.size() : static_cast<std::size_t>(covers_[i].target_begin);
      std::size_t forward = i == 0 ? 0 : grow_forward(covers_[i - 1], end - begin);
      std::size_t backward = i == covers_.size() ? 0 : grow_backward(covers_[i], end - begin);
      if (forward + backward > end - begin) {
        const std::size_t overlap = forward + backward - (end - begin);
        const std::size_t kept = best_cut(covers_[i - 1], covers_[i], end - backward, overlap);
        forward = forward - overlap + kept;
        backward -= kept;
      }
      if (i > 0) covers_[i - 1].length += forward;
      if (i < covers_.size()) {
        covers_[i].base_begin -= backward;
        covers_[i].target_begin -= backward;
        covers_[i].length += backward;
      }
    }
    join();
  }

  std::size_t grow_forward(const DeltaCover& cover, std::size_t room) const {
    const auto base_at = static_cast<std::size_t>(cover.base_end());
    const auto target_at = static_cast<std::size_t>(cover.target_end());
    room = std::min(room, base_.size() - base_at);
    std::int64_t score = 0;
    std::int64_t best_score = 0;
    std::size_t best = 0;
    for (std::size_t i = 0; i < room; ++i) {
      score += base_[base_at + i] == target_[target_at + i] ? 1 : -1;
      if (score <= best_score) continue;
      best_score = score;
      best = i + 1;
    }
    return best;
  }

  std::size_t grow_backward(const DeltaCover& cover, std::size_t room) const {
    const auto base_at = static_cast<std::size_t>(cover.base_begin);
    const auto target_at = static_cast<std::size_t>(cover.target_begin);
    room = std::min(room, base_at);
    std::int64_t score = 0;
    std::int64_t best_score = 0;
    std::size_t best = 0;
    for (std::size_t i = 1; i <= room; ++i) {
      score += base_[base_at - i] == target_[target_at - i] ? 1 : -1;
      if (score <= best_score) continue;
      best_score = score;
      best = i;
    }
    return best;
  }

  // How many of the `overlap` bytes from `at` on are better told by `first` than by `second`.
  std::size_t best_cut(const DeltaCover& first, const DeltaCover& second, std::size_t at,
                       std::size_t overlap) const {
    const auto distance_of = [](const DeltaCover& cover) {
      return static_cast<std::int64_t>(cover.base_begin) -
             static_cast<std::int64_t>(cover.target_begin);
    };
    std::int64_t score = 0;
    std::int64_t best_score = 0;
    std::size_t best = 0;
    for (std::size_t i = 0; i < overlap; ++i) {
      score += agrees(at + i, distance_of(first)) ? 1 : 0;
      score -= agrees(at + i, distance_of(second)) ? 1 : 0;
      if (score <= best_score) continue;
      best_score = score;
      best = i + 1;
    }
    return best;
  }

  // Covers that go on where the one in front ends become one.
  void join() {
    DeltaCovers joined;
    for (const DeltaCover& cover : covers_) {
      if (!joined.empty() && joined.back().target_end() == cover.target_begin &&
          joined.back().base_end() == cover.base_begin) {
        joined.back().length += cover.length;
      } else {
        joined.push_back(cover);
      }
    }
    covers_ = std::move(joined);
  }

  ByteView base_;
  ByteView target_;
  const SortedRest& rest_;
  DeltaCovers covers_;
};

}  // namespace

std::optional<DeltaCovers> find_suffix_covers(ByteView base, ByteView target,
                                              const DeltaCovers& equal) {
  SortedRest rest;
  if (!rest.make(base, equal)) return std::nullopt;
  return SuffixFinder(base, target, rest).run(equal);
}

}  // namespace copse
