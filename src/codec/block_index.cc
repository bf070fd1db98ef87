#include "codec/block_index.h"

#include <algorithm>
#include <bit>

#include "core/check.h"

namespace copse {

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
  // Of equal blocks the first is found: it is written last.
  for (std::size_t i = count; i-- > 0;) {
    hash.reset(base.data() + i * shape_.step_bytes);
    const std::uint64_t mixed = mix(hash.value());
    slots_[mixed >> shift_] =
        (static_cast<std::uint32_t>(mixed) & tag_mask_) | static_cast<std::uint32_t>(i + 1);
  }
}

}  // namespace copse
