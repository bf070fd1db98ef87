// Frame payloads through libzstd and liblz4.
#include "codec/frame_codec.h"

#include <algorithm>
#include <string>

#include <lz4.h>

#include "codec/chunked_frame.h"
#include "codec/dictionary_prepared.h"
#include "codec/lz4_codec.h"
#include "codec/zstd_context.h"

namespace copse {
namespace {

// A zstd block takes at least its header of three bytes and gives at most this many.
constexpr std::uint64_t kBlockHeaderBytes = 3;
constexpr std::uint64_t kBlockBytesMax = std::uint64_t{128} << 10;

Error wrong_length(std::uint64_t stated, std::uint64_t found) {
  return {ErrorCode::Corrupt, "frame states " + std::to_string(stated) +
                                  " bytes of content and holds " + std::to_string(found)};
}

FramePayload raw_payload(ByteView bytes) {
  return {FrameCodec::Raw, bytes.size(), Bytes(bytes.begin(), bytes.end())};
}

// A bare frame, with a dictionary or without.
FramePayload bare_payload(ByteView bytes, int level, const Dictionary* dictionary) {
  ZSTD_CCtx* context = compression_context();
  const auto parameters = bare_frame_parameters(level);
  std::size_t failed = ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  COPSE_CHECK(ZSTD_isError(failed) == 0);
  failed = ZSTD_CCtx_setParametersUsingCCtxParams(context, parameters.get());
  COPSE_CHECK(ZSTD_isError(failed) == 0);
  if (dictionary != nullptr) {
    failed = ZSTD_CCtx_refCDict(context, dictionary->prepared().writer(level));
    COPSE_CHECK(ZSTD_isError(failed) == 0);
  }
  FramePayload payload;
  payload.codec = dictionary == nullptr ? FrameCodec::ZstdBare : FrameCodec::ZstdDictionary;
  payload.raw_bytes = bytes.size();
  payload.bytes.resize(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress2(context, payload.bytes.data(), payload.bytes.size(),
                                          bytes.data(), bytes.size());
  // The bound leaves room for any input; what can fail is memory alone.
  COPSE_CHECK(ZSTD_isError(size) == 0);
  payload.bytes.resize(size);
  payload.bytes.shrink_to_fit();
  // The context outlives the dictionary, and is used by those who want none.
  failed = ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  COPSE_CHECK(ZSTD_isError(failed) == 0);
  return payload;
}

Status restore(ByteView payload, ZSTD_format_e format, const Dictionary* dictionary,
               std::span<std::uint8_t> out) {
  ZSTD_DCtx* context = decompression_context();
  std::size_t failed = ZSTD_DCtx_setParameter(context, ZSTD_d_format, format);
  COPSE_CHECK(ZSTD_isError(failed) == 0);
  const ZSTD_DDict* reader = dictionary == nullptr ? nullptr : dictionary->prepared().reader.get();
  failed = ZSTD_DCtx_refDDict(context, reader);
  COPSE_CHECK(ZSTD_isError(failed) == 0);
  const std::size_t size =
      ZSTD_decompressDCtx(context, out.data(), out.size(), payload.data(), payload.size());
  static_cast<void>(ZSTD_DCtx_refDDict(context, nullptr));
  if (ZSTD_isError(size) != 0) {
    return Error(ErrorCode::Corrupt,
                 std::string("frame does not decompress: ") + ZSTD_getErrorName(size));
  }
  if (size != out.size()) return wrong_length(out.size(), size);
  return success();
}

Status restore_lz4(ByteView payload, std::span<std::uint8_t> out) {
  if (payload.size() > kLz4BytesMax || out.size() > kLz4BytesMax) {
    return Error(ErrorCode::Corrupt, "LZ4 frame is larger than a block can be");
  }
  const int size =
      LZ4_decompress_safe(as_text(payload).data(), reinterpret_cast<char*>(out.data()),
                          static_cast<int>(payload.size()), static_cast<int>(out.size()));
  if (size < 0) return Error(ErrorCode::Corrupt, "LZ4 frame does not decompress");
  const auto found = static_cast<std::size_t>(size);
  return found == out.size() ? success() : Status(wrong_length(out.size(), found));
}

Error unknown_codec(std::uint8_t codec) {
  return {ErrorCode::Unsupported,
          "frame has codec " + std::to_string(codec) + ", which this copse does not know"};
}

}  // namespace

FramePayload compress_frame(ByteView bytes, int level) {
  FramePayload payload{FrameCodec::Zstd, bytes.size(), {}};
  payload.bytes.resize(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compressCCtx(compression_context(), payload.bytes.data(), payload.bytes.size(),
                        bytes.data(), bytes.size(), level);
  COPSE_CHECK(ZSTD_isError(size) == 0);
  if (size >= bytes.size()) return raw_payload(bytes);
  payload.bytes.resize(size);
  payload.bytes.shrink_to_fit();
  return payload;
}

FramePayload compress_small(ByteView bytes, int level, const Dictionary* dictionary) {
  FramePayload best = bare_payload(bytes, level, dictionary);
  if (best.bytes.size() >= bytes.size()) best = raw_payload(bytes);
  return best;
}

Status decompress_into(std::uint8_t codec, ByteView payload, const Dictionary* dictionary,
                       std::span<std::uint8_t> out) {
  switch (static_cast<FrameCodec>(codec)) {
    case FrameCodec::Raw:
      if (payload.size() != out.size()) return wrong_length(out.size(), payload.size());
      std::copy(payload.begin(), payload.end(), out.begin());
      return success();
    case FrameCodec::Zstd:
      return restore(payload, ZSTD_f_zstd1, nullptr, out);
    case FrameCodec::ZstdBare:
      return restore(payload, ZSTD_f_zstd1_magicless, nullptr, out);
    case FrameCodec::ZstdDictionary:
      if (dictionary == nullptr) {
        return Error(ErrorCode::Corrupt, "frame needs a dictionary, and none is on record for it");
      }
      return restore(payload, ZSTD_f_zstd1_magicless, dictionary, out);
    case FrameCodec::Delta:
      return Error(ErrorCode::Corrupt, "frame is a delta, and no base is on record for it");
    case FrameCodec::Lz4:
      return restore_lz4(payload, out);
    case FrameCodec::Chunked: {
      COPSE_TRY(const ChunkedFrame chunks, ChunkedFrame::read(payload, out.size()));
      for (std::size_t i = 0; i < chunks.chunk_count(); ++i) {
        const auto first = i * std::size_t{chunks.chunk_bytes()};
        COPSE_TRY_STATUS(chunks.decode(
            i, dictionary, out.subspan(first, static_cast<std::size_t>(chunks.bytes_of(i)))));
      }
      return success();
    }
  }
  return unknown_codec(codec);
}

Status check_stated_length(std::uint8_t codec, ByteView payload, std::uint64_t raw_bytes,
                           std::uint64_t raw_bytes_max) {
  if (raw_bytes > raw_bytes_max) {
    return Error(ErrorCode::LimitExceeded, "frame states " + std::to_string(raw_bytes) +
                                               " bytes of content, at most " +
                                               std::to_string(raw_bytes_max) + " are allowed");
  }
  switch (static_cast<FrameCodec>(codec)) {
    case FrameCodec::Raw:
      if (payload.size() != raw_bytes) return wrong_length(raw_bytes, payload.size());
      return success();
    case FrameCodec::Zstd: {
      const unsigned long long promised = ZSTD_getFrameContentSize(payload.data(), payload.size());
      if (promised == raw_bytes) return success();
      const bool known = promised != ZSTD_CONTENTSIZE_ERROR && promised != ZSTD_CONTENTSIZE_UNKNOWN;
      return wrong_length(raw_bytes, known ? promised : 0);
    }
    case FrameCodec::ZstdBare:
    case FrameCodec::ZstdDictionary:
    case FrameCodec::Delta: {
      const std::uint64_t most = payload.size() / kBlockHeaderBytes * kBlockBytesMax;
      if (raw_bytes <= most) return success();
      return wrong_length(raw_bytes, most);
    }
    case FrameCodec::Lz4: {
      const std::uint64_t most = payload.size() * kLz4ExpansionMax;
      return raw_bytes <= most ? success() : Status(wrong_length(raw_bytes, most));
    }
    case FrameCodec::Chunked: {
      const std::uint64_t most = payload.size() / kBlockHeaderBytes * kBlockBytesMax;
      if (raw_bytes > most) return wrong_length(raw_bytes, most);
      auto chunks = ChunkedFrame::read(payload, raw_bytes);
      return chunks.ok() ? success() : Status(std::move(chunks).take_error());
    }
  }
  return unknown_codec(codec);
}

Result<Bytes> decompress_frame(std::uint8_t codec, ByteView payload, std::uint64_t raw_bytes,
                               std::uint64_t raw_bytes_max, const Dictionary* dictionary) {
  COPSE_TRY_STATUS(check_stated_length(codec, payload, raw_bytes, raw_bytes_max));
  Bytes bytes(static_cast<std::size_t>(raw_bytes));
  COPSE_TRY_STATUS(decompress_into(codec, payload, dictionary, bytes));
  return bytes;
}

}  // namespace copse
