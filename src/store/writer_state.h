// What a StoreWriter holds; shared by its source files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/generation.h"
#include "store/store_writer.h"

namespace copse {

// A newer segment takes in the older ones before it for as long as they hold no more than this many
// times its records: sizes then fall geometrically, a catalogue of n files has log(n) segments and
// a record is rewritten log(n) times.
inline constexpr std::uint64_t kMergeRatio = 2;
static_assert(kMaxSegments >= 64,
              "log2 of any count of records, and those that damage keeps apart");

// With this many packs a commit copies the frames of the smaller half together.
inline constexpr std::size_t kGatherAbovePacks = 128;
static_assert(kGatherAbovePacks < kMaxPacks);

// A pack this session writes. It grows over the session's commits.
struct SessionPack {
  PackId id;
  std::unique_ptr<WritableFile> file;
  std::uint64_t written_bytes = 0;
  std::uint64_t synced_bytes = 0;
};

struct StoreWriter::State {
  State(FileSystem& system, std::string path, const WriterOptions& chosen)
      : file_system(system), directory(std::move(path)), options(chosen) {}

  FileSystem& file_system;
  std::string directory;
  WriterOptions options;
  std::unique_ptr<FileLock> lock;
  Generation committed;
  // Absent: removed.
  std::map<std::string, std::optional<FileRecord>, std::less<>> pending;
  std::map<std::string, SharedId, std::less<>> roots;
  bool roots_changed = false;
  std::map<std::string, FrameRef, std::less<>> named_frames;
  bool named_frames_changed = false;
  std::vector<SessionPack> session_packs;  // the last one is written to
  bool packs_changed = false;              // frames were appended since the last commit
  bool shared_changed = false;             // objects were written since the last commit
  bool merge_all = false;                  // the next commit leaves one segment
  std::set<SharedId> known_shared;
  std::uint64_t next_id = 1;
  std::optional<Error> spent;

  std::string full_path(const std::string& name) const { return join_path(directory, name); }

  // The error that ended this writer, or success.
  Status check_usable() const {
    if (spent) return *spent;
    return success();
  }

  // Remembers an error of the disk: nothing can be assumed of what was written before it.
  template <typename T>
  Result<T> spend(Result<T> result) {
    if (!result.ok()) spent = result.error();
    return result;
  }

  Result<std::optional<FileRecord>> find(std::string_view path) const;
};

// Creates or opens, locks, loads and cleans up: all of StoreWriter::open_or_create.
Status open_writer(StoreWriter::State& state);

bool is_session_pack(const StoreWriter::State& state, PackId id);

// Packs of earlier sessions of which less than that share is live; the smaller half of them all.
std::set<PackId> packs_below_share(const StoreWriter::State& state, double min_live_share);
std::set<PackId> smaller_half_of_packs(const StoreWriter::State& state);

// Copies the visible frames of those packs into the session's, and puts the records and sets the
// names anew. Corrupt
// when the catalogue is not complete. Answers the bytes copied.
Result<std::uint64_t> gather_packs(StoreWriter::State& state, StoreWriter& writer,
                                   const std::set<PackId>& chosen);

// All of StoreWriter::commit but the bookkeeping of errors.
Status commit_writer(StoreWriter::State& state);

}  // namespace copse
