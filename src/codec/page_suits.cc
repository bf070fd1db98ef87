#include <algorithm>
#include <cstring>

#include "codec/page_bytes.h"
#include "codec/page_delta.h"
#include "codec/page_delta_format.h"

namespace copse {
namespace {

constexpr std::size_t kSuitsBytesMin = std::size_t{1} << 20;
constexpr std::size_t kSampledPages = 256;

}  // namespace

bool suits_pages(ByteView base, ByteView target) {
  if (base.size() < kSuitsBytesMin || target.size() < kSuitsBytesMin) return false;
  if (base.size() % kPageBytes != 0 || target.size() % kPageBytes != 0) return false;
  const std::size_t pages = target.size() / kPageBytes;
  std::size_t known = 0;
  for (std::size_t i = 0; i < kSampledPages; ++i) {
    const std::size_t begin = pages * i / kSampledPages * kPageBytes;
    const std::uint8_t* page = target.data() + begin;
    const bool same = begin + kPageBytes <= base.size() &&
                      std::memcmp(page, base.data() + begin, kPageBytes) == 0;
    known += static_cast<std::size_t>(same || all_zero(page, kPageBytes));
  }
  return known >= kSampledPages / 4;
}

}  // namespace copse
