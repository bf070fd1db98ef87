// Giving space back that nothing in a store needs any more.
//
// What an update or a compaction leaves behind goes on its own when a pack is wholly dead or half
// of it is. collect_garbage() does it for every pack at once: what is still needed is copied out of
// packs that are partly dead, as it is, without compressing anything anew.
#pragma once

#include <cstdint>
#include <string>

#include "copse/result.h"
#include "copse/storage.h"

namespace copse {

struct GcOptions {
  // Where the store's directory is.
  Storage storage;
  // Only say what could be given back. Takes no lock and writes nothing.
  bool dry_run = false;
  // Packs of which less than this share is needed are rewritten; 1: every pack with waste in it,
  // 0: none, only files that nothing needs are removed.
  double live_share_min = 1;
};

struct GcReport {
  std::uint64_t bytes_before = 0;  // all files of the store
  std::uint64_t bytes_after = 0;   // with dry_run: about what would be left
  std::uint64_t bytes_copied = 0;  // out of packs that were rewritten
  double elapsed_s = 0;
};

// Readers go on undisturbed, in other processes too: they hold the generation they opened, and the
// system keeps its files until they let go. A crash at any instant leaves a store that answers as
// before. NotFound when there is no store, Busy when somebody else writes it, Corrupt when part of
// the catalogue is lost: then nobody knows what is needed. Space: what is copied lies twice until
// the end. Memory: about 150 bytes a file and one frame.
Result<GcReport> collect_garbage(const std::string& store_directory, const GcOptions& options);

}  // namespace copse
