// Frame payloads through libzstd.
#include "codec/frame_codec.h"

#include <memory>
#include <string>

#include <zstd.h>

#include "core/check.h"

namespace copse {

namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// A context's working memory takes longer to set up than a small file takes to compress, so each
// thread keeps one. What comes out depends on nothing that a context remembers.
ZSTD_CCtx* compression_context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  COPSE_CHECK(context != nullptr);
  return context.get();
}

ZSTD_DCtx* decompression_context() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  COPSE_CHECK(context != nullptr);
  return context.get();
}

}  // namespace

FramePayload compress_frame(ByteView bytes, int level) {
  FramePayload payload{FrameCodec::Raw, bytes.size(), {}};
  Bytes compressed(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compressCCtx(compression_context(), compressed.data(),
                                             compressed.size(), bytes.data(), bytes.size(), level);
  // The bound leaves room for any input; what can fail is memory alone.
  COPSE_CHECK(!ZSTD_isError(size));
  if (size < bytes.size()) {
    compressed.resize(size);
    compressed.shrink_to_fit();
    payload.codec = FrameCodec::Zstd;
    payload.bytes = std::move(compressed);
  } else {
    payload.bytes.assign(bytes.begin(), bytes.end());
  }
  return payload;
}

namespace {

Error wrong_length(std::uint64_t stated, std::uint64_t found) {
  return Error(ErrorCode::Corrupt, "frame states " + std::to_string(stated) +
                                       " bytes of content and holds " + std::to_string(found));
}

}  // namespace

Result<Bytes> decompress_frame(std::uint8_t codec, ByteView payload, std::uint64_t raw_bytes,
                               std::uint64_t raw_bytes_max) {
  if (raw_bytes > raw_bytes_max) {
    return Error(ErrorCode::LimitExceeded, "frame states " + std::to_string(raw_bytes) +
                                               " bytes of content, at most " +
                                               std::to_string(raw_bytes_max) + " are allowed");
  }
  switch (static_cast<FrameCodec>(codec)) {
    case FrameCodec::Raw:
      if (payload.size() != raw_bytes) return wrong_length(raw_bytes, payload.size());
      return Bytes(payload.begin(), payload.end());
    case FrameCodec::Zstd: {
      // The frame's own word first: what it does not promise is not allocated.
      const unsigned long long promised = ZSTD_getFrameContentSize(payload.data(), payload.size());
      if (promised != raw_bytes) {
        const bool known =
            promised != ZSTD_CONTENTSIZE_ERROR && promised != ZSTD_CONTENTSIZE_UNKNOWN;
        return wrong_length(raw_bytes, known ? promised : 0);
      }
      Bytes bytes(static_cast<std::size_t>(raw_bytes));
      const std::size_t size = ZSTD_decompressDCtx(decompression_context(), bytes.data(),
                                                   bytes.size(), payload.data(), payload.size());
      if (ZSTD_isError(size)) {
        return Error(ErrorCode::Corrupt,
                     std::string("frame does not decompress: ") + ZSTD_getErrorName(size));
      }
      if (size != raw_bytes) return wrong_length(raw_bytes, size);
      return bytes;
    }
  }
  return Error(ErrorCode::Unsupported,
               "frame has codec " + std::to_string(codec) + ", which this copse does not know");
}

}  // namespace copse
