#include "codec/speeds.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "codec/integer_packing.h"
#include "codec/lz4_codec.h"
#include "codec/thread_time.h"
#include "common/corpus.h"
#include "common/json_line.h"
#include "core/crc32c.h"
#include "core/hash.h"

namespace copse::bench {
namespace {

constexpr std::size_t kFrameBytes = std::size_t{64} << 10;
constexpr std::size_t kListValues = std::size_t{1} << 20;
constexpr int kHashRepeats = 2000;

std::optional<double> gb_per_s(double bytes, double seconds) {
  return bytes / seconds / 1e9;
}

// A name, then what was measured: JsonLine knows numbers only.
void print_name(const char* part, const std::string& name) {
  std::cout << part << '\t' << name << '\t';
}

// ---- frames -------------------------------------------------------------------------------------

template <typename Compress>
void measure_frames(const std::string& name, const std::string& text, int rounds,
                    const Compress& compress) {
  std::vector<FramePayload> frames;
  const double pack_s = best_seconds(rounds, [&] {
    frames.clear();
    for (std::size_t at = 0; at < text.size(); at += kFrameBytes) {
      frames.push_back(compress(as_bytes(std::string_view(text).substr(at, kFrameBytes))));
    }
  });
  std::uint64_t stored = 0;
  for (const FramePayload& frame : frames) {
    stored += frame.bytes.size();
  }
  Bytes out(kFrameBytes);
  const double unpack_s = best_seconds(rounds, [&] {
    for (const FramePayload& frame : frames) {
      const auto size = static_cast<std::size_t>(frame.raw_bytes);
      const Status status = decompress_into(static_cast<std::uint8_t>(frame.codec), frame.bytes,
                                            nullptr, std::span(out).first(size));
      if (!status.ok()) give_up(status.error().message());
    }
  });
  const auto bytes = static_cast<double>(text.size());
  print_name("frames", name);
  JsonLine()
      .add("raw_bytes", std::uint64_t{text.size()})
      .add("stored_bytes", stored)
      .add("pack_gb_per_s", gb_per_s(bytes, pack_s))
      .add("unpack_gb_per_s", gb_per_s(bytes, unpack_s))
      .print();
}

void measure_all_frames(const std::string& text, int rounds) {
  measure_frames("lz4", text, rounds, [](ByteView bytes) { return compress_lz4(bytes); });
  measure_frames("lz4 small", text, 1,
                 [](ByteView bytes) { return compress_lz4(bytes, Lz4Effort::Small); });
  for (const int level : {1, 3}) {
    measure_frames("zstd -" + std::to_string(level), text, rounds,
                   [level](ByteView bytes) { return compress_frame(bytes, level); });
  }
}

// ---- integers -----------------------------------------------------------------------------------

Result<std::vector<std::uint32_t>> unpack(ByteView packed, std::uint32_t /*of this size*/) {
  return unpack_integers32(packed);
}
Result<std::vector<std::uint64_t>> unpack(ByteView packed, std::uint64_t /*of this size*/) {
  return unpack_integers64(packed);
}

template <typename Word>
void measure_list(const std::string& name, const std::vector<Word>& values, PackingOrder order,
                  int rounds) {
  Bytes packed;
  const double pack_s =
      best_seconds(rounds, [&] { packed = pack_integers(std::span<const Word>(values), order); });
  const double unpack_s = best_seconds(rounds, [&] {
    const auto back = unpack(packed, Word{});
    if (!back.ok() || back.value() != values) give_up("packed integers do not come back");
  });
  Bytes varints;
  ByteWriter out(varints);
  Word before = 0;
  for (const Word value : values) {
    out.varint(static_cast<Word>(value - before));
    if (order == PackingOrder::Differences) before = value;
  }
  const double varint_s = best_seconds(rounds, [&] {
    ByteReader in(varints);
    Word sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += static_cast<Word>(in.varint());
    }
    keep(sum);
  });
  const auto count = static_cast<double>(values.size());
  print_name("integers", name);
  JsonLine()
      .add("bits_per_value", std::optional(static_cast<double>(packed.size()) * 8 / count))
      .add("varint_bits_per_value", std::optional(static_cast<double>(varints.size()) * 8 / count))
      .add("pack_mvalues_per_s", std::optional(count / pack_s / 1e6))
      .add("unpack_and_compare_mvalues_per_s", std::optional(count / unpack_s / 1e6))
      .add("varint_unpack_mvalues_per_s", std::optional(count / varint_s / 1e6))
      .print();
}

void measure_lists(int rounds) {
  std::mt19937_64 random(1);
  std::vector<std::uint32_t> small(kListValues);
  std::vector<std::uint32_t> rising(kListValues);
  std::vector<std::uint64_t> offsets(kListValues);
  std::uint32_t at = 0;
  std::uint64_t offset = std::uint64_t{1} << 40;
  for (std::size_t i = 0; i < kListValues; ++i) {
    small[i] = static_cast<std::uint32_t>(random() % 1000);
    at += static_cast<std::uint32_t>(1 + random() % 40);
    rising[i] = at;
    offset += 1024 + random() % 8192;
    offsets[i] = offset;
  }
  measure_list("10-bit values", small, PackingOrder::Values, rounds);
  measure_list("document numbers", rising, PackingOrder::Differences, rounds);
  measure_list("offsets of chunks, 64 bits", offsets, PackingOrder::Differences, rounds);
}

// ---- checksums ----------------------------------------------------------------------------------

template <typename Hash>
void measure_hash(const std::string& name, int rounds, const Hash& hash) {
  Bytes bytes(kFrameBytes, 0x5A);
  const double seconds = best_seconds(rounds, [&] {
    for (int i = 0; i < kHashRepeats; ++i) {
      bytes[0] = static_cast<std::uint8_t>(i);
      keep(hash(ByteView(bytes)));
    }
  });
  print_name("hashes", name);
  JsonLine().add("gb_per_s", gb_per_s(double{kFrameBytes} * kHashRepeats, seconds)).print();
}

void measure_hashes(int rounds) {
  measure_hash("crc32c", rounds, [](ByteView bytes) { return crc32c(bytes); });
  measure_hash("crc32c, table", 1, [](ByteView bytes) { return crc32c_plain(bytes); });
  measure_hash("xxh3, 64 bits", rounds, [](ByteView bytes) { return checksum64(bytes); });
  measure_hash("xxh3, 128 bits", rounds, [](ByteView bytes) { return hash128(bytes); });
  measure_hash("blake2b, 256 bits", 1, [](ByteView bytes) { return content_id(bytes); });
  Bytes target(kFrameBytes);
  measure_hash("memcpy", rounds, [&](ByteView bytes) {
    std::memcpy(target.data(), bytes.data(), bytes.size());
    return target[kFrameBytes / 2];
  });
}

}  // namespace

int bench_speeds(int argc, char** argv) {
  if (argc < 3) give_up("speeds ROUNDS FILE...");
  const int rounds = std::atoi(argv[1]);
  std::string text;
  std::string file;
  for (int i = 2; i < argc; ++i) {
    read_source(argv[i], file);
    text += file;
  }
  measure_all_frames(text, rounds);
  measure_lists(rounds);
  measure_hashes(rounds);
  return 0;
}

}  // namespace copse::bench
