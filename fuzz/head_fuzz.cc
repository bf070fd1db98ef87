// Any bytes as a store's HEAD: reading never leaves the bytes, and what was accepted is written and
// read again as the same. The checksum is mended on the way, as damage alone would hardly ever get
// past it.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "core/hash.h"
#include "store/head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  copse::Bytes bytes(data, data + size);
  for (const bool mended : {false, true}) {
    if (mended && size >= sizeof(std::uint64_t)) {
      const std::size_t end = size - sizeof(std::uint64_t);
      const std::uint64_t checksum = copse::checksum64(copse::ByteView(bytes).first(end));
      std::memcpy(bytes.data() + end, &checksum, sizeof(checksum));
    }
    const auto head = copse::decode_head(bytes, "input");
    if (!head.ok()) continue;
    const auto again = copse::decode_head(copse::encode_head(head.value()), "again");
    if (!again.ok() || again.value() != head.value()) std::abort();
  }
  return 0;
}
