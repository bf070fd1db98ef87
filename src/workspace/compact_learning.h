// What a compaction learns from the files of one language before it writes them anew: a dictionary
// for their sources, a model for their trees. Reads only; commits nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "copse/result.h"

#include "codec/dictionary.h"
#include "store/records.h"
#include "syntax/tree_model.h"
#include "workspace/workspace_impl.h"

namespace copse {

// The half of all files that models and dictionaries may be learnt from: a fair coin that a file's
// content tosses, the same in every store. The other half judges them.
inline bool is_for_training(const ContentKey& content) {
  return content.digest[0] % 2 == 0;
}

// Files of one language whose trees are of one grammar.
struct FileGroup {
  std::string language;            // empty: plain sources
  SharedId grammar;                // none() for these
  std::vector<std::size_t> files;  // numbers in the store, ascending
  std::uint64_t source_bytes = 0;
  std::uint64_t tree_bytes = 0;  // as they are stored
};

// An object as it lies in a store, beside what it is when loaded. Null when there is none.
struct LearntModel {
  std::shared_ptr<const TreeModel> model;
  Bytes packed;
};
struct LearntDictionary {
  std::shared_ptr<const Dictionary> dictionary;
  Bytes packed;
};

class CompactLearner {
 public:
  struct Options {
    unsigned threads = 1;
    int level = 0;
    TreeEncoding encoding;
    std::size_t dictionary_bytes = 0;
    const std::atomic<bool>* stop = nullptr;
  };

  // Borrows the workspace.
  CompactLearner(const Workspace::Impl& impl, const Options& options)
      : impl_(impl), options_(options) {}

  // A model that writes the held-out trees smaller by kGainMin than `current` does, and pays for
  // itself; null when the present one is good enough or there is nothing to judge by. Files that
  // cannot be read are passed over. Interrupted when the caller asked to stop.
  Result<LearntModel> learn_model(const FileGroup& group,
                                  const std::shared_ptr<const TreeModel>& current) const;
  // Likewise for sources; without `current` against no dictionary.
  Result<LearntDictionary> learn_dictionary(const FileGroup& group,
                                            const Dictionary* current) const;

 private:
  Status check_stop() const;
  // Evenly spread files of that half, of no more than so many bytes.
  std::vector<FileRecord> sample(const FileGroup& group, bool training, std::uint64_t bytes_max,
                                 std::uint64_t file_bytes_max) const;
  // Bytes of the sources when each is a frame of its own.
  std::uint64_t measure(const std::vector<std::string>& sources,
                        const Dictionary* dictionary) const;
  Result<std::uint64_t> measure_trees(const std::vector<FileRecord>& records,
                                      const TreeModel& model, const TreeEncoding& encoding) const;

  const Workspace::Impl& impl_;
  Options options_;
};

// A tree of the workspace written anew with that model, small; decoded again and compared on the
// way. The record's old model is read from the workspace.
Result<PreparedTree> rewrite_tree(const Workspace::Impl& impl, const FileRecord& record,
                                  std::string_view source, const TreeModel& model,
                                  const TreeEncoding& encoding);

}  // namespace copse
