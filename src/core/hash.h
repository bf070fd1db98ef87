// Two hashes for two jobs: a checksum that finds damage, and a content id that names bytes.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "core/bytes.h"

namespace copse {

// XXH3, 64 bits: finds accidental damage at memory speed; says nothing against an adversary.
std::uint64_t checksum64(ByteView bytes);
// The same of other facts besides: another seed gives another checksum.
std::uint64_t checksum64(ByteView bytes, std::uint64_t seed);

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const Hash128&) const = default;
};

// XXH3, 128 bits, at the same speed: equal by chance for no two of 2^50 contents, and by intent for
// whoever tries.
Hash128 hash128(ByteView bytes);

// BLAKE2b with a 256-bit digest (RFC 7693): equal ids are taken as equal bytes, everywhere.
struct ContentId {
  static constexpr std::size_t kSizeBytes = 32;
  std::array<std::uint8_t, kSizeBytes> digest{};

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const ContentId&) const = default;

  // 64 lower-case hexadecimal digits.
  std::string hex() const;
};

ContentId content_id(ByteView bytes);

// The first half of a content id, where millions of them are kept: it tells whether a file changed.
// By chance no two of 2^50 contents share one; to make two that do takes 2^64 attempts, so what
// must not be fooled compares whole ids.
struct ContentKey {
  static constexpr std::size_t kSizeBytes = 16;
  std::array<std::uint8_t, kSizeBytes> digest{};

  ContentKey() = default;
  ContentKey(const ContentId& id) {  // NOLINT(google-explicit-constructor): the id says more
    std::copy_n(id.digest.begin(), kSizeBytes, digest.begin());
  }

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const ContentKey&) const = default;
};

}  // namespace copse
