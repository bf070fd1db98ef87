// Deltas: every kind of change at many sizes by every algorithm, wrong bases, damage, fallbacks.
#include "copse/delta.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>

#include <gtest/gtest.h>

#include "codec/delta.h"

namespace copse {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 30;
constexpr DeltaSetting kSettings[] = {DeltaSetting::Fast, DeltaSetting::Default,
                                      DeltaSetting::Small};
constexpr DeltaAlgorithm kAlgorithms[] = {DeltaAlgorithm::Raw, DeltaAlgorithm::Xor,
                                          DeltaAlgorithm::Rolling, DeltaAlgorithm::Suffix,
                                          DeltaAlgorithm::ZstdPrefix};

// COPSE_SEED=N runs the same again.
std::uint64_t seed() {
  static const std::uint64_t kSeed = [] {
    const char* given = std::getenv("COPSE_SEED");  // NOLINT(concurrency-mt-unsafe)
    const std::uint64_t chosen =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("COPSE_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    return chosen;
  }();
  return kSeed;
}

class DeltaTest : public testing::Test {
 protected:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }

  // Words that come again and again, with numbers among them.
  Bytes text(std::size_t size) {
    constexpr std::string_view kWords[] = {"return ", "static ", "int ",  "value",  " = ",
                                           "(a, b);", "\n",      "if (x", " != y)", "{\n  "};
    Bytes bytes;
    while (bytes.size() < size) {
      const std::string_view word = kWords[below(std::size(kWords))];
      bytes.insert(bytes.end(), word.begin(), word.end());
      if (below(3) == 0) bytes.push_back(static_cast<std::uint8_t>('0' + below(10)));
    }
    bytes.resize(size);
    return bytes;
  }

  Bytes noise(std::size_t size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(engine_());
    }
    return bytes;
  }

  // Something else of about that length.
  Bytes changed(Bytes bytes, int kind) {
    const std::size_t size = bytes.size();
    const auto place = [&] {
      return bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() + 1));
    };
    switch (kind) {
      case 0:
        break;
      case 1: {
        const Bytes more = text(1 + below(size / 4 + 40));
        bytes.insert(place(), more.begin(), more.end());
        break;
      }
      case 2: {
        if (size < 2) break;
        const std::size_t begin = below(size - 1);
        const std::size_t count = 1 + below((size - begin) / 2 + 1);
        bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                    bytes.begin() + static_cast<std::ptrdiff_t>(begin + count));
        break;
      }
      case 3:
        std::rotate(bytes.begin(), place(), bytes.end());
        break;
      case 4:
        bytes.resize(size / 2);
        break;
      case 5: {
        const Bytes more = noise(size / 2 + 5);
        bytes.insert(bytes.end(), more.begin(), more.end());
        break;
      }
      case 6:
        for (std::size_t i = 0; i < size / 50 + 1 && size > 0; ++i) {
          bytes[below(size)] = static_cast<std::uint8_t>(engine_());
        }
        break;
      case 7:
        bytes.clear();
        break;
      case 8:
        bytes = noise(size);
        break;
      case 9:
        std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
        break;
      default:
        for (int i = 0; i < 6; ++i)
          bytes = changed(std::move(bytes), 1 + (i * 2) % 6);
    }
    return bytes;
  }
  static constexpr int kKinds = 11;

  void check(const Bytes& base, const Bytes& target, const DeltaOptions& options) {
    const auto delta = encode_delta(base, target, options);
    ASSERT_TRUE(delta.ok()) << delta.error().message();
    const DeltaReport& report = delta.value().report;
    EXPECT_EQ(report.fallbacks, 0U) << report.fallback_reason;
    EXPECT_EQ(report.target_bytes, target.size());
    EXPECT_EQ(report.delta_bytes, delta.value().bytes.size());
    EXPECT_LE(delta.value().bytes.size(), target.size() + kDeltaHeaderBytesMax);
    const auto back = decode_delta(base, delta.value().bytes, kLimit);
    ASSERT_TRUE(back.ok()) << back.error().message();
    EXPECT_TRUE(back.value() == target);
  }

  std::mt19937_64 engine_{seed()};
};

