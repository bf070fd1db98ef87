// One file of an indexing run: read, recognised, parsed, compressed. Runs on a lane's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/io/clock.h"
#include "core/io/file_system.h"
#include "postings/document_facts.h"
#include "postings/symbol_entry.h"
#include "workspace/index_plan.h"
#include "workspace/parse_lane.h"
#include "workspace/store_phases.h"

namespace copse {

struct FileOutcome {
  enum class Kind : std::uint8_t {
    Stored,     // new content, with a tree or plain
    Unchanged,  // the content is what the store has; its stat may be new
    Vanished,   // it was there when the directory was walked
    Unreadable,
    Interrupted,
  };

  Kind kind = Kind::Stored;
  // Everything but the frames' places. `note` says why there is no tree.
  FileRecord record;
  ContentId content;
  FramePayload source;
  std::optional<PreparedTree> tree;
  std::optional<DocumentFacts> facts;               // of the tree, where there is one
  std::optional<std::vector<SymbolEntry>> symbols;  // likewise, where the grammar has a tags query
  std::string problem;                              // why it is unreadable
  std::string text;  // the source itself, where the caller asked to keep it
  const IndexJob* job = nullptr;
};

// A lane and what it has been told so far.
class LaneState {
 public:
  explicit LaneState(std::unique_ptr<ParseLane> lane) : lane_(std::move(lane)) {}

  ParseLane& lane() { return *lane_; }
  // Makes the lane ready for the language with that model; null for the base model.
  Status ready(const LanguageState& language, const std::shared_ptr<const TreeModel>& model);

 private:
  std::unique_ptr<ParseLane> lane_;
  std::map<std::string, std::shared_ptr<const TreeModel>> models_;  // by loaded language
};

// One lane a job: in processes that run `command`, or in threads of this one when it is empty.
using Lanes = std::vector<std::unique_ptr<LaneState>>;
Lanes make_lanes(unsigned jobs, const std::vector<std::string>& command, const Clock& clock,
                 const ParseLimits& limits, TreePhases phases = {});
void abort_all(const Lanes& lanes);

// Where sources come from that are no files of a directory. For many threads.
class ContentSource {
 public:
  ContentSource() = default;
  ContentSource(const ContentSource&) = delete;
  ContentSource& operator=(const ContentSource&) = delete;
  virtual ~ContentSource() = default;

  // The bytes for the record of that path. Never NotFound.
  virtual Result<std::string> read(const std::string& record_path) const = 0;
};

class FileWorker {
 public:
  // Without `contents` jobs are files below `root`.
  FileWorker(FileSystem& file_system, const Clock& clock, std::string root,
             const LanguageTable& languages, StorePhases phases,
             const ContentSource* contents = nullptr)
      : file_system_(file_system),
        clock_(clock),
        root_(std::move(root)),
        languages_(languages),
        phases_(phases),
        contents_(contents) {}

  // `sample` encodes with the base model and keeps the text: for learning a model. Thread-safe,
  // given a lane of one's own.
  FileOutcome run(const IndexJob& job, LaneState& lane, bool sample) const;
  // Parses the first bytes of a file that is too large for a sample: for learning only, not for the
  // store. Without a tree when that fails.
  FileOutcome learn_from(const IndexJob& job, std::size_t bytes, LaneState& lane) const;

 private:
  // Reads until nobody writes meanwhile, within reason, and takes down the stat.
  Result<std::string> read(const IndexJob& job, FileRecord& record) const;
  // Why the content cannot be parsed, or nothing.
  std::string parse(const IndexJob& job, std::string_view text, LaneState& lane, bool sample,
                    FileOutcome& outcome) const;

  FileSystem& file_system_;
  const Clock& clock_;
  std::string root_;
  const LanguageTable& languages_;
  StorePhases phases_;
  const ContentSource* contents_;
};

}  // namespace copse
