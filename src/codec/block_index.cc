#include "codec/block_index.h"

#include <algorithm>
#include <bit>

#include "core/check.h"

namespace copse {
namespace {

constexpr std::size_t kAhead = 32;

}  // namespace

BlockIndex::BlockIndex(ByteView base, BlockShape shape) : base_(base), shape_(shape) {
  COPSE_CHECK(shape.block_bytes >= kBlockBytesMin && shape.block_bytes <= kBlockBytesMax);
  COPSE_CHECK(shape.step_bytes > 0);
  const std::size_t block = shape.block_bytes;
  const std::size_t places = base.size() < block ? 0 : base.size() - block + 1;
  constexpr std::size_t kCountMax = (std::size_t{1} << kBlockSlotsLogMax) - 1;
  while (places / shape_.step_bytes >= kCountMax) {
    shape_.step_bytes *= 2;
  }
  const std::size_t count = (places + shape_.step_bytes - 1) / shape_.step_bytes;
  const auto count_log = static_cast<unsigned>(std::bit_width(count));
  const unsigned slots_log = std::clamp(count_log + 1, 8U, kBlockSlotsLogMax);
  shift_ = 64 - slots_log;
  tag_mask_ = ~0U << count_log;
  slots_.resize(std::size_t{1} << slots_log);
  RollingHash hash(block);
  // Of equal blocks the first is found: it is written last. Hashes are made ahead, so that the
  // memory they look at is on its way.
  std::array<std::uint64_t, kAhead> hashes{};
  for (std::size_t end = count; end > 0;) {
    const std::size_t begin = end - std::min(end, kAhead);
    for (std::size_t i = begin; i < end; ++i) {
      hash.reset(base.data() + i * shape_.step_bytes);
      hashes[i - begin] = hash.value();
      prefetch(hash.value());
    }
    for (std::size_t i = end; i-- > begin;) {
      put(mix(hashes[i - begin]), static_cast<std::uint32_t>(i + 1));
    }
    end = begin;
  }
}

// In the place of its like, else in a free place, else in the place of something else.
void BlockIndex::put(std::uint64_t mixed, std::uint32_t number) {
  const std::uint32_t tag = static_cast<std::uint32_t>(mixed) & tag_mask_;
  const std::size_t slot = mixed >> shift_;
  std::size_t chosen = slot;
  for (std::size_t way = kWays; way-- > 0;) {
    const std::uint32_t entry = slots_[slot ^ way];
    if (entry == 0) chosen = slot ^ way;
  }
  for (std::size_t way = 0; way < kWays; ++way) {
    const std::uint32_t entry = slots_[slot ^ way];
    if (entry != 0 && (entry & tag_mask_) == tag) chosen = slot ^ way;
  }
  slots_[chosen] = tag | number;
}

}  // namespace copse