TEST_F(DeltaTest, EveryChangeComesBackByEveryAlgorithm) {
  for (const std::size_t size : {0U, 1U, 7U, 31U, 64U, 100U, 1000U, 5000U, 70000U, 300000U}) {
    for (int kind = 0; kind < kKinds; ++kind) {
      for (const Bytes& base : {text(size), noise(size), Bytes(size)}) {
        const Bytes target = changed(base, kind);
        for (const DeltaAlgorithm algorithm : kAlgorithms) {
          SCOPED_TRACE(std::to_string(size) + " bytes, change " + std::to_string(kind) + ", " +
                       std::string(delta_algorithm_name(algorithm)));
          const DeltaSetting setting =
              size > 5000 ? DeltaSetting::Default : kSettings[below(std::size(kSettings))];
          check(base, target, {.setting = setting, .algorithm = algorithm});
          check(target, base, {.setting = setting, .algorithm = algorithm});
        }
        for (const DeltaSetting setting : kSettings) {
          if (size > 100000 && setting == DeltaSetting::Small) continue;
          check(base, target, {.setting = setting});
        }
      }
    }
  }
}

TEST_F(DeltaTest, ManyPartsAreTheSameWithManyThreads) {
  const Bytes base = text(kDeltaPartBytes * 2 + 12345);
  Bytes target = changed(changed(base, 1), 6);
  std::rotate(target.begin(), target.begin() + 777777, target.end());
  const auto one = encode_delta(base, target, {.setting = DeltaSetting::Fast});
  ASSERT_TRUE(one.ok());
  EXPECT_GE(one.value().report.frames, 3U);
  const auto four = encode_delta(base, target, {.setting = DeltaSetting::Fast, .threads = 4});
  ASSERT_TRUE(four.ok());
  EXPECT_TRUE(one.value().bytes == four.value().bytes);
  const auto back = decode_delta(base, four.value().bytes, kLimit, 4);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_TRUE(back.value() == target);
}

TEST_F(DeltaTest, SmallChangesAreSmall) {
  const Bytes base = text(200000);
  Bytes target = base;
  target.insert(target.begin() + 777, 'x');
  target.erase(target.begin() + 150000);
  for (const DeltaAlgorithm algorithm :
       {DeltaAlgorithm::Rolling, DeltaAlgorithm::Suffix, DeltaAlgorithm::ZstdPrefix}) {
    const auto delta = encode_delta(base, target, {.algorithm = algorithm});
    ASSERT_TRUE(delta.ok());
    EXPECT_LT(delta.value().bytes.size(), 400U) << delta_algorithm_name(algorithm);
  }
  target = base;
  target[5] ^= 1;
  target[199990] ^= 1;
  const auto delta = encode_delta(base, target, {.algorithm = DeltaAlgorithm::Xor});
  ASSERT_TRUE(delta.ok());
  EXPECT_LT(delta.value().bytes.size(), 100U);
}

TEST_F(DeltaTest, AutoFollowsTheContent) {
  const auto chosen = [](const Bytes& base, const Bytes& target) {
    const auto delta = encode_delta(base, target);
    EXPECT_TRUE(delta.ok());
    for (std::size_t i = 0; i < kDeltaAlgorithmCount; ++i) {
      if (delta.value().report.frames_of[i] > 0) return static_cast<DeltaAlgorithm>(i);
    }
    return DeltaAlgorithm::Pages;
  };
  const Bytes base = noise(1 << 21);
  EXPECT_EQ(chosen(base, noise(1 << 21)), DeltaAlgorithm::Raw);
  Bytes moved = base;
  std::rotate(moved.begin(), moved.begin() + 12345, moved.end());
  EXPECT_EQ(chosen(base, moved), DeltaAlgorithm::Rolling);
  // A bit in every 16 bytes: nothing to find by blocks.
  Bytes dotted = base;
  for (std::size_t i = 3; i < dotted.size(); i += 16) {
    dotted[i] ^= 0x10;
  }
  EXPECT_EQ(chosen(base, dotted), DeltaAlgorithm::Xor);
}

TEST_F(DeltaTest, XorKeepsTheLengthOfWhatShrinksAndGrows) {
  for (const std::size_t size : {0U, 1U, 15U, 16U, 63U, 64U, 65U, 1000U}) {
    for (const std::size_t other : {0U, 1U, 15U, 17U, 64U, 100U, 999U, 1001U}) {
      check(noise(size), noise(other), {.algorithm = DeltaAlgorithm::Xor});
      check(Bytes(size), Bytes(other), {.algorithm = DeltaAlgorithm::Xor});
    }
  }
}

// ---- refusals ----------------------------------------------------------------------------------

TEST_F(DeltaTest, WrongBasesAreRefused) {
  const Bytes base = text(3000);
  const auto delta = encode_delta(base, changed(base, 1));
  ASSERT_TRUE(delta.ok());
  Bytes other = base;
  other[1500] ^= 1;
  const auto same_length = decode_delta(other, delta.value().bytes, kLimit);
  ASSERT_FALSE(same_length.ok());
  EXPECT_EQ(same_length.error().code(), ErrorCode::InvalidArgument);
  other.pop_back();
  const auto shorter = decode_delta(other, delta.value().bytes, kLimit);
  ASSERT_FALSE(shorter.ok());
  EXPECT_EQ(shorter.error().code(), ErrorCode::InvalidArgument);
}

