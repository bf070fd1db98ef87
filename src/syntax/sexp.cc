// S-expressions without recursion; the rules are those of ts_subtree__write_to_string (core
// 0.25.10).
#include "syntax/sexp.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string_view>
#include <vector>

namespace copse {
namespace {

class SexpWriter {
 public:
  explicit SexpWriter(const TreeData& tree) : tree_(tree), grammar_(*tree.grammar) {}

  std::string write() {
    open_node(0, 0, nullptr);
    while (!open_.empty()) {
      if (open_.back().children.next()) {
        visit_child();
      } else {
        if (open_.back().visible) out_ += ')';
        open_.pop_back();
      }
    }
    return std::move(out_);
  }

 private:
  struct Open {
    ChildWalk children;
    std::uint16_t production;
    bool visible;
    const char* inherited_field;  // what a hidden node was called by its parent
  };

  void visit_child() {
    const ChildWalk& child = open_.back().children;
    if (copse_node_is_extra(&tree_.node(child.index()))) {
      open_node(child.index(), 0, nullptr);
      return;
    }
    const char* field = open_.back().visible ? nullptr : open_.back().inherited_field;
    const Grammar::FieldEntries entries = grammar_.fields_of(open_.back().production);
    for (const TSFieldMapEntry* entry = entries.begin; entry != entries.end; ++entry) {
      if (!entry->inherited && entry->child_index == child.structural()) {
        field = grammar_.field_name(entry->field_id);
        break;
      }
    }
    open_node(child.index(), child.alias(), field);
  }

  // Writes what stands before the children. The root has its own rules when it is not visible.
  void open_node(std::uint32_t index, std::uint16_t alias, const char* field) {
    const CopseFlatNode& node = tree_.node(index);
    const std::uint16_t symbol = copse_node_symbol(&node);
    const bool visible = copse_node_is_missing(&node) ||
                         (alias != 0 ? grammar_.is_named(alias)
                                     : grammar_.is_visible(symbol) && grammar_.is_named(symbol));
    const bool root = index == 0;
    if (visible) {
      if (!root) {
        out_ += ' ';
        if (field != nullptr) {
          out_ += field;
          out_ += ": ";
        }
      }
      write_name(index, alias);
    } else if (root) {
      write_hidden_root(node);
    }
    open_.push_back({ChildWalk(tree_, index), copse_node_production(&node), visible, field});
  }

  void write_name(std::uint32_t index, std::uint16_t alias) {
    const CopseFlatNode& node = tree_.node(index);
    const std::uint16_t symbol = copse_node_symbol(&node);
    const char* name = grammar_.symbol_name(alias != 0 ? alias : symbol);
    if (symbol == COPSE_SYMBOL_ERROR && copse_node_is_leaf(&node) && node.extent > 0) {
      out_ += "(UNEXPECTED ";
      write_character(lookahead_of(index));
    } else if (!copse_node_is_missing(&node)) {
      out_ += '(';
      out_ += name;
    } else if ((alias != 0 && grammar_.is_named(alias)) || grammar_.is_named(symbol)) {
      out_ += "(MISSING ";
      out_ += name;
    } else {
      out_ += "(MISSING \"";
      out_ += name;
      out_ += '"';
    }
  }

  void write_hidden_root(const CopseFlatNode& node) {
    const std::uint16_t symbol = copse_node_symbol(&node);
    const char* name = grammar_.symbol_name(symbol);
    if (!copse_node_is_leaf(&node)) {
      out_ += '(';
      out_ += name;
    } else if (grammar_.is_named(symbol)) {
      out_.append("(").append(name).append(")");
    } else {
      out_.append("(\"").append(name).append("\")");
    }
  }

  std::int32_t lookahead_of(std::uint32_t index) const {
    const std::vector<CopseErrorLeaf>& leaves = tree_.flat.error_leaves;
    const auto found = std::lower_bound(
        leaves.begin(), leaves.end(), index,
        [](const CopseErrorLeaf& leaf, std::uint32_t node) { return leaf.node < node; });
    return found != leaves.end() && found->node == index ? found->lookahead : 0;
  }

  void write_character(std::int32_t character) {
    switch (character) {
      case -1:
        out_ += "INVALID";
        return;
      case '\0':
        out_ += "'\\0'";
        return;
      case '\n':
        out_ += "'\\n'";
        return;
      case '\t':
        out_ += "'\\t'";
        return;
      case '\r':
        out_ += "'\\r'";
        return;
      default:
        break;
    }
    if (character > 0x20 - 1 && character < 0x7F) {
      out_ += '\'';
      out_ += static_cast<char>(character);
      out_ += '\'';
    } else {
      out_ += std::to_string(character);
    }
  }

  const TreeData& tree_;
  const Grammar& grammar_;
  std::string out_;
  std::vector<Open> open_;
};

}  // namespace

std::string write_sexp(const TreeData& tree) {
  return SexpWriter(tree).write();
}

}  // namespace copse
