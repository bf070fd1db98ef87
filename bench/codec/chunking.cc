#include "codec/chunking.h"

#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "codec/chunker.h"
#include "codec/rabin.h"
#include "codec/thread_time.h"
#include "common/corpus.h"
#include "common/json_line.h"
#include "core/hash.h"

namespace copse::bench {
namespace {

struct Sharing {
  std::uint64_t bytes = 0;
  std::uint64_t shared = 0;
  std::uint64_t chunks = 0;
};

template <typename Next>
void for_each_chunk(const std::vector<std::string>& files, const Next& next) {
  for (const std::string& file : files) {
    for (ByteView rest = as_bytes(file); !rest.empty();) {
      rest = rest.subspan(next(rest));
    }
  }
}

template <typename Next>
Sharing measure_sharing(const std::vector<std::string>& files, const Next& next) {
  Sharing sharing;
  std::set<Hash128> known;
  for_each_chunk(files, [&](ByteView rest) {
    const std::size_t length = next(rest);
    ++sharing.chunks;
    sharing.bytes += length;
    if (!known.insert(hash128(rest.first(length))).second) sharing.shared += length;
    return length;
  });
  return sharing;
}

template <typename Next>
std::optional<double> gb_per_s(const std::vector<std::string>& files, int rounds,
                               const Next& next) {
  std::uint64_t bytes = 0;
  const double seconds = best_seconds(rounds, [&] {
    bytes = 0;
    for_each_chunk(files, [&](ByteView rest) {
      const std::size_t length = next(rest);
      bytes += length;
      return length;
    });
  });
  return static_cast<double>(bytes) / seconds / 1e9;
}

void add_sharing(JsonLine& line, const std::string& name, const Sharing& sharing) {
  line.add(name + "_shared_bytes", sharing.shared)
      .add(name + "_chunks", sharing.chunks)
      .add(name + "_mean_bytes",
           std::optional(static_cast<double>(sharing.bytes) / static_cast<double>(sharing.chunks)));
}

}  // namespace

int bench_chunking(int argc, char** argv) {
  if (argc < 4) give_up("chunking AVERAGE ROUNDS FILE...");
  const auto average = static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10));
  const int rounds = std::atoi(argv[2]);
  std::vector<std::string> files;
  for (int i = 3; i < argc; ++i) {
    read_source(argv[i], files.emplace_back());
  }
  const auto made = Chunker::create({average, 0, 0});
  if (!made.ok()) give_up(made.error().message());
  const Chunker& chunker = made.value();
  // Of the same least, largest and mean size.
  const RabinChunker rabin(chunker.min_bytes(), chunker.max_bytes(), average - chunker.min_bytes());
  const auto ours = [&](ByteView rest) { return chunker.next(rest); };
  const auto theirs = [&](ByteView rest) { return rabin.next(rest); };
  const auto hashed = [&](ByteView rest) {
    const std::size_t length = chunker.next(rest);
    keep(hash128(rest.first(length)));
    return length;
  };
  const Sharing sharing = measure_sharing(files, ours);
  JsonLine line;
  line.add("bytes", sharing.bytes);
  add_sharing(line, "copse", sharing);
  add_sharing(line, "rabin", measure_sharing(files, theirs));
  line.add("copse_gb_per_s", gb_per_s(files, rounds, ours))
      .add("copse_with_hash128_gb_per_s", gb_per_s(files, rounds, hashed))
      .add("copse_plain_gb_per_s",
           gb_per_s(files, 1, [&](ByteView rest) { return chunker.next_plain(rest); }))
      .add("rabin_gb_per_s", gb_per_s(files, 1, theirs))
      .print();
  return 0;
}

}  // namespace copse::bench