TEST_F(DeltaTest, EveryDamagedByteAndEveryCutIsRefused) {
  const Bytes base = text(2000);
  const Bytes target = changed(changed(base, 10), 6);
  for (const DeltaAlgorithm algorithm : kAlgorithms) {
    const auto delta = encode_delta(base, target, {.algorithm = algorithm});
    ASSERT_TRUE(delta.ok());
    Bytes damaged = delta.value().bytes;
    for (std::size_t i = 0; i < damaged.size(); ++i) {
      for (const unsigned flip : {0x01U, 0x80U, 0xFFU}) {
        damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ flip);
        EXPECT_FALSE(decode_delta(base, damaged, kLimit).ok()) << "byte " << i;
        damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ flip);
      }
      EXPECT_FALSE(decode_delta(base, ByteView(damaged).first(i), kLimit).ok()) << "cut " << i;
    }
    damaged.push_back(0);
    EXPECT_FALSE(decode_delta(base, damaged, kLimit).ok());
  }
}

// Checksums made good again: then the payload's own checks and the hash of the target decide.
TEST_F(DeltaTest, DamageBehindGoodChecksumsIsRefused) {
  const Bytes base = text(2000);
  const Bytes target = changed(changed(base, 10), 6);
  for (const DeltaAlgorithm algorithm : kAlgorithms) {
    const auto delta = encode_delta(base, target, {.algorithm = algorithm});
    ASSERT_TRUE(delta.ok());
    const auto header = read_delta_header(delta.value().bytes, 0);
    ASSERT_TRUE(header.ok());
    Bytes payload(
        delta.value().bytes.begin() + static_cast<std::ptrdiff_t>(header.value().header_bytes),
        delta.value().bytes.end());
    for (std::uint8_t& byte : payload) {
      for (const unsigned flip : {0x01U, 0x10U, 0xFFU}) {
        byte = static_cast<std::uint8_t>(byte ^ flip);
        DeltaFrameHeader mended = header.value();
        Bytes bytes;
        write_delta_frame(mended, payload, 0, bytes);
        const auto back = decode_delta(base, bytes, kLimit);
        // zstd has more than one way to say the same.
        EXPECT_TRUE(!back.ok() || back.value() == target);
        byte = static_cast<std::uint8_t>(byte ^ flip);
      }
    }
  }
}

TEST_F(DeltaTest, FramesOfAChainCannotBeLeftOutOrMixed) {
  const Bytes base = text(5000);
  const DeltaBase prepared(base, DeltaSetting::Default);
  const auto frames_of = [&](const Bytes& target) {
    DeltaEncoder encoder(prepared, {});
    std::vector<Bytes> frames(3);
    for (std::size_t i = 0; i < 3; ++i) {
      const ByteView part = ByteView(target).subspan(i * 1000, 1000);
      EXPECT_TRUE(encoder.add({&part, 1}, i == 2, frames[i]).ok());
    }
    return frames;
  };
  const auto joined = [](std::initializer_list<Bytes> frames) {
    Bytes all;
    for (const Bytes& frame : frames)
      all.insert(all.end(), frame.begin(), frame.end());
    return all;
  };
  const std::vector<Bytes> a = frames_of(changed(base, 6));
  const std::vector<Bytes> b = frames_of(changed(base, 6));
  EXPECT_TRUE(decode_delta(base, joined({a[0], a[1], a[2]}), kLimit).ok());
  for (const Bytes& wrong : {joined({a[0], a[2]}), joined({a[1], a[2]}), joined({a[0], a[1]}),
                             joined({a[0], a[0], a[2]}), joined({a[0], b[1], a[2]}),
                             joined({a[0], a[1], a[2], a[2]}), joined({})}) {
    const auto refused = decode_delta(base, wrong, kLimit);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), ErrorCode::Corrupt);
  }
}

TEST_F(DeltaTest, LimitsAreKept) {
  const Bytes base = text(5000);
  const auto delta = encode_delta(base, base);
  ASSERT_TRUE(delta.ok());
  EXPECT_TRUE(decode_delta(base, delta.value().bytes, 5000).ok());
  const auto refused = decode_delta(base, delta.value().bytes, 4999);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::LimitExceeded);
}

