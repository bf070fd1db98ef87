// One run of compaction: gather what is not in its smallest form, learn, write anew, commit. One
// thread writes; others read and compress beside it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "copse/compact.h"

#include "core/io/clock.h"
#include "core/io/file_system.h"
#include "store/revision.h"
#include "store/store_writer.h"
#include "workspace/compact_learning.h"
#include "workspace/store_phases.h"
#include "workspace/workspace_impl.h"

namespace copse {

class Compactor {
 public:
  // Borrows everything.
  Compactor(FileSystem& file_system, const Clock& clock, std::string store_directory,
            const CompactOptions& options);

  // As compact_store.
  Result<CompactReport> run();

 private:
  // A group and what its files are written with.
  struct Target {
    FileGroup group;
    bool newest_grammar = false;             // the one that new files are parsed with
    std::shared_ptr<const TreeModel> model;  // null: each tree keeps its own
    SharedId model_id;
    std::shared_ptr<const Dictionary> dictionary;  // null: none
    SharedId dictionary_id;
  };
  // A file that may have to be written anew.
  struct Job {
    std::size_t file = 0;
    const Target* target = nullptr;
  };
  // What became of it.
  struct Outcome {
    FileRecord record;
    ContentId content;                   // where the source was read
    std::optional<FramePayload> source;  // absent: it is in its smallest form
    std::optional<PreparedTree> tree;
    std::string problem;  // why it stays as it is
  };
  // Files whose frames are the same.
  struct Twin {
    ContentId content;  // all of it: what is shared must be equal whoever chose it
    std::string language;
    SharedId grammar;
    std::uint64_t parser_build = 0;
    bool has_tree = false;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
    auto operator<=>(const Twin&) const = default;
  };

  Status check_options() const;
  Status open();
  Status compact();
  void find_groups();
  void find_repeated();
  Status choose_objects(Target& target);
  Status learn(Target& target);
  Status set_model(Target& target, LearntModel learnt);
  Status set_dictionary(Target& target, LearntDictionary learnt);
  // Whether the group is much as it was when its model and dictionary were chosen.
  bool is_learnt(const FileGroup& group) const;
  Status note_learning(const FileGroup& group);
  Status rewrite_all();
  Result<bool> is_smallest(const FileRecord& record, const Target& target) const;
  Outcome rewrite(const Job& job) const;
  Status consume(Outcome outcome);
  // Whether the record took over the frames of an equal file, or has them already.
  static Twin twin_of(const Outcome& outcome);
  bool is_repeated(const FileRecord& record) const;
  enum class Sharing : std::uint8_t { Alone, New, Known };
  Sharing share(Outcome& outcome) const;
  Status write_deltas();
  Status commit();
  Status finish();
  TreeEncoding encoding() const;
  std::uint64_t dictionary_bytes() const;
  bool was_small() const;
  bool stopping() const;
  void report_progress(const FileRecord& record);

  FileSystem& file_system_;
  const Clock& clock_;
  std::string store_directory_;
  const CompactOptions& options_;
  StorePhases phases_;
  bool small_trees_ = false;
  std::int64_t started_ns_;
  std::int64_t last_commit_ns_;
  std::int64_t rewriting_since_ns_ = 0;  // what is shown as progress begins here

  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<Workspace::Impl> workspace_;  // the generation that was there at the beginning
  std::vector<Target> targets_;
  std::vector<std::uint64_t> repeated_;  // beginnings of content ids that occur again, ascending
  std::map<Twin, FileRecord> written_;   // the first of equal files, for the others
  CompactReport report_;
  bool committed_ = false;
  IndexProgress progress_;
};

}  // namespace copse
