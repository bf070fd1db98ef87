// Symbols as small as they get: one segment a grammar, of the files that there are.
#pragma once

#include <atomic>
#include <string>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "store/store_writer.h"

namespace copse {

struct SymbolCompaction {
  unsigned threads = 1;
  const std::atomic<bool>* stop = nullptr;
};

// Collects the symbols of files that no segment covers (their store is older than symbols, their
// tags query is a newer one, their segment is damaged, or the indexing process was killed), and
// merges each grammar's segments into one, its documents in the order of the paths. What is like
// that already stays. Commits. Interrupted when it was told to stop; then what was there stays.
// REQUIRES: nothing is pending in the writer. Memory: as SymbolWriter.
Status compact_symbols(FileSystem& file_system, const std::string& store_directory,
                       StoreWriter& writer, const SymbolCompaction& options);

}  // namespace copse
