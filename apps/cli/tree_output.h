// A stored tree on paper: S-expression, JSON lines, outline. Nothing here recurses: trees may be
// hundreds of thousands of levels deep.
#pragma once

#include <vector>

#include "copse/tree.h"

#include "output.h"

namespace copse::cli {

// The smallest visible node that covers the byte, and what it stands in, from the root down. The
// root alone when `byte` is at the end of the source.
struct NodePath {
  struct Step {
    Node node;
    std::string_view field;  // empty: none
  };
  std::vector<Step> steps;  // at least the root
};
NodePath find_node_at(const Tree& tree, std::uint32_t byte);

// As ts_node_string writes it, of the whole tree.
void print_sexp(Output& out, const Tree& tree);
// The node and what is below it, as a cursor shows them.
void print_sexp(Output& out, Node node);

// A visible node a line, in preorder.
void print_json(Output& out, const Tree& tree);
void print_json(Output& out, const NodePath::Step& step);

// A named, missing or erroneous node a line: field, kind, lines, and the source of leaves.
void print_outline(Output& out, const Tree& tree, const Palette& palette);
void print_outline(Output& out, const NodePath& path, const Palette& palette);

}  // namespace copse::cli
