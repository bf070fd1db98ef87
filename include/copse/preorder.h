// Every visible node of a subtree, one after another: what a program asks for that looks at all of
// them. Says the same as a Cursor that goes down, right and up, several times as fast.
//
//   for (Preorder walk(tree.root()); walk.next();) use(walk.kind_id(), walk.field_id(), ...);
#pragma once

#include <cstdint>
#include <vector>

#include "copse/node.h"

namespace copse {

// A view, like Node; belongs to one thread.
class Preorder {
 public:
  // Of `root` and what is below it. Makes every node of the tree that is not there yet.
  explicit Preorder(Node root);

  // Goes to the next node, the first at the first call; false when there are no more. O(hidden
  // nodes passed), some nanoseconds.
  bool next();

  // Of the current node. REQUIRES: next() returned true.
  Node node() const { return {tree_, index_, alias_}; }
  std::uint16_t kind_id() const { return kind_; }
  // As Cursor::field_id(): 0 for none, and for the root.
  std::uint16_t field_id() const { return field_; }
  std::uint32_t start_byte() const { return start_; }
  std::uint32_t end_byte() const { return end_; }
  bool is_named() const;
  // Visible ancestors below and including the root.
  std::uint32_t depth() const { return depth_; }

 private:
  // An open node, hidden or not.
  struct Level {
    std::uint32_t end;         // the first node behind it
    std::uint32_t structural;  // children so far that are no extras
    std::uint32_t depth;       // of its visible children
    std::uint16_t production;
    std::uint16_t field;  // what a hidden node passes on to its children
  };

  bool show(std::uint32_t index, std::uint16_t symbol, std::uint16_t field, std::uint32_t depth);

  const TreeData* tree_;
  const void* nodes_;  // CopseFlatNode[]
  std::uint32_t next_;
  std::uint32_t last_;
  std::uint16_t root_alias_;
  std::vector<Level> levels_;

  std::uint32_t index_ = 0;
  std::uint16_t alias_ = 0;
  std::uint16_t kind_ = 0;
  std::uint16_t field_ = 0;
  std::uint32_t start_ = 0;
  std::uint32_t end_ = 0;
  std::uint32_t depth_ = 0;
};

}  // namespace copse
