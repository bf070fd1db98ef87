// A model's templates as runs of nodes that are laid out with one copy.
//
// Between two holes a template's nodes are always the same, extents and all of every node that also
// ends there. A run is such a stretch: up to the next hole, or to a place where a node ends that
// began before it. What it leaves open, and what it ends, is said beside it. Immutable; may be read
// by many threads.
#pragma once

#include <cstdint>
#include <vector>

#include "syntax/flat_node.h"
#include "syntax/macro_set.h"

namespace copse {

struct ShapeRun {
  enum class Then : std::uint8_t { Next, Hole, End };

  std::uint32_t first_node = 0;  // in ShapeRuns' nodes
  std::uint32_t first_item = 0;  // the same in the macro set's items
  std::uint32_t first_push = 0;
  std::uint16_t node_count = 0;
  std::uint16_t push_count = 0;  // nodes left open, outermost first
  std::uint16_t closes = 0;      // nodes that end behind the run and began before it
  std::uint8_t shows = 0;        // what the run's outermost nodes show in the node around them
  Then then = Then::End;
  bool is_last = false;    // nothing of the template follows the hole
  bool is_marked = false;  // missing or ERROR nodes are among them
  // Of the hole behind the run.
  std::uint8_t hole_itself = 0;
  std::uint16_t hole_closes = 0;
  std::uint32_t hole_tag = 0;
  TableId hole_table = kNoTable;
};

struct RunPush {
  std::uint16_t node = 0;  // of the run
  std::uint8_t itself = 0;
  std::uint8_t shows = 0;  // so far
};

class ShapeRuns {
 public:
  // Nodes that may be read from each run on, and pushes, whatever the run's numbers say.
  static constexpr std::uint32_t kNodesAtOnce = 4;
  static constexpr std::uint32_t kPushesAtOnce = 2;

  // REQUIRES: all macros were read.
  explicit ShapeRuns(const MacroSet& macros);

  // How a template begins: its first node, whose tag lacks what its place says, and the runs
  // behind.
  struct Beginning {
    std::uint32_t tag = 0;
    std::uint32_t first_run = 0;
  };
  // By place in the macro set's templates.
  const Beginning& of_template(std::uint32_t index) const { return beginnings_[index]; }
  const ShapeRun* run(std::uint32_t index) const { return &runs_[index]; }
  const CopseFlatNode* nodes(const ShapeRun& run) const { return nodes_.data() + run.first_node; }
  const RunPush* pushes(const ShapeRun& run) const { return pushes_.data() + run.first_push; }

  std::size_t memory_bytes() const;

 private:
  class Builder;

  std::vector<CopseFlatNode> nodes_;  // a leaf's start is its span class
  std::vector<RunPush> pushes_;
  std::vector<ShapeRun> runs_;
  std::vector<Beginning> beginnings_;
};

}  // namespace copse
