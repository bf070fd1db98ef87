// Chunks: the plain twin, pieces of any size, what an inserted byte changes, boundaries for ever.
#include "codec/chunker.h"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/hash.h"

namespace copse {
namespace {

std::uint64_t seed() {
  const char* given = std::getenv("COPSE_SEED");
  return given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
}

Bytes random_bytes(std::size_t size, std::uint64_t from) {
  std::mt19937_64 random(from);
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(random() >> 32);
  }
  return bytes;
}

// Lines of a few words: text as sources have it, with runs of spaces.
Bytes text_bytes(std::size_t size, std::uint64_t from) {
  static constexpr const char* kWords[] = {
      "return ", "        ",  "if (node", ") {\n",
      "value_",  "->next;\n", "// ",      "the end of the list",
      "\n",      "0x"};
  std::mt19937_64 random(from);
  Bytes bytes;
  ByteWriter out(bytes);
  while (bytes.size() < size) {
    out.raw(as_bytes(kWords[random() % std::size(kWords)]));
    if (random() % 4 == 0) out.raw(as_bytes(std::to_string(random() % 10'000)));
  }
  bytes.resize(size);
  return bytes;
}

std::vector<std::size_t> lengths_of(const Chunker& chunker, ByteView data, bool plain = false) {
  std::vector<std::size_t> lengths;
  while (!data.empty()) {
    lengths.push_back(plain ? chunker.next_plain(data) : chunker.next(data));
    data = data.subspan(lengths.back());
  }
  return lengths;
}

std::set<Hash128> chunks_of(const Chunker& chunker, ByteView data) {
  std::set<Hash128> chunks;
  while (!data.empty()) {
    const std::size_t length = chunker.next(data);
    chunks.insert(hash128(data.first(length)));
    data = data.subspan(length);
  }
  return chunks;
}

std::size_t new_chunks(const Chunker& chunker, ByteView before, ByteView after) {
  const std::set<Hash128> known = chunks_of(chunker, before);
  const std::set<Hash128> now = chunks_of(chunker, after);
  return static_cast<std::size_t>(std::count_if(
      now.begin(), now.end(), [&](const Hash128& hash) { return !known.contains(hash); }));
}

std::vector<Bytes> data_sets(std::uint64_t from) {
  std::vector<Bytes> sets{{},
                          {1},
                          Bytes(100'000, 0),
                          Bytes(100'000, 0x4D),
                          random_bytes(300'000, from),
                          text_bytes(300'000, from)};
  // A period of 300 bytes, zeros with a byte here and there, a few sizes near the edges.
  Bytes periodic = random_bytes(300, from);
  for (int i = 0; i < 300; ++i) {
    periodic.insert(periodic.end(), periodic.begin(), periodic.begin() + 300);
  }
  sets.push_back(periodic);
  Bytes sparse(200'000, 0);
  for (std::size_t i = 0; i < sparse.size(); i += 1 + i % 97) {
    sparse[i] = static_cast<std::uint8_t>(i >> 5);
  }
  sets.push_back(sparse);
  for (const std::size_t size : {63U, 64U, 1023U, 1024U, 1025U, 3367U, 3368U, 32'767U, 32'768U}) {
    sets.push_back(random_bytes(size, from + size));
  }
  return sets;
}

TEST(Chunker, AgreesWithThePlainOneAndAddsUp) {
  const std::uint64_t from = seed();
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(from));
  const ChunkerOptions kOptions[] = {{}, {1024, 64, 1100}, {5000, 4000, 6000}, {65'536, 0, 0}};
  for (const ChunkerOptions& options : kOptions) {
    const auto chunker = Chunker::create(options);
    ASSERT_TRUE(chunker.ok()) << chunker.error().message();
    for (const Bytes& data : data_sets(from)) {
      const auto lengths = lengths_of(chunker.value(), data);
      EXPECT_EQ(lengths, lengths_of(chunker.value(), data, true));
      std::size_t sum = 0;
      for (std::size_t i = 0; i < lengths.size(); ++i) {
        sum += lengths[i];
        EXPECT_LE(lengths[i], chunker.value().max_bytes());
        const bool is_last = i + 1 == lengths.size();
        EXPECT_GE(lengths[i], is_last ? 1 : chunker.value().min_bytes());
      }
      EXPECT_EQ(sum, data.size());
    }
  }
}

TEST(Chunker, PiecesMakeTheSameChunks) {
  const std::uint64_t from = seed();
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(from));
  const Chunker chunker;
  std::mt19937_64 random(from);
  for (const Bytes& data : data_sets(from)) {
    const auto expected = lengths_of(chunker, data);
    for (const std::size_t piece_max : {1U, 100U, 5000U, 70'000U}) {
      std::vector<std::size_t> lengths;
      Bytes whole;
      const auto sink = [&](ByteView chunk) {
        lengths.push_back(chunk.size());
        whole.insert(whole.end(), chunk.begin(), chunk.end());
      };
      ChunkStream stream(chunker);
      for (ByteView rest = data; !rest.empty();) {
        const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % piece_max);
        stream.feed(rest.first(size), sink);
        rest = rest.subspan(size);
      }
      stream.finish(sink);
      EXPECT_EQ(lengths, expected);
      EXPECT_EQ(whole, data);
    }
  }
}

TEST(Chunker, AnInsertedByteChangesTwoChunksAtMost) {
  constexpr std::size_t kSize = std::size_t{1} << 20;
  const Chunker chunker;
  for (std::uint64_t from = 1; from <= 20; ++from) {
    const Bytes before = from % 2 == 0 ? random_bytes(kSize, from) : text_bytes(kSize, from);
    Bytes after = before;
    after.insert(after.begin(), 'x');
    EXPECT_LE(new_chunks(chunker, before, after), 2U) << from;
    EXPECT_GT(chunks_of(chunker, before).size(), 100U);
    // In the middle it may change the chunk it falls in and those up to the next common boundary.
    Bytes middle = before;
    middle.insert(middle.begin() + kSize / 2, 'x');
    EXPECT_LE(new_chunks(chunker, before, middle), 4U) << from;
  }
}

TEST(Chunker, RandomBytesHaveTheWantedAverage) {
  const Bytes data = random_bytes(std::size_t{16} << 20, 5);
  for (const std::uint32_t average : {1024U, 4096U, 10'000U, 65'536U}) {
    const auto chunker = Chunker::create({average, 0, 0});
    ASSERT_TRUE(chunker.ok());
    const double mean = static_cast<double>(data.size()) /
                        static_cast<double>(lengths_of(chunker.value(), data).size());
    EXPECT_NEAR(mean / average, 1.0, average > 20'000 ? 0.12 : 0.03) << average;
  }
}

// No run of equal bytes has a boundary: a page of zeros costs no hash.
TEST(Chunker, RunsOfEqualBytesAreCutAtTheLimit) {
  const Chunker chunker;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const Bytes run(40'000, static_cast<std::uint8_t>(byte));
    EXPECT_EQ(chunker.next(run), chunker.max_bytes()) << byte;
  }
}

TEST(Chunker, RefusesSizesThatMakeNoSense) {
  const ChunkerOptions kOptions[] = {{1023, 0, 0},    {4096, 63, 0},      {4096, 4096, 0},
                                     {4096, 0, 4096}, {UINT32_MAX, 0, 0}, {4096, 1024, UINT32_MAX}};
  for (const ChunkerOptions& options : kOptions) {
    const auto chunker = Chunker::create(options);
    ASSERT_FALSE(chunker.ok());
    EXPECT_EQ(chunker.error().code(), ErrorCode::InvalidArgument);
  }
}

// The bytes of a generator that every reader of this can write down.
Bytes generated(std::size_t size) {
  Bytes bytes(size);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

// Boundaries are part of what is stored: they stay where they are.
TEST(Chunker, BoundariesStayForEver) {
  const std::vector<std::size_t> expected{4539, 4496, 3969, 5270, 4490, 4090, 3540, 3392,
                                          3111, 3797, 3617, 3421, 5251, 3623, 3394};
  EXPECT_EQ(lengths_of(Chunker(), generated(60'000)), expected);
  // Of so many that every rule had its turn.
  Bytes all;
  ByteWriter out(all);
  for (const std::size_t length : lengths_of(Chunker(), random_bytes(std::size_t{32} << 20, 1))) {
    out.varint(length);
  }
  EXPECT_EQ(checksum64(all), 12769221494049836249U);
}

}  // namespace
}  // namespace copse
