// LZ4 blocks through liblz4.
#include "codec/lz4_codec.h"

#include <lz4.h>
#include <lz4hc.h>

#include "core/check.h"

namespace copse {

static_assert(kLz4BytesMax == LZ4_MAX_INPUT_SIZE);

FramePayload compress_lz4(ByteView bytes, Lz4Effort effort) {
  FramePayload payload{FrameCodec::Lz4, bytes.size(), {}};
  int size = 0;
  if (bytes.size() > 1 && bytes.size() <= kLz4BytesMax) {
    // Room for one byte less than the content: what does not fit there is better kept raw.
    payload.bytes.resize(bytes.size() - 1);
    const char* source = as_text(bytes).data();
    auto* target = reinterpret_cast<char*>(payload.bytes.data());
    const int source_size = static_cast<int>(bytes.size());
    const int room = static_cast<int>(payload.bytes.size());
    size = effort == Lz4Effort::Fast
               ? LZ4_compress_default(source, target, source_size, room)
               : LZ4_compress_HC(source, target, source_size, room, LZ4HC_CLEVEL_DEFAULT);
    COPSE_CHECK(size >= 0);
  }
  if (size == 0) {
    return {FrameCodec::Raw, bytes.size(), Bytes(bytes.begin(), bytes.end())};
  }
  payload.bytes.resize(static_cast<std::size_t>(size));
  payload.bytes.shrink_to_fit();
  return payload;
}

}  // namespace copse