// A few bytes may not ask for gigabytes.
TEST_F(DeltaTest, LongPartsAreRefusedBeforeTheyAreMade) {
  const Bytes base = text(500);
  for (const DeltaAlgorithm algorithm : {DeltaAlgorithm::Xor, DeltaAlgorithm::Rolling,
                                         DeltaAlgorithm::Suffix, DeltaAlgorithm::ZstdPrefix}) {
    DeltaFrameHeader header;
    header.algorithm = algorithm;
    header.base_bytes = base.size();
    header.base_hash = hash128(base);
    header.target_bytes = kDeltaPartBytesMax + 1;
    Bytes frame;
    write_delta_frame(header, Bytes(20), 0, frame);
    const auto refused = decode_delta(base, frame, std::uint64_t{1} << 40);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message().find("stands for 67108865 bytes"), std::string::npos)
        << refused.error().message();
  }
}

// Pages that make an image no smaller: parts as of any other target, none of them held whole.
TEST_F(DeltaTest, ImagesWithoutUseOfPagesAreWrittenInParts) {
  std::mt19937_64 random(7);
  Bytes base(kDeltaPartBytes + 8192);
  for (std::size_t i = 0; i < base.size(); i += 8) {
    const std::uint64_t value = random();
    std::memcpy(base.data() + i, &value, 8);
  }
  Bytes target(base.rbegin(), base.rend());
  const auto delta = encode_delta(base, target, {.algorithm = DeltaAlgorithm::Pages});
  ASSERT_TRUE(delta.ok());
  EXPECT_EQ(delta.value().report.frames, 2U);
  EXPECT_EQ(delta.value().report.frames_of[static_cast<std::size_t>(DeltaAlgorithm::Raw)], 2U);
  EXPECT_EQ(delta.value().report.fallbacks, 0U);
  const auto back = decode_delta(base, delta.value().bytes, base.size());
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_TRUE(back.value() == target);
}

TEST_F(DeltaTest, NewerVersionsAreUnsupported) {
  const Bytes base = text(500);
  auto delta = encode_delta(base, base);
  ASSERT_TRUE(delta.ok());
  delta.value().bytes[4] = 2;
  const auto refused = decode_delta(base, delta.value().bytes, kLimit);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::Unsupported);
}

// ---- fallbacks ---------------------------------------------------------------------------------

TEST_F(DeltaTest, WhatFailsFallsBackAndSaysSo) {
  const Bytes base = text(50000);
  const Bytes target = changed(base, 1);
  const DeltaBase prepared(base, DeltaSetting::Default);
  PartEncoders encoders = part_encoders();
  const PartEncoder fails = [](const DeltaBase&, const TargetPart&,
                               const PartOptions&) -> Result<CodedPart> {
    return Error(ErrorCode::LimitExceeded, "it was told to fail");
  };
  const auto index_of = [](DeltaAlgorithm algorithm) {
    return static_cast<std::size_t>(algorithm);
  };
  std::uint64_t failures = 0;
  for (const DeltaAlgorithm broken :
       {DeltaAlgorithm::Suffix, DeltaAlgorithm::Rolling, DeltaAlgorithm::ZstdPrefix}) {
    encoders[index_of(broken)] = fails;
    ++failures;
    DeltaEncoder encoder(prepared, {.algorithm = DeltaAlgorithm::Suffix}, encoders);
    Bytes delta;
    const ByteView part = target;
    ASSERT_TRUE(encoder.add({&part, 1}, true, delta).ok());
    EXPECT_EQ(encoder.report().fallbacks, failures);
    EXPECT_EQ(encoder.report().fallback_reason, "it was told to fail");
    EXPECT_EQ(encoder.report().frames_of[index_of(broken)], 0U);
    const auto back = decode_delta(base, delta, kLimit);
    ASSERT_TRUE(back.ok()) << back.error().message();
    EXPECT_TRUE(back.value() == target);
  }
}

TEST_F(DeltaTest, StopsWhenAskedTo) {
  const std::atomic<bool> stop = true;
  const Bytes base = text(5000);
  const auto delta = encode_delta(base, base, {.stop = &stop});
  ASSERT_FALSE(delta.ok());
  EXPECT_EQ(delta.error().code(), ErrorCode::Interrupted);
}

TEST_F(DeltaTest, NamesOfAlgorithmsComeBack) {
  for (const DeltaAlgorithm algorithm : kAlgorithms) {
    EXPECT_EQ(find_delta_algorithm(delta_algorithm_name(algorithm)), algorithm);
  }
  EXPECT_EQ(find_delta_algorithm("bsdiff"), std::nullopt);
}

}  // namespace
}  // namespace copse
