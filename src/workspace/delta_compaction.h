// Sources of a compacted store as deltas to similar ones: other versions of the same file, and
// files that were made from one another. The last in the order of the paths stays whole, so of
// directories that are named by their version the newest; what comes before it is a delta to it,
// or a delta to a delta, kMaxBases deep at most (ADR 0023).
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "copse/result.h"

#include "codec/similarity.h"
#include "core/io/file_system.h"
#include "store/store_writer.h"
#include "workspace/store_phases.h"
#include "workspace/workspace_impl.h"

namespace copse {

class DeltaCompaction {
 public:
  struct Options {
    unsigned threads = 1;
    int level = 0;
    const std::atomic<bool>* stop = nullptr;
  };

  struct Summary {
    std::uint64_t frames = 0;  // written: deltas, and deltas made whole
    std::uint64_t deltas = 0;
  };

  // Whether a store with these phases has deltas at all.
  static bool is_wanted(const StorePhases& phases);

  // Borrows everything.
  DeltaCompaction(FileSystem& file_system, std::string store_directory, StoreWriter& writer,
                  const Options& options);

  // Looks at every source, chooses a base for those that are like another, writes deltas where they
  // save enough, and commits. What is a delta already and still to the same base stays; a delta
  // whose base is no longer there is written whole. Sources that cannot be read stay as they are.
  // Interrupted when it was told to stop. REQUIRES:
  // nothing is pending in the writer. Memory: 400 bytes a file, and for each thread two sources.
  Result<Summary> run();

 private:
  // Files that share one source.
  struct Source {
    std::vector<std::size_t> files;  // numbers in the store
    FileRecord record;               // of the first, as it is at present
    std::optional<std::size_t> base;
    std::size_t depth = 0;  // at most, should all the deltas below be worth it
    bool has_kept = false;  // is a delta to that base, which stays, or whole without a base
  };
  struct Encoded {
    std::optional<FramePayload> frame;  // absent: it stays
  };

  Status open();
  Status choose_bases();
  void choose_base(std::size_t number, const Sketch& sketch);
  bool is_kept(const Source& source) const;
  // What a delta to that source names.
  static std::vector<FrameRef> chain(const Source& base);
  Result<std::optional<FramePayload>> encode(const Source& source, const Source* base) const;
  FramePayload whole(const FileRecord& record, ByteView text) const;
  Status write_all();
  Status consume(Source& source, Encoded encoded);
  bool stopping() const;

  FileSystem& file_system_;
  std::string store_directory_;
  StoreWriter& writer_;
  Options options_;
  std::unique_ptr<Workspace::Impl> workspace_;
  std::vector<Source> sources_;                     // in falling order of the paths
  std::map<SharedId, SimilarityIndex> by_content_;  // for each dictionary
  Summary summary_;
};

}  // namespace copse
