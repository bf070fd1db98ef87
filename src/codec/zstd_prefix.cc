#include "codec/zstd_prefix.h"

#include <algorithm>
#include <bit>
#include <string>

#include "codec/zstd_context.h"

namespace copse {
namespace {

constexpr int kWindowLogMin = 10;
// The longest window that a level has by itself.
constexpr std::size_t kOwnWindowBytes = std::size_t{1} << 20;

void check(std::size_t code) {
  COPSE_CHECK(ZSTD_isError(code) == 0);
}

}  // namespace

Bytes compress_with_prefix(ByteView bytes, ByteView prefix, const ZstdPrefixOptions& options) {
  const std::size_t together = bytes.size() + prefix.size();
  COPSE_CHECK(together <= kZstdPrefixedBytesMax);
  const auto parameters = bare_frame_parameters(options.level);
  if (together > kOwnWindowBytes) {
    const int window_log = std::max(kWindowLogMin, static_cast<int>(std::bit_width(together - 1)));
    check(ZSTD_CCtxParams_setParameter(parameters.get(), ZSTD_c_windowLog, window_log));
    if (options.long_distance) {
      check(ZSTD_CCtxParams_setParameter(parameters.get(), ZSTD_c_enableLongDistanceMatching, 1));
    }
  }
  ZSTD_CCtx* context = compression_context();
  check(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters));
  check(ZSTD_CCtx_setParametersUsingCCtxParams(context, parameters.get()));
  check(ZSTD_CCtx_refPrefix(context, prefix.data(), prefix.size()));
  Bytes payload(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress2(context, payload.data(), payload.size(), bytes.data(), bytes.size());
  // The bound leaves room for any input; what can fail is memory alone.
  check(size);
  payload.resize(size);
  check(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters));
  return payload;
}

Status restore_with_prefix(ByteView payload, ByteView prefix, std::span<std::uint8_t> out) {
  ZSTD_DCtx* context = decompression_context();
  check(ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters));
  check(ZSTD_DCtx_setParameter(context, ZSTD_d_format, ZSTD_f_zstd1_magicless));
  check(ZSTD_DCtx_refPrefix(context, prefix.data(), prefix.size()));
  const std::size_t size =
      ZSTD_decompressDCtx(context, out.data(), out.size(), payload.data(), payload.size());
  check(ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters));
  if (ZSTD_isError(size) != 0) {
    return Error(ErrorCode::Corrupt,
                 std::string("delta: does not decompress: ") + ZSTD_getErrorName(size));
  }
  if (size != out.size()) {
    return Error(ErrorCode::Corrupt, "delta: holds " + std::to_string(size) + " bytes where " +
                                         std::to_string(out.size()) + " are stated");
  }
  return success();
}

}  // namespace copse
