// One lane of parsing: sources go in, encoded trees come out. A lane is used by one thread; there
// are as many lanes as jobs. The seam behind which parsing happens in this process or in one that
// may die.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/io/clock.h"
#include "syntax/tree_compare.h"
#include "workspace/prepared_file.h"

namespace copse {

struct ParseLimits {
  double timeout_s = 60;
  std::uint64_t memory_bytes = 0;  // 0: none; only lanes in a process of their own obey it
};

class ParseLane {
 public:
  ParseLane() = default;
  ParseLane(const ParseLane&) = delete;
  ParseLane& operator=(const ParseLane&) = delete;
  virtual ~ParseLane() = default;

  // Loads the grammar; its trees are encoded with the base model until set_model. Unsupported or
  // NotFound when it cannot be used.
  virtual Result<std::shared_ptr<const Grammar>> load(const std::string& language,
                                                      const std::string& library_path) = 0;
  // REQUIRES: load(language) succeeded, and the model is of that grammar.
  virtual Status set_model(const std::string& language,
                           const std::shared_ptr<const TreeModel>& model) = 0;
  // REQUIRES: load(language) succeeded. LimitExceeded when the parser took too long, Io when its
  // process died; the lane is ready for the next source in either case.
  virtual Result<PreparedTree> prepare(const std::string& language, std::string_view source) = 0;
  // Parses the source anew and compares every node with the stored tree, which was encoded with the
  // model that set_model gave. Corrupt when the tree cannot be decoded. REQUIRES as prepare.
  virtual Result<TreeComparison> compare(const std::string& language, std::string_view source,
                                         const PreparedTree& stored) = 0;
  // Ends what the lane is doing; it answers with an error soon. For other threads.
  virtual void abort() = 0;
};

// What a language's trees are encoded with before anything has been learnt: a pure function of the
// grammar.
std::shared_ptr<const TreeModel> base_model(const std::shared_ptr<const Grammar>& grammar);

// Parses on the calling thread. `phases` are those of the trees that prepare() encodes.
std::unique_ptr<ParseLane> make_thread_lane(const Clock& clock, const ParseLimits& limits,
                                            TreePhases phases = {});

// Parses in a child that runs `command` and answers on descriptor 0; a child that dies or hangs is
// replaced.
std::unique_ptr<ParseLane> make_process_lane(std::vector<std::string> command,
                                             const ParseLimits& limits, TreePhases phases = {});

}  // namespace copse
