// Reading a store: one generation of it, held for as long as the caller likes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "store/records.h"

namespace copse {

// Bytes on disk by what they serve.
struct DiskUsage {
  std::uint64_t packs = 0;       // all pack files of this generation, to their committed length
  std::uint64_t packs_live = 0;  // frames that records or names refer to, headers included
  std::uint64_t named = 0;       // of these, the frames with names
  std::uint64_t catalogue = 0;   // both mirrors
  std::uint64_t shared = 0;      // both copies
  std::uint64_t head = 0;        // HEAD and HEAD.copy

  std::uint64_t total() const { return packs + catalogue + shared + head; }
};

struct StoreOptions {
  // Packs become part of the address space; their pages are the kernel's to keep or to drop
  // (RssFile, not RssAnon). Without, or where the system refuses, frames are read into memory.
  bool map_packs = true;
};

// A file to be shown under a path, with the record of another.
struct ShownFile {
  std::string path;
  std::string record;
};

struct VerifySummary {
  std::uint64_t files = 0;
  std::uint64_t frames = 0;
  std::uint64_t shared_objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t damages = 0;
};

// A reader. Takes no lock, writes nothing, works on a read-only directory. Every pack and
// shared object of the generation stays open, so that a writer may replace them meanwhile. All
// const methods may be called by any number of threads at once; refresh() and moves need the object
// for themselves. Memory: about 150 bytes a file. Borrows the file system.
class Store {
 public:
  // NotFound when there is no store in `directory`, Unsupported when a newer copse made it, Corrupt
  // when neither HEAD nor its copy can be read. Damage further down does not keep it from opening:
  // it is met where it is asked for.
  static Result<Store> open(FileSystem& file_system, const std::string& directory,
                            const StoreOptions& options = {});

  Store(Store&& other) noexcept;
  Store& operator=(Store&& other) noexcept;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  std::uint64_t id() const;
  // Counts commits.
  std::uint64_t generation() const;
  const std::string& directory() const;

  // What the methods below take for the store's files. At first every record there is, hidden ones
  // (records.h) included; then those of the directory alone, or a list. What the store is opened
  // for decides; a numbered file is never hidden then.
  void show_directory();
  // REQUIRES: the paths ascend. Records that the catalogue does not have are left out, and
  // check_complete() names the first of them. Cost: a search in the catalogue each, and 50 bytes.
  void show(std::vector<ShownFile> files);
  // A record by its path, whatever is shown. As find().
  Result<std::optional<FileRecord>> find_record(std::string_view path) const;
  // The paths of records that begin so, whatever is shown, in the order of their bytes.
  std::vector<std::string> record_paths(std::string_view prefix) const;

  // Files are numbered in the order of the bytes of their paths. A number holds for as long as the
  // generation does.
  std::size_t file_count() const;
  // REQUIRES: index < file_count(). The view lives as long as the generation is held.
  std::string_view path(std::size_t index) const;
  // REQUIRES: index < file_count(). Decodes the record, well under a microsecond.
  FileRecord file(std::size_t index) const;
  // The number of the first file whose path is not less than `path`; file_count() at the end.
  std::size_t lower_bound(std::string_view path) const;
  // No value when the path is not in the store. Corrupt, naming file and offset, when the part of
  // the catalogue that would say so is damaged in both mirrors.
  Result<std::optional<FileRecord>> find(std::string_view path) const;
  // Corrupt, naming file and offset, when a part of the catalogue is lost: the numbered files are
  // then not all there are.
  Status check_complete() const;

  // Corrupt, naming file, offset, expected and found, when the frame is not what the ref says.
  Result<Frame> read_frame(const FrameRef& ref) const;
  // The same without a copy where the pack is mapped. Its size is looked at first, so a pack that
  // was cut short is Corrupt; one that somebody cuts while it is being read, or a disk that fails
  // then, ends the process: that is the price of mapping. Cost: half a microsecond and the checksum
  // of the payload, at 10 GB/s or more.
  Result<FrameView> read_view(const FrameRef& ref, FrameCheck check = FrameCheck::Whole) const;
  // From the copy when the object is damaged (see damages()). Corrupt when both are, or when it is
  // of another kind; NotFound when there is none of that id.
  Result<Bytes> read_shared(const SharedId& id, std::uint8_t kind) const;
  // What a writer set under that name, if anything.
  std::optional<SharedId> root(std::string_view name) const;
  std::vector<std::string> root_names() const;
  // As root(), for frames.
  std::optional<FrameRef> named_frame(std::string_view name) const;
  std::vector<std::string> named_frames() const;  // in the order of their bytes

  // What was found damaged so far and could be served from a copy, or could not be served at all.
  std::vector<Damage> damages() const;
  Result<DiskUsage> disk_bytes() const;
  // Reads everything that matters: both heads, both mirrors of the catalogue, every frame that a
  // record or a name refers to, both copies of every shared object. Calls `visit` for each damage.
  // Fails only when the generation vanished under it (reopen and call again).
  Result<VerifySummary> verify(const std::function<void(const Damage&)>& visit) const;

  // Moves to the newest generation; true when there was a newer one, of which every record is shown
  // then. On failure nothing changes.
  Result<bool> refresh();

  struct State;

 private:
  explicit Store(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace copse
