#include "chunked.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "codec/chunker.h"
#include "codec/frame_codec.h"
#include "common/corpus.h"
#include "common/json_line.h"
#include "core/bytes.h"
#include "core/hash.h"
#include "inputs.h"

namespace copse::bench {
namespace {

struct HashOfHash {
  std::size_t operator()(const Hash128& hash) const { return hash.low; }
};

}  // namespace

int bench_chunked(int argc, char** argv) {
  if (argc != 3) return 2;
  const int level = static_cast<int>(number_of(argv[2]));
  const Chunker chunker;
  std::unordered_set<Hash128, HashOfHash> known;
  std::uint64_t raw_bytes = 0;
  std::uint64_t references = 0;
  std::uint64_t unique_bytes = 0;
  std::uint64_t compressed_bytes = 0;
  std::string text;
  for (const std::string& path : read_lines(argv[1])) {
    read_source(path, text);
    raw_bytes += text.size();
    for (ByteView rest = as_bytes(text); !rest.empty(); ++references) {
      const ByteView chunk = rest.first(chunker.next(rest));
      rest = rest.subspan(chunk.size());
      if (!known.insert(hash128(chunk)).second) continue;
      unique_bytes += chunk.size();
      compressed_bytes += compress_small(chunk, level, nullptr).bytes.size();
    }
  }
  JsonLine()
      .add("raw_bytes", raw_bytes)
      .add("references", references)
      .add("chunks", std::uint64_t{known.size()})
      .add("unique_bytes", unique_bytes)
      .add("compressed_bytes", compressed_bytes)
      .print();
  return 0;
}

}  // namespace copse::bench
