// What store() does: a source is parsed and packed, waits in memory, and goes into a pack with
// others.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "copse/result.h"
#include "copse/tiers.h"

#include "store/store_writer.h"
#include "workspace/file_job.h"
#include "workspace/language_table.h"
#include "workspace/languages.h"
#include "workspace/store_phases.h"
#include "workspace/tier_reader.h"

namespace copse {

// A file that is in no pack yet. Immutable.
struct PendingFile {
  FileRecord record;  // without the frames' places
  FramePayload source;
  std::optional<PreparedTree> tree;
  std::shared_ptr<const Grammar> grammar;
  std::shared_ptr<const TreeModel> model;

  std::uint64_t held_bytes() const {
    return sizeof *this + source.bytes.size() + (tree ? tree->frame.bytes.size() : 0) +
           record.path.size();
  }
};

// Its frames where they lie in memory. REQUIRES: it has a tree.
PackedTree view_pending(const std::shared_ptr<const PendingFile>& file);

// Thread-safe: one thread parses and writes at a time, the others look up what is pending
// meanwhile. Holds the store's lock from the first put() on.
class TierWriter {
 public:
  static constexpr std::size_t kPendingFilesMax = 1024;
  // Of the memory budget, before what is pending is written.
  static constexpr std::uint64_t kPendingDivisor = 16;

  // `committed` is called after a commit, while what was committed is still pending, so that
  // nobody ever finds it in neither place.
  TierWriter(const TierSettings& settings, std::function<Status()> committed);

  // Parses the source and makes it pending; `replaced` is called when it is. Writes what is pending
  // when that is much. Errors as TieredWorkspace::store.
  Result<std::shared_ptr<const PendingFile>> put(std::string_view path, const ContentId& content,
                                                 std::string_view source,
                                                 const std::function<void()>& replaced);
  Status flush();

  // Null when the path is not pending.
  std::shared_ptr<const PendingFile> find(std::string_view path) const;
  std::size_t pending_files() const;
  std::uint64_t pending_bytes() const;

 private:
  Status open_writer();
  Status check_quota(std::uint64_t more_bytes);
  Status measure_disk();
  Status prepare(PendingFile& file, std::string_view source);
  // Its reason when it cannot be parsed.
  std::string parse(const std::string& language, PendingFile& file, std::string_view source);
  Result<const LanguageState*> language(const std::string& id);
  Status write_pending();

  const TierSettings settings_;
  const std::function<Status()> committed_;
  const LanguageRegistry registry_;
  std::mutex write_mutex_;  // of all down to the next comment
  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<LanguageTable> languages_;
  std::unique_ptr<LaneState> lane_;
  StorePhases phases_;
  std::uint64_t disk_bytes_ = 0;  // as of the last commit

  mutable std::mutex pending_mutex_;
  std::map<std::string, std::shared_ptr<const PendingFile>, std::less<>> pending_;
  std::uint64_t pending_bytes_ = 0;
};

}  // namespace copse
