// A store behind a cache in tiers, inside one budget of real memory.
//
//   hot     source and every node, ready to walk
//   warm    the source as LZ4, the tree as bytecode
//   cold    as they are stored, in memory: compressed with a dictionary, no tree
//   frozen  in the store's packs on disk
//
// What is asked for comes up to hot. What has to leave a tier goes down one, if it was asked for
// more than once lately; else it goes down to frozen, where everything is that is in memory, or is
// written before it leaves. So nothing is lost by an eviction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"
#include "copse/storage.h"
#include "copse/tree.h"

namespace copse {

struct MetricFamily;  // metrics.h

enum class Tier : std::uint8_t { Hot, Warm, Cold, Frozen };
inline constexpr std::size_t kTiers = 4;
// "hot", "warm", "cold" or "frozen".
std::string_view tier_name(Tier tier);

// Who leaves a tier; docs/adr/0020 has hit rates.
enum class Replacement : std::uint8_t { Lru, S3Fifo, Sieve, TinyLfu };

// Says which content of a path is meant: the first half of the BLAKE2b-256 of its bytes.
struct SourceHash {
  std::array<std::uint8_t, 16> digest{};

  bool operator==(const SourceHash&) const = default;
  std::string hex() const;
};
// Cost: about a nanosecond a byte.
SourceHash hash_source(std::string_view source);

struct TierSettings {
  // The store's directory; a new store when there is none.
  std::string storage_dir;
  // Of the whole process, as the kernel counts it (RssAnon + RssShmem), in millions of bytes. What
  // the program holds besides takes from what the tiers may have, down to an eighth of the budget.
  double memory_budget_mb = 50;
  // Of the memory that the tiers may have; the rest is for cold, and for hot where cold is off.
  // Together at most 1.
  double hot_tier_ratio = 0.4;
  double warm_tier_ratio = 0.3;
  // Of the store on disk, in thousands of millions of bytes: store() refuses beyond it.
  double max_disk_gb = 1.0;

  // A tier that is off leaves its part to hot. Cold pays only where reading a pack costs more than
  // the page cache does: a disk that is slow and larger than memory (ADR 0020).
  bool warm_tier = true;
  bool cold_tier = false;
  Replacement replacement = Replacement::S3Fifo;

  Storage storage;
  // For store(); as in IndexOptions.
  std::vector<std::string> grammar_path;
  std::vector<std::string> parse_command;
  double parse_timeout_s = 60;
};

struct TierCounters {
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::uint64_t hits = 0;        // asked for and answered from here
  std::uint64_t misses = 0;      // asked for, and not here
  std::uint64_t promotions = 0;  // came here from a tier below
  std::uint64_t demotions = 0;   // came here from a tier above
  std::uint64_t evictions = 0;   // had to leave for a tier below
};

struct TierReport {
  std::array<TierCounters, kTiers> tiers;  // by Tier
  std::uint64_t budget_bytes = 0;
  std::uint64_t memory_bytes = 0;      // RssAnon + RssShmem, now
  std::uint64_t memory_bytes_max = 0;  // the highest that was seen so far
  std::uint64_t room_bytes = 0;        // what the tiers may have of the budget
  std::uint64_t held_bytes = 0;        // decoded trees, those that only callers hold included
  std::uint64_t pending_files = 0;     // stored, not yet in a pack
  std::uint64_t pending_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t disk_bytes_max = 0;
};

// Where a file is and what it takes.
struct StoredPlace {
  Tier tier = Tier::Frozen;
  SourceHash hash;
  std::string language;  // empty: plain source, without a tree
  std::uint64_t source_bytes = 0;
  std::uint64_t stored_source_bytes = 0;
  std::uint64_t stored_tree_bytes = 0;
  // The pack's number and the source's place in it; no value while it waits to be written.
  std::optional<std::uint64_t> pack;
  std::uint64_t pack_offset = 0;

  // Bytes of source for a stored byte, the tree's included.
  double compression_ratio() const {
    const std::uint64_t stored = stored_source_bytes + stored_tree_bytes;
    return stored == 0 ? 1 : static_cast<double>(source_bytes) / static_cast<double>(stored);
  }
};

// All methods may be called by any number of threads at once; none holds a lock while it decodes or
// parses, but that one store() at a time parses. A Tree that get() returned stays whole for as long
// as it is held, and counts against the budget until then. What others write to the store is seen
// after refresh(); the first store() takes the store's lock until this is destroyed.
class TieredWorkspace {
 public:
  // InvalidArgument for settings out of their range; else as Workspace::open.
  static Result<TieredWorkspace> open(const TierSettings& settings);
  TieredWorkspace(TieredWorkspace&&) noexcept;
  TieredWorkspace& operator=(TieredWorkspace&&) noexcept;
  // Writes what is pending; what that fails with is lost: call manage_tiers() to know.
  ~TieredWorkspace();

  // Parses the source, learns what it compresses to, and keeps it as the path's content: in memory
  // at first, in a pack soon. InvalidArgument when the hash is not the source's, or for a path that
  // no store takes. LimitExceeded when the disk quota is reached: nothing changes then. Busy when
  // somebody else writes. A source that cannot be parsed is kept without a tree. Files that a
  // directory does not have go when that directory is indexed into the same store.
  Result<StoredPlace> store(std::string_view path, const SourceHash& hash, std::string_view source);

  // The path's tree. NotFound when there is no such file, when its content has another hash, or
  // when it has no tree. LimitExceeded when trees that callers hold take up the budget. Trees
  // larger than three quarters of the room are given block by block from the store and not kept,
  // and so are those that had to be parsed again because the stored one is damaged.
  // Cost: about a microsecond from hot; else the decoding, and that of what has to leave.
  Result<Tree> get(std::string_view path, const SourceHash& hash);
  // Whatever its content.
  Result<Tree> get(std::string_view path);
  // Byte for byte; from hot without decoding.
  Result<std::string> source(std::string_view path);
  // NotFound.
  Result<StoredPlace> place(std::string_view path) const;

  // Down to frozen: nothing of it is in memory afterwards but what callers hold. NotFound.
  Status freeze(std::string_view path);
  // Up to hot. Errors as get().
  Status thaw(std::string_view path);
  // Writes what is pending, asks the kernel for the process's memory, and evicts what is too much.
  // It happens by itself, too: every million bytes that are decoded. Errors of writing: what
  // was pending stays so.
  Status manage_tiers();
  // Sees what others committed. What is in memory and did not change stays.
  Status refresh();

  Result<TierReport> report() const;
  // What tier_metrics() makes of the report, beside what Workspace::metrics() has, counted since
  // this was opened. Without the tiers where the report fails.
  std::vector<MetricFamily> metrics() const;

 private:
  struct Impl;
  explicit TieredWorkspace(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace copse
