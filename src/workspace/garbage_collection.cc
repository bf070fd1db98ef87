// Gives back what nothing in a store needs.
#include <algorithm>
#include <utility>

#include "copse/gc.h"

#include "core/io/clock.h"
#include "core/io/file_system.h"
#include "store/store.h"
#include "store/store_writer.h"
#include "workspace/revision_writer.h"
#include "workspace/store_phases.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

// All regular files of a store, whoever needs them.
Result<std::uint64_t> directory_bytes(FileSystem& file_system, const std::string& directory) {
  std::uint64_t bytes = 0;
  std::vector<std::string> pending{directory};
  while (!pending.empty()) {
    const std::string path = std::move(pending.back());
    pending.pop_back();
    COPSE_TRY(const auto entries, file_system.list(path));
    for (const DirectoryEntry& entry : entries) {
      const std::string inside = join_path(path, entry.name);
      if (entry.type == FileType::Directory) pending.push_back(inside);
      if (entry.type != FileType::Regular) continue;
      const auto info = file_system.stat(inside);  // a writer may have removed it meanwhile
      if (info.ok()) bytes += info.value().size_bytes;
    }
  }
  return bytes;
}

// Indexing of revisions that was interrupted leaves contents that none of them has. Where the list
// of one cannot be read nobody knows what it has, and all stay.
Status remove_unused_contents(StoreWriter& writer, const Storage& storage,
                              const std::string& store_directory) {
  COPSE_TRY(Store store, Store::open(storage.file_system(), store_directory));
  if (store.record_paths(content_record_prefix()).empty()) return success();
  const Workspace::Impl workspace(std::move(store), storage);
  COPSE_TRY(const StorePhases phases, StorePhases::of(writer));
  const auto remove = [&]() -> Status {
    COPSE_TRY(RevisionWriter revisions, RevisionWriter::open(workspace, writer, phases));
    COPSE_TRY([[maybe_unused]] const std::uint64_t removed, revisions.remove_unused_contents());
    return success();
  };
  Status status = remove();
  if (!status.ok() && status.error().code() == ErrorCode::Corrupt) return success();
  return status;
}

}  // namespace

Result<GcReport> collect_garbage(const std::string& store_directory, const GcOptions& options) {
  if (options.live_share_min < 0 || options.live_share_min > 1) {
    return Error(ErrorCode::InvalidArgument, "the least live share of a pack is 0 to 1, not " +
                                                 std::to_string(options.live_share_min));
  }
  FileSystem& storage = options.storage.file_system();
  const Clock& clock = real_clock();
  const std::int64_t started_ns = clock.monotonic_ns();
  GcReport report;
  // A writer would make a store where there is none.
  COPSE_TRY(const Store store, Store::open(storage, store_directory));
  COPSE_TRY(report.bytes_before, directory_bytes(storage, store_directory));
  if (options.dry_run) {
    COPSE_TRY_STATUS(store.check_complete());
    COPSE_TRY(const DiskUsage usage, store.disk_bytes());
    report.bytes_after =
        std::min(report.bytes_before, usage.total() - (usage.packs - usage.packs_live));
    return report;
  }
  {
    COPSE_TRY(StoreWriter writer, StoreWriter::open_or_create(storage, store_directory));
    COPSE_TRY_STATUS(remove_unused_contents(writer, options.storage, store_directory));
    // What is dead on disk is known once that is committed.
    COPSE_TRY_STATUS(writer.commit());
    COPSE_TRY(report.bytes_copied, writer.gather(options.live_share_min));
    if (report.bytes_copied > 0) writer.merge_catalogue();
    COPSE_TRY_STATUS(writer.commit());
  }
  // What no record needs any more goes when a writer opens.
  { COPSE_TRY(const StoreWriter writer, StoreWriter::open_or_create(storage, store_directory)); }
  COPSE_TRY(report.bytes_after, directory_bytes(storage, store_directory));
  report.elapsed_s = static_cast<double>(clock.monotonic_ns() - started_ns) / 1e9;
  return report;
}

}  // namespace copse
