// A model's templates as runs of nodes that are laid out with one copy.
//
// Between two holes a template's nodes are always the same, extents and all of every node that also
// ends there. A run is such a stretch: up to the next hole, or to a place where a node ends that
// began before it. What it leaves open, and what it ends, is said beside it.
//
// All that laying out a template reads lies together, in words of 32 bits, because what it costs is
// lines of the cache: the tag of the template's first node, then its runs, each a header, two words
// a node and one for each node left open. Immutable; may be read by many threads.
#pragma once

#include <cstdint>
#include <vector>

#include "syntax/flat_node.h"
#include "syntax/grammar.h"
#include "syntax/macro_set.h"

namespace copse {

// A view of one run.
class ShapeRun {
 public:
  enum class Then : std::uint8_t { Next, Hole, End };

  static constexpr std::size_t kHeaderWords = 5;
  static constexpr std::uint32_t kNodesMax = (1U << 12) - 1;
  static constexpr std::uint32_t kPushesMax = (1U << 6) - 1;
  static constexpr std::uint32_t kClosesMax = (1U << 8) - 1;

  explicit ShapeRun(const std::uint32_t* words) : words_(words) {}

  std::uint32_t node_count() const { return words_[0] & kNodesMax; }
  // Nodes left open, outermost first.
  std::uint32_t push_count() const { return words_[0] >> 12 & kPushesMax; }
  // Nodes that end behind the run and began before it.
  std::uint32_t closes() const { return words_[0] >> 18 & kClosesMax; }
  // What the run's outermost nodes show in the node around them.
  std::uint8_t shows() const { return static_cast<std::uint8_t>(words_[0] >> 26 & 3); }
  Then then() const { return static_cast<Then>(words_[0] >> 28 & 3); }
  // Nothing of the template follows the hole.
  bool is_last() const { return (words_[0] >> 30 & 1) != 0; }
  // Missing or ERROR nodes are among them.
  bool is_marked() const { return (words_[0] >> 31) != 0; }
  // Of the hole behind the run.
  std::uint32_t hole_tag() const { return words_[1]; }
  TableId hole_table() const { return words_[2]; }
  std::uint8_t hole_itself() const { return static_cast<std::uint8_t>(words_[3] & 3); }
  std::uint32_t hole_closes() const { return words_[3] >> 2; }
  // The run's first node in the macro set's items.
  std::uint32_t first_item() const { return words_[4]; }

  // A node: its tag, leaves that have another name flagged with COPSE_TAG_ALIASED_LEAF, and its
  // span class (leaves) or its extent, 0 when it is left open.
  const std::uint32_t* nodes() const { return words_ + kHeaderWords; }
  // A node left open: its place in the run, and what it shows: see push_of().
  const std::uint32_t* pushes() const { return nodes() + 2 * std::size_t{node_count()}; }
  const std::uint32_t* next() const { return pushes() + push_count(); }

  struct Push {
    std::uint32_t node = 0;
    std::uint8_t itself = 0;
    std::uint8_t shows = 0;  // so far
  };
  static Push push_of(std::uint32_t word) {
    return {word >> 4, static_cast<std::uint8_t>(word >> 2 & 3),
            static_cast<std::uint8_t>(word & 3)};
  }
  static std::uint32_t word_of(const Push& push) {
    return push.node << 4 | std::uint32_t{push.itself} << 2 | push.shows;
  }

 private:
  const std::uint32_t* words_;
};

class ShapeRuns {
 public:
  // Nodes of a run that may be read, and pushes, whatever its header says.
  static constexpr std::uint32_t kNodesAtOnce = 2;
  static constexpr std::uint32_t kPushesAtOnce = 2;

  // REQUIRES: all macros were read.
  ShapeRuns(const Grammar& grammar, const MacroSet& macros);

  // A template, by its place in the macro set's: the tag of its first node, which lacks what its
  // place says, and behind it its first run.
  const std::uint32_t* of_template(std::uint32_t index) const {
    return words_.data() + beginnings_[index];
  }

  std::size_t memory_bytes() const;

 private:
  class Builder;

  std::vector<std::uint32_t> words_;
  std::vector<std::uint32_t> beginnings_;
};

}  // namespace copse
