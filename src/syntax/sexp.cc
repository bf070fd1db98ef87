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

  std::string write(Node root) {
    // tree-sitter asks whether the root's alias is visible, where it asks of others whether it is
    // named; and of symbol 0 where there is none.
    open_node({root.index(), root.alias(), grammar_.is_visible(root.alias()), true, nullptr});
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
  struct Item {
    std::uint32_t index;
    std::uint16_t alias;
    bool alias_named;
    bool root;          // written without a blank before it, and even when hidden
    const char* field;  // null for none
  };
  struct Open {
    ChildWalk children;
    std::uint16_t production;
    bool visible;
    bool root;
    const char* field;
  };

  // A child of a node that is not written has what that node has, being the root included.
  void visit_child() {
    const Open& parent = open_.back();
    const ChildWalk& child = parent.children;
    Item item{child.index(), child.alias(), grammar_.is_named(child.alias()), false, nullptr};
    if (child.alias() == 0) item.alias_named = false;
    if (!copse_node_is_extra(&tree_.node(child.index()))) {
      if (!parent.visible) {
        item.root = parent.root;
        item.field = parent.field;
      }
      const Grammar::FieldEntries entries = grammar_.fields_of(parent.production);
      for (const TSFieldMapEntry* entry = entries.begin; entry != entries.end; ++entry) {
        if (!entry->inherited && entry->child_index == child.structural()) {
          item.field = grammar_.field_name(entry->field_id);
          item.root = false;
          break;
        }
      }
    }
    open_node(item);
  }

  // Writes what stands before the children.
  void open_node(const Item& item) {
    const CopseFlatNode& node = tree_.node(item.index);
    const std::uint16_t symbol = copse_node_symbol(&node);
    const bool visible =
        copse_node_is_missing(&node) ||
        (item.alias != 0 ? item.alias_named
                         : grammar_.is_visible(symbol) && grammar_.is_named(symbol));
    if (visible) {
      if (!item.root) {
        out_ += ' ';
        if (item.field != nullptr) {
          out_ += item.field;
          out_ += ": ";
        }
      }
      write_name(item);
    } else if (item.root) {
      write_hidden_root(item);
    }
    open_.push_back({ChildWalk(tree_, item.index), copse_node_production(&node), visible, item.root,
                     item.field});
  }

  void write_name(const Item& item) {
    const CopseFlatNode& node = tree_.node(item.index);
    const std::uint16_t symbol = copse_node_symbol(&node);
    const char* name = grammar_.symbol_name(item.alias != 0 ? item.alias : symbol);
    if (symbol == COPSE_SYMBOL_ERROR && copse_node_is_leaf(&node) && node.extent > 0) {
      out_ += "(UNEXPECTED ";
      write_character(tree_.lookahead_of(item.index).value_or(0));
    } else if (!copse_node_is_missing(&node)) {
      out_ += '(';
      out_ += name;
    } else if (item.alias_named || grammar_.is_named(symbol)) {
      out_ += "(MISSING ";
      out_ += name;
    } else {
      out_ += "(MISSING \"";
      out_ += name;
      out_ += '"';
    }
  }

  void write_hidden_root(const Item& item) {
    const CopseFlatNode& node = tree_.node(item.index);
    const std::uint16_t symbol = copse_node_symbol(&node);
    const char* name = grammar_.symbol_name(item.alias != 0 ? item.alias : symbol);
    if (!copse_node_is_leaf(&node)) {
      out_ += '(';
      out_ += name;
    } else if (grammar_.is_named(symbol)) {
      out_.append("(").append(name).append(")");
    } else {
      out_.append("(\"").append(name).append("\")");
    }
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

std::string write_sexp(Node root) {
  return SexpWriter(root.tree()).write(root);
}

}  // namespace copse
