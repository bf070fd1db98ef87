// One zstd context a thread: its working memory takes longer to set up than a small file takes to
// compress or to restore. What comes out depends on nothing that a context remembers.
#pragma once

#include <memory>

// The frames without a magic number are part of libzstd's static interface; the library keeps it
// stable within the versions that Debian 12 has, and tests read such frames back.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "core/check.h"

namespace copse {

struct FreeZstd {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  void operator()(ZSTD_CCtx_params* parameters) const { ZSTD_freeCCtxParams(parameters); }
  void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
  void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};

inline ZSTD_CCtx* compression_context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeZstd> context(ZSTD_createCCtx());
  COPSE_CHECK(context != nullptr);
  return context.get();
}

inline ZSTD_DCtx* decompression_context() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeZstd> context(ZSTD_createDCtx());
  COPSE_CHECK(context != nullptr);
  return context.get();
}

// Parameters of bare frames: no magic number, no length, no checksum, no dictionary's number. A
// record states all that.
inline std::unique_ptr<ZSTD_CCtx_params, FreeZstd> bare_frame_parameters(int level) {
  std::unique_ptr<ZSTD_CCtx_params, FreeZstd> parameters(ZSTD_createCCtxParams());
  COPSE_CHECK(parameters != nullptr);
  std::size_t failed = ZSTD_CCtxParams_init(parameters.get(), level);
  const auto set = [&](ZSTD_cParameter parameter, int value) {
    if (ZSTD_isError(failed) == 0) {
      failed = ZSTD_CCtxParams_setParameter(parameters.get(), parameter, value);
    }
  };
  set(ZSTD_c_format, ZSTD_f_zstd1_magicless);
  set(ZSTD_c_contentSizeFlag, 0);
  set(ZSTD_c_checksumFlag, 0);
  set(ZSTD_c_dictIDFlag, 0);
  COPSE_CHECK(ZSTD_isError(failed) == 0);
  return parameters;
}

}  // namespace copse
