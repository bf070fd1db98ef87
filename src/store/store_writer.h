// Writing a store: frames, shared objects and records are gathered, and a commit publishes them all
// in one step.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "store/records.h"

namespace copse {

struct WriterOptions {
  std::uint64_t pack_limit_bytes = kDefaultPackLimitBytes;  // a pack that reached it is closed
  // The id of a store that has to be created; by chance when absent.
  std::optional<std::uint64_t> new_store_id;
};

// The one writer of a store: holds its lock until destroyed. What was not committed is dropped. NOT
// thread-safe: one thread, or a lock of the caller's, for all methods.
//
// After an error with code Io or Corrupt from a method that writes, the writer is spent: every
// later write returns that error, and what was committed before stays. Open a new one.
// InvalidArgument and LimitExceeded change nothing.
//
// Memory: about 150 bytes a file in the store, about 500 a pending record: commit now and then.
class StoreWriter {
 public:
  // Creates the directory and an empty generation when there is none. Busy, with the process id of
  // the holder, when somebody else writes; InvalidArgument for a directory with other things in it;
  // Unsupported for a store of a newer version. Removes what an interrupted writer left behind.
  static Result<StoreWriter> open_or_create(FileSystem& file_system, const std::string& directory,
                                            const WriterOptions& options = {});

  StoreWriter(StoreWriter&& other) noexcept;
  StoreWriter& operator=(StoreWriter&& other) noexcept;
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;
  ~StoreWriter();

  // The last committed generation.
  std::uint64_t generation() const;

  // Writes a frame at the end of the session's pack. LimitExceeded over kMaxFramePayloadBytes.
  // The ref can be put at once, and by later sessions too if a commit came in between.
  Result<FrameRef> append_frame(std::uint8_t type, std::uint8_t codec, std::uint64_t raw_bytes,
                                ByteView payload);
  // Writes the object twice unless it is there; durable with the next commit. It stays for as long
  // as a record, a root or this session needs it. LimitExceeded over kMaxSharedBytes.
  Result<SharedId> put_shared(std::uint8_t kind, ByteView bytes);
  // Gives an object a name of its own, for what no record refers to. none() removes the name.
  Status set_root(std::string_view name, const SharedId& id);

  // Gives a frame a name of its own, for what belongs to no record; no value removes the name. The
  // frame stays for as long as the name does. InvalidArgument when the frame is not in the store or
  // the name is empty or longer than kMaxFrameNameBytes; LimitExceeded over kMaxNamedFrames.
  // Durable with the next commit.
  Status set_named_frame(std::string_view name, std::optional<FrameRef> frame);

  // Replaces the record of that path. InvalidArgument when a frame or shared object it names is not
  // in the store, or the path is empty.
  Status put(FileRecord record);
  // Success also when there is no such file.
  Status remove(std::string_view path);

  // Committed and pending. As Store::find.
  Result<std::optional<FileRecord>> find(std::string_view path) const;
  // Of committed frames and of this session's. As Store::read_frame.
  Result<Frame> read_frame(const FrameRef& ref) const;
  Result<Bytes> read_shared(const SharedId& id, std::uint8_t kind) const;
  std::optional<SharedId> root(std::string_view name) const;
  std::optional<FrameRef> named_frame(std::string_view name) const;
  std::vector<std::string> named_frames() const;  // in the order of their bytes
  // Records put or removed since the last commit.
  std::size_t pending_count() const;

  // All paths, committed and pending, in the order of their bytes. Corrupt when a part of the
  // catalogue is lost.
  Result<std::vector<std::string>> paths() const;

  // Publishes everything since the last commit; success means that it survives a power loss. With
  // nothing pending it does nothing. Packs that no record and no name needs any more are removed.
  Status commit();

  // Copies the live frames of packs of which less than `min_live_share` (0 to 1) is live into the
  // session's pack, so that the next commit drops those packs. Answers the bytes copied. 1 rewrites
  // every pack that is not wholly live.
  Result<std::uint64_t> gather(double min_live_share);

  // Writes anew what is damaged of mirrored files where the other one is whole: shared objects at
  // once, heads and catalogue with the next commit. Moves frames out of packs whose header is
  // damaged. Reads every file of the catalogue and every shared object.
  Status heal();

  // Makes the next commit write the catalogue as one segment, without what older segments still say
  // of paths that changed. Where a part of it is lost, what came before stays as it is.
  void merge_catalogue();

  struct State;

 private:
  explicit StoreWriter(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace copse
