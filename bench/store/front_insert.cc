#include "front_insert.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "codec/chunker.h"
#include "common/corpus.h"
#include "common/json_line.h"
#include "core/bytes.h"
#include "core/hash.h"

namespace copse::bench {
namespace {

constexpr std::size_t kFileBytes = 1'000'000;

using ChunkSet = std::set<std::pair<std::uint64_t, std::uint64_t>>;

ChunkSet chunks_of(ByteView bytes) {
  const Chunker chunker;
  ChunkSet chunks;
  while (!bytes.empty()) {
    const std::size_t size = chunker.next(bytes);
    const Hash128 hash = hash128(bytes.first(size));
    chunks.emplace(hash.low, hash.high);
    bytes = bytes.subspan(size);
  }
  return chunks;
}

}  // namespace

int bench_front_insert(int argc, char** argv) {
  if (argc < 2) return 2;
  for (int i = 1; i < argc; ++i) {
    std::string text;
    read_source(argv[i], text);
    if (text.size() < kFileBytes) give_up(std::string(argv[i]) + " is no megabyte");
    text.resize(kFileBytes);
    const ChunkSet before = chunks_of(as_bytes(text));
    text.insert(text.begin(), '#');
    const ChunkSet after = chunks_of(as_bytes(text));
    const auto fresh = std::count_if(after.begin(), after.end(),
                                     [&](const auto& chunk) { return !before.contains(chunk); });
    JsonLine()
        .add("chunks", std::uint64_t{before.size()})
        .add("new_chunks", static_cast<std::uint64_t>(fresh))
        .print();
  }
  return 0;
}

}  // namespace copse::bench
