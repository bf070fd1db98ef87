// Deltas of memory images: round trips over every kind of change, the same bytes with any number of
// threads, damage, weak hashes that collide.
#include "codec/page_delta.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "codec/anchor_index.h"
#include "codec/page_bytes.h"
#include "codec/page_delta_format.h"
#include "codec/page_map.h"

namespace copse {
namespace {

std::uint64_t seed_of_run() {
  const char* given = std::getenv("COPSE_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20240613;
  ::testing::Test::RecordProperty("seed", std::to_string(seed));
  return seed;
}

// An image as a guest's memory is: pages of zeros, of text, of numbers and of noise.
Bytes make_image(std::size_t size, std::uint64_t seed) {
  constexpr std::string_view kText = "struct page { unsigned long flags; atomic_t _refcount; };\n";
  std::mt19937_64 chance(seed);
  Bytes image(size);
  for (std::size_t begin = 0; begin < size; begin += kPageBytes) {
    const std::size_t end = std::min(size, begin + kPageBytes);
    const std::uint64_t kind = chance() % 4;
    for (std::size_t i = begin; i < end; ++i) {
      if (kind == 1) image[i] = as_bytes(kText)[(i * (1 + seed % 7)) % kText.size()];
      if (kind == 2) image[i] = static_cast<std::uint8_t>(i % 8 == 0 ? chance() : i % 8);
      if (kind == 3) image[i] = static_cast<std::uint8_t>(chance());
    }
  }
  return image;
}

void check(ByteView base, ByteView target) {
  auto payload = encode_page_delta(base, target, {});
  ASSERT_TRUE(payload.ok()) << payload.error().message();
  for (const unsigned threads : {1U, 4U}) {
    auto again = encode_page_delta(base, target, {.threads = threads});
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again.value(), payload.value());
    Bytes out(target.size(), 0xAA);
    const Status status = decode_page_delta(base, payload.value(), out, threads);
    ASSERT_TRUE(status.ok()) << status.error().message();
    EXPECT_TRUE(std::equal(out.begin(), out.end(), target.begin(), target.end()));
  }
}

std::size_t delta_bytes(ByteView base, ByteView target) {
  auto payload = encode_page_delta(base, target, {});
  return payload.ok() ? payload.value().size() : SIZE_MAX;
}

TEST(PageDelta, RestoresImagesOfAnySize) {
  for (const std::size_t base_bytes : {0U, 1U, 31U, 4095U, 4096U, 4097U, 40000U, 65536U}) {
    for (const std::size_t target_bytes : {0U, 1U, 32U, 33U, 4096U, 4097U, 40001U, 81920U}) {
      const Bytes base = make_image(base_bytes, 1);
      check(base, make_image(target_bytes, 1));
      check(base, make_image(target_bytes, 2));
      check(base, Bytes(target_bytes));
    }
  }
}

struct Change {
  const char* name;
  std::function<void(Bytes&, std::mt19937_64&)> apply;
};

std::size_t any_of(std::mt19937_64& chance, std::size_t size) {
  return size == 0 ? 0 : static_cast<std::size_t>(chance() % size);
}

std::vector<Change> changes() {
  const auto place = [](Bytes& image, std::mt19937_64& chance) {
    return image.begin() + static_cast<std::ptrdiff_t>(any_of(chance, image.size()));
  };
  return {
      {"insert",
       [=](Bytes& image, std::mt19937_64& chance) {
         const std::size_t size = 1 + any_of(chance, 9000);
         const Bytes more = make_image(size, chance());
         image.insert(place(image, chance), more.begin(), more.end());
       }},
      {"delete",
       [=](Bytes& image, std::mt19937_64& chance) {
         const auto from = place(image, chance);
         image.erase(from,
                     from + static_cast<std::ptrdiff_t>(any_of(
                                chance, std::min<std::size_t>(
                                            9000, static_cast<std::size_t>(image.end() - from)))));
       }},
      {"move",
       [=](Bytes& image, std::mt19937_64& chance) {
         std::rotate(image.begin(), place(image, chance), image.end());
       }},
      {"move pages",
       [](Bytes& image, std::mt19937_64& chance) {
         const std::size_t pages = image.size() / kPageBytes;
         for (int i = 0; i < 20 && pages > 0; ++i) {
           const std::size_t from = any_of(chance, pages) * kPageBytes;
           std::copy_n(
               image.begin() + static_cast<std::ptrdiff_t>(from), kPageBytes,
               image.begin() + static_cast<std::ptrdiff_t>(any_of(chance, pages) * kPageBytes));
         }
       }},
      {"change bytes",
       [=](Bytes& image, std::mt19937_64& chance) {
         for (int i = 0; i < 300 && !image.empty(); ++i)
           *place(image, chance) = static_cast<std::uint8_t>(chance());
       }},
      {"shrink",
       [](Bytes& image, std::mt19937_64& chance) { image.resize(any_of(chance, image.size())); }},
      {"grow", [](Bytes& image,
                  std::mt19937_64& chance) { image.resize(image.size() + any_of(chance, 9000)); }},
      {"clear",
       [](Bytes& image, std::mt19937_64& chance) {
         std::fill(image.begin() + static_cast<std::ptrdiff_t>(any_of(chance, image.size())),
                   image.end(), 0);
       }},
  };
}

// What all changes make of a base that leave something of it.
Bytes change_much(Bytes image, std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  for (const Change& change : changes()) {
    const std::string_view name = change.name;
    if (name != "clear" && name != "shrink") change.apply(image, chance);
  }
  return image;
}

TEST(PageDelta, RestoresWhatWasChanged) {
  const std::uint64_t seed = seed_of_run();
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(seed));
  std::mt19937_64 chance(seed);
  for (const Change& change : changes()) {
    SCOPED_TRACE(change.name);
    for (int round = 0; round < 3; ++round) {
      const std::size_t size = 200000 + any_of(chance, 100000);
      const Bytes base = make_image(size, chance());
      Bytes target = base;
      change.apply(target, chance);
      check(base, target);
      // One on top of the other.
      for (const Change& other : changes())
        other.apply(target, chance);
      check(base, target);
    }
  }
}

// A payload that an earlier build wrote: it stays readable. COPSE_UPDATE=1 writes it anew.
TEST(PageDelta, ReadsVersion1) {
  const Bytes base = make_image(30000, 17);
  const Bytes target = change_much(base, 18);
  const std::string path = std::string(COPSE_TEST_DATA_DIR) + "/formats/page_delta_v1.bin";
  if (std::getenv("COPSE_UPDATE") != nullptr) {
    auto payload = encode_page_delta(base, target, {});
    ASSERT_TRUE(payload.ok());
    std::ofstream(path, std::ios::binary) << as_text(payload.value());
  }
  std::ifstream file(path, std::ios::binary);
  const std::string payload{std::istreambuf_iterator<char>(file), {}};
  Bytes out(target.size());
  const Status status = decode_page_delta(base, as_bytes(payload), out);
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_EQ(out, target);
}

TEST(PageDelta, FindsWhatOnlyMoved) {
  const Bytes base = make_image(std::size_t{1} << 20, 5);
  Bytes target = base;
  std::rotate(target.begin(), target.begin() + 77 * kPageBytes, target.end());
  EXPECT_LT(delta_bytes(base, target), 400U);
  std::rotate(target.begin(), target.begin() + 12345, target.end());
  EXPECT_LT(delta_bytes(base, target), 5000U);
  EXPECT_LT(delta_bytes(base, base), 60U);
  EXPECT_LT(delta_bytes(base, Bytes(base.size())), 60U);
}

TEST(PageDelta, UnrelatedImagesCostLittleMoreThanTheTarget) {
  std::mt19937_64 chance(9);
  Bytes base(300000);
  Bytes target(300000);
  std::generate(base.begin(), base.end(), [&] { return static_cast<std::uint8_t>(chance()); });
  std::generate(target.begin(), target.end(), [&] { return static_cast<std::uint8_t>(chance()); });
  EXPECT_LT(delta_bytes(base, target), target.size() + 100);
  check(base, target);
}

TEST(PageDelta, RefusesDamageAtEveryByte) {
  const Bytes base = make_image(100000, 3);
  const Bytes target = change_much(base, 4);
  auto encoded = encode_page_delta(base, target, {});
  ASSERT_TRUE(encoded.ok());
  const Bytes payload = encoded.value();
  ASSERT_GT(payload.size(), 2000U);
  Bytes out(target.size());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    Bytes damaged = payload;
    damaged[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    EXPECT_FALSE(decode_page_delta(base, damaged, out).ok()) << "byte " << i;
  }
  for (std::size_t size = 0; size < payload.size(); size += 1 + size / 50) {
    EXPECT_FALSE(decode_page_delta(base, ByteView(payload).first(size), out).ok());
  }
  Bytes longer = payload;
  longer.push_back(0);
  EXPECT_FALSE(decode_page_delta(base, longer, out).ok());
  Bytes shorter(target.size() - 1);
  EXPECT_FALSE(decode_page_delta(base, payload, shorter).ok());
  // A base that lacks what is referred to, all of it or the last byte.
  auto same = encode_page_delta(base, base, {});
  ASSERT_TRUE(same.ok());
  Bytes copied(base.size());
  EXPECT_TRUE(decode_page_delta(base, same.value(), copied).ok());
  EXPECT_FALSE(decode_page_delta(ByteView(base).first(base.size() - 1), same.value(), copied).ok());
  EXPECT_FALSE(decode_page_delta(ByteView(base).first(5000), payload, out).ok());
}

// Pages that differ only where page_fingerprint() does not look.
TEST(PageDelta, PagesWithOneFingerprintAreToldApart) {
  constexpr std::size_t kPages = 64;
  Bytes base(kPages * kPageBytes);
  for (std::size_t i = 0; i < kPages; ++i) {
    std::uint8_t* begin = base.data() + i * kPageBytes;
    std::fill_n(begin, kPageBytes, std::uint8_t{7});
    begin[100] = static_cast<std::uint8_t>(i + 8);
    ASSERT_EQ(page_fingerprint(begin), page_fingerprint(base.data()));
  }
  Bytes target(base.rbegin(), base.rend());
  for (std::size_t i = 0; i < kPages; ++i) {
    std::copy_n(base.begin() + static_cast<std::ptrdiff_t>(i * kPageBytes), kPageBytes,
                target.begin() + static_cast<std::ptrdiff_t>((kPages - 1 - i) * kPageBytes));
  }
  check(base, target);
  const PageMap map = map_pages(base, target, 1);
  EXPECT_EQ(map.pages[kPages - 1], 0U);  // among the first kPageTriesMax
}

// A block of the base and one of the target that share a key and no word behind the first.
// anchor_key() adds products of words that are below 2^29 as they are, so differences that the
// factors take to 0 modulo 2^64 (a short vector of that lattice) cannot be seen in it.
TEST(PageDelta, AnchorsWithOneKeyAreToldApart) {
  constexpr std::array<std::int64_t, 3> kUnseen = {608082, -2405080, 206658};
  std::array<std::uint64_t, 4> words = {0, 100000000, 100000000, 100000000};
  Bytes one(kAnchorBytes + 8);
  std::array<std::uint32_t, 1 + kAnchorSlack> found{};
  do {
    ++words[0];
    std::memcpy(one.data(), words.data(), kAnchorBytes);
  } while (find_anchors(one.data(), 1, kAnchorRarityBits, found.data()) == 0);
  for (std::size_t i = 0; i < kUnseen.size(); ++i)
    words[i + 1] += static_cast<std::uint64_t>(kUnseen[i]);
  Bytes other = one;
  std::memcpy(other.data(), words.data(), kAnchorBytes);
  ASSERT_NE(one, other);
  ASSERT_EQ(anchor_key(one.data()), anchor_key(other.data()));

  std::mt19937_64 chance(13);
  Bytes base(5 * kPageBytes);
  std::generate(base.begin(), base.end(), [&] { return static_cast<std::uint8_t>(chance()); });
  Bytes target(base.size());
  std::generate(target.begin(), target.end(), [&] { return static_cast<std::uint8_t>(chance()); });
  std::copy_n(one.begin(), kAnchorBytes, base.begin() + 5000);
  std::copy_n(other.begin(), kAnchorBytes, target.begin() + 9001);
  const AnchorsOfRest anchors = index_rest(base, target, map_pages(base, target, 1), 1);
  EXPECT_EQ(anchors.index.find(anchor_key(target.data() + 9001)), 5000U);
  check(base, target);
}

TEST(PageDelta, AnIndexKeepsTheFirstPlace) {
  AnchorIndex index(100);
  constexpr std::uint64_t kKey = 0x123456789ABCDEF0U;
  index.add(kKey);
  EXPECT_FALSE(index.find(kKey).has_value());
  index.offer(kKey, 500);
  index.offer(kKey, 300);
  index.offer(kKey, 400);
  EXPECT_EQ(index.find(kKey), 300U);
  index.offer(kKey + 1, 7);  // nobody asked for it
  EXPECT_FALSE(index.find(kKey + 1).has_value());
  // More than there is room for are forgotten.
  for (std::uint64_t i = 0; i < 100000; ++i)
    index.add(i * 0x9E3779B185EBCA87U);
  EXPECT_EQ(index.find(kKey), 300U);
}

TEST(PageDelta, AnchorsAreThoseOfThePlainTwin) {
  for (const std::size_t size : {0U, 1U, 31U, 64U, 65U, 1000U, 100000U}) {
    for (const unsigned rarity_bits : {1U, 6U, 12U}) {
      for (const std::size_t shift : {0U, 3U}) {
        const Bytes image = make_image(size + kAnchorBytes + 8, 21);
        std::vector<std::uint32_t> fast(size + kAnchorSlack);
        std::vector<std::uint32_t> plain(size + kAnchorSlack);
        fast.resize(find_anchors(image.data() + shift, size, rarity_bits, fast.data()));
        plain.resize(find_anchors_plainly(image.data() + shift, size, rarity_bits, plain.data()));
        EXPECT_EQ(fast, plain);
      }
    }
  }
}

TEST(PageDelta, EqualBytesAreCountedAsByHand) {
  const std::uint64_t seed = seed_of_run();
  std::mt19937_64 chance(seed);
  for (int round = 0; round < 2000; ++round) {
    Bytes a(1 + any_of(chance, 300));
    Bytes b = a;
    if (chance() % 8 != 0) b[any_of(chance, b.size())] ^= 1;
    const auto differs = std::mismatch(a.begin(), a.end(), b.begin()).first;
    EXPECT_EQ(equal_forward(a.data(), b.data(), a.size()),
              static_cast<std::size_t>(differs - a.begin()));
    const auto behind = std::mismatch(a.rbegin(), a.rend(), b.rbegin()).first;
    EXPECT_EQ(equal_backward(a.data() + a.size(), b.data() + b.size(), a.size()),
              static_cast<std::size_t>(behind - a.rbegin()));
    EXPECT_EQ(all_zero(b.data(), b.size()), differs == a.end());
  }
}

TEST(PageDelta, TellsWhatWasRead) {
  const Bytes base = make_image(5'000'001, 1);
  for (const std::size_t target_bytes : {0U, 4096U, 6'000'001U}) {
    for (const unsigned threads : {1U, 3U}) {
      Bytes base_read;
      Bytes target_read;
      const auto on_read = [&](ByteView of_base, ByteView of_target) {
        base_read.insert(base_read.end(), of_base.begin(), of_base.end());
        target_read.insert(target_read.end(), of_target.begin(), of_target.end());
      };
      const Bytes target = make_image(target_bytes, 1);
      ASSERT_TRUE(encode_page_delta(base, target, {.threads = threads, .on_read = on_read}).ok());
      EXPECT_EQ(base_read, base);
      EXPECT_EQ(target_read, target);
    }
  }
}

TEST(PageDelta, ReadersChangeNothing) {
  const Bytes base = make_image(3'000'001, 1);
  Bytes target = make_image(3'000'001, 2);
  std::rotate(target.begin(), target.begin() + 1'000'100, target.end());
  std::copy(base.begin() + 50'000, base.begin() + 900'000, target.begin() + 123);
  std::atomic<std::uint64_t> given = 0;
  // What is given is gone as soon as its owner is.
  const auto reader = [&given](const Bytes& image) {
    return [&given, &image](std::uint64_t begin, std::uint64_t end) {
      auto copy = std::make_shared<const Bytes>(image.begin() + static_cast<std::ptrdiff_t>(begin),
                                                image.begin() + static_cast<std::ptrdiff_t>(end));
      given += copy->size();
      return PageWindow{*copy, copy};
    };
  };
  const auto plain = encode_page_delta(base, target, {});
  for (const unsigned threads : {1U, 3U}) {
    const auto read = encode_page_delta(
        base, target,
        {.threads = threads, .read_base = reader(base), .read_target = reader(target)});
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value(), plain.value());
  }
  EXPECT_GE(given, 2 * (base.size() + target.size()));
}

TEST(PageDelta, SuitsImagesOfOneMachine) {
  const Bytes base = make_image(std::size_t{2} << 20, 5);
  Bytes target = base;
  target[70000] ^= 1;
  EXPECT_TRUE(suits_pages(base, target));
  EXPECT_FALSE(suits_pages(ByteView(base).first(5000), ByteView(target).first(5000)));
  target.pop_back();
  EXPECT_FALSE(suits_pages(base, target));
  Bytes noise(std::size_t{2} << 20);
  std::mt19937_64 chance(1);
  std::generate(noise.begin(), noise.end(), [&] { return static_cast<std::uint8_t>(chance()); });
  EXPECT_FALSE(suits_pages(base, noise));
}

}  // namespace
}  // namespace copse
