// A dictionary as zstd wants it: once for reading, once for each level of writing.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "codec/dictionary.h"
#include "codec/zstd_context.h"

namespace copse {

struct Dictionary::Prepared {
  Bytes bytes;
  std::unique_ptr<ZSTD_DDict, FreeZstd> reader;  // refers to `bytes`

  // Made at the first call for a level; lives as long as the dictionary. Thread-safe.
  const ZSTD_CDict* writer(int level) const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<int, std::unique_ptr<ZSTD_CDict, FreeZstd>> writers_;
};

}  // namespace copse
