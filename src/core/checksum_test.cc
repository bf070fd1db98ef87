// CRC-32C beside its plain twin and known values; the 128-bit hash in one piece and in many.
#include <random>

#include <gtest/gtest.h>

#include "core/crc32c.h"
#include "core/hash.h"

namespace copse {
namespace {

Bytes random_bytes(std::size_t size) {
  std::mt19937 random(static_cast<std::mt19937::result_type>(size));
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(random());
  }
  return bytes;
}

// The examples of RFC 3720, B.4, and the customary one.
TEST(Crc32c, KnownValues) {
  Bytes ascending(32);
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    ascending[i] = static_cast<std::uint8_t>(i);
  }
  const Bytes descending(ascending.rbegin(), ascending.rend());
  const auto check = [](ByteView bytes, std::uint32_t expected) {
    EXPECT_EQ(crc32c(bytes), expected);
    EXPECT_EQ(crc32c_plain(bytes), expected);
  };
  check({}, 0);
  check(as_bytes("123456789"), 0xE3069283);
  check(Bytes(32, 0), 0x8A9136AA);
  check(Bytes(32, 0xFF), 0x62A8AB43);
  check(ascending, 0x46DD794E);
  check(descending, 0x113FDB5C);
}

TEST(Crc32c, AgreesWithThePlainOne) {
  const Bytes bytes = random_bytes(40'000);
  for (const std::size_t size : {1U, 7U, 8U, 9U, 767U, 768U, 769U, 1536U, 12'287U, 12'288U, 12'289U,
                                 13'100U, 25'000U, 39'990U}) {
    for (std::size_t start = 0; start < 9; ++start) {
      const ByteView part = ByteView(bytes).subspan(start, size);
      EXPECT_EQ(crc32c(part), crc32c_plain(part)) << size << " bytes from " << start;
    }
  }
}

TEST(Crc32c, GoesOnBehindOthers) {
  const ByteView bytes = as_bytes("one part and another, of which the second is longer");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(crc32c(bytes.subspan(cut), crc32c(bytes.first(cut))), crc32c(bytes));
  }
}

TEST(Hash128, PiecesMakeTheWhole) {
  const Bytes bytes = random_bytes(5000);
  for (const std::size_t piece : {1U, 7U, 240U, 241U, 1024U, 5000U}) {
    Hash128Stream stream;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      stream.update(ByteView(bytes).subspan(at, std::min(piece, bytes.size() - at)));
    }
    EXPECT_EQ(stream.digest(), hash128(bytes)) << piece;
  }
  EXPECT_EQ(Hash128Stream().digest(), hash128({}));
}

// Stored hashes must mean the same for ever: XXH3 of nothing and of a text, from its reference.
TEST(Hash128, KnownValues) {
  EXPECT_EQ(hash128({}), (Hash128{0x6001C324468D497F, 0x99AA06D3014798D8}));
  EXPECT_NE(hash128(as_bytes("a")), hash128(as_bytes("b")));
}

}  // namespace
}  // namespace copse
