// What a node is: each fact from the flat node and the grammar's tables.
#include "copse/node.h"

#include <algorithm>

#include "syntax/node_children.h"
#include "syntax/sexp.h"
#include "syntax/tree_data.h"

namespace copse {

Language Node::language() const {
  return Language(tree_->grammar);
}

std::uint16_t Node::grammar_kind_id() const {
  return copse_node_symbol(&tree_->node(index_));
}

std::uint16_t Node::kind_id() const {
  return tree_->grammar->public_symbol(alias_ != 0 ? alias_ : grammar_kind_id());
}

std::string_view Node::kind() const {
  return tree_->grammar->symbol_name(alias_ != 0 ? alias_ : grammar_kind_id());
}

std::string_view Node::grammar_kind() const {
  return tree_->grammar->symbol_name(grammar_kind_id());
}

bool Node::is_named() const {
  return tree_->grammar->is_named(alias_ != 0 ? alias_ : grammar_kind_id());
}

bool Node::is_extra() const {
  return copse_node_is_extra(&tree_->node(index_));
}

bool Node::is_missing() const {
  return copse_node_is_missing(&tree_->node(index_));
}

bool Node::is_error() const {
  return kind_id() == COPSE_SYMBOL_ERROR;
}

bool Node::has_error() const {
  return tree_->has_fault(index_, index_ + copse_node_count(&tree_->node(index_)));
}

std::uint32_t Node::start_byte() const {
  return tree_->node(index_).start;
}

std::uint32_t Node::end_byte() const {
  return tree_->end_of(index_);
}

Point Node::start_point() const {
  return tree_->point_at(start_byte());
}

Point Node::end_point() const {
  return tree_->point_at(end_byte());
}

std::string_view Node::text() const {
  return tree_->text(start_byte(), end_byte());
}

std::uint32_t Node::child_count() const {
  return count_shown(*tree_, index_, NodeKinds::Visible, UINT32_MAX);
}

std::uint32_t Node::named_child_count() const {
  return count_shown(*tree_, index_, NodeKinds::Named, UINT32_MAX);
}

std::uint32_t Node::descendant_count() const {
  const VisibleRank& rank = tree_->visible_rank();
  const std::uint32_t end = index_ + copse_node_count(&tree_->node(index_));
  return rank.count_before(end) - rank.count_before(index_ + 1) + 1;
}

std::string Node::to_sexp() const {
  return write_sexp(*this);
}

}  // namespace copse
