// Visible nodes in preorder: one pass over the flat nodes with a stack of what is open.
#include "copse/preorder.h"

#include "syntax/tree_data.h"

namespace copse {
namespace {

const CopseFlatNode* flat(const void* nodes) {
  return static_cast<const CopseFlatNode*>(nodes);
}

// The field that a production gives its n-th child itself.
std::uint16_t own_field(const Grammar& grammar, std::uint16_t production, std::uint32_t child) {
  const Grammar::FieldEntries fields = grammar.fields_of(production);
  for (const TSFieldMapEntry* entry = fields.begin; entry != fields.end; ++entry) {
    if (!entry->inherited && entry->child_index == child) return entry->field_id;
  }
  return 0;
}

}  // namespace

Preorder::Preorder(Node root)
    : tree_(&root.tree()),
      nodes_(root.tree().nodes()),
      next_(root.index()),
      last_(root.index() + copse_node_count(&flat(nodes_)[root.index()])),
      root_alias_(root.alias()) {}

bool Preorder::next() {
  const Grammar& grammar = *tree_->grammar;
  while (next_ != last_) {
    const std::uint32_t index = next_++;
    const CopseFlatNode& node = flat(nodes_)[index];
    while (!levels_.empty() && levels_.back().end <= index)
      levels_.pop_back();
    const bool is_root = levels_.empty();
    const std::uint16_t symbol = copse_node_symbol(&node);
    std::uint16_t alias = root_alias_;
    std::uint16_t field = 0;
    std::uint32_t depth = 0;
    if (!is_root) {
      Level& parent = levels_.back();
      depth = parent.depth;
      alias = 0;
      if (!copse_node_is_extra(&node)) {
        const std::uint32_t child = parent.structural++;
        alias = grammar.alias_at(parent.production, child);
        field = own_field(grammar, parent.production, child);
        if (field == 0) field = parent.field;
      }
    }
    const bool visible = is_root || alias != 0 || grammar.is_visible(symbol);
    if (!copse_node_is_leaf(&node)) {
      levels_.push_back({index + node.extent, 0, depth + (visible ? 1 : 0),
                         copse_node_production(&node), visible ? std::uint16_t{0} : field});
    }
    if (!visible) continue;
    alias_ = alias;
    return show(index, alias != 0 ? alias : symbol, field, depth);
  }
  return false;
}

bool Preorder::show(std::uint32_t index, std::uint16_t symbol, std::uint16_t field,
                    std::uint32_t depth) {
  const CopseFlatNode* const nodes = flat(nodes_);
  index_ = index;
  kind_ = tree_->grammar->public_symbol(symbol);
  field_ = field;
  start_ = nodes[index].start;
  end_ = copse_node_end(nodes, index);
  depth_ = depth;
  return true;
}

bool Preorder::is_named() const {
  return node().is_named();
}

}  // namespace copse
