// XXH3 and BLAKE2b, from their libraries.
#include "core/hash.h"

#include <sodium.h>
#include <xxhash.h>

#include "core/check.h"

namespace copse {

std::uint64_t checksum64(ByteView bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t checksum64(ByteView bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 hash128(ByteView bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

std::string ContentId::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * kSizeBytes);
  for (const std::uint8_t byte : digest) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

ContentId content_id(ByteView bytes) {
  static_assert(ContentId::kSizeBytes == crypto_generichash_BYTES);
  ContentId id;
  const int failed = crypto_generichash(id.digest.data(), id.digest.size(), bytes.data(),
                                        bytes.size(), nullptr, 0);
  COPSE_CHECK(failed == 0);
  return id;
}

}  // namespace copse
