// All three forms walk with one cursor and keep no more than it does.
#include "tree_output.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "json_output.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr std::size_t kSourceCharacters = 60;
// A deeper node says its depth in figures, else a deep tree would print mostly spaces.
constexpr std::uint32_t kDeepestIndent = 32;

// Calls `enter` for each visible node in preorder and `leave` after its children, until `enter`
// answers false.
template <typename Enter, typename Leave>
void walk(Node root, const Enter& enter, const Leave& leave) {
  Cursor cursor(root);
  for (;;) {
    if (!enter(cursor)) return;
    if (cursor.goto_first_child()) continue;
    for (;;) {
      leave(cursor.node());
      if (cursor.goto_next_sibling()) break;
      if (!cursor.goto_parent()) return;
    }
  }
}

bool in_sexp(Node node) {
  return node.is_named() || node.is_missing();
}

void print_json_node(JsonWriter& json, Node node, std::string_view field) {
  json.begin_object();
  json.key("kind").string(node.kind());
  json.key("named").boolean(node.is_named());
  json.key("field").string_or_null(field);
  json.key("missing").boolean(node.is_missing());
  json.key("extra").boolean(node.is_extra());
  json.key("error").boolean(node.is_error());
  json.key("has_error").boolean(node.has_error());
  json.key("start_byte").number(std::uint64_t{node.start_byte()});
  json.key("end_byte").number(std::uint64_t{node.end_byte()});
  json.key("start").point(node.start_point());
  json.key("end").point(node.end_point());
  json.key("child_count").number(std::uint64_t{node.child_count()});
  json.end_object().end_line();
}

// "3" or "3-17", from 1. A node that ends where a line begins has nothing on that line.
std::string line_range(Node node) {
  const Point start = node.start_point();
  const Point end = node.end_point();
  const std::uint64_t first = std::uint64_t{start.row} + 1;
  const bool ends_before = end.column == 0 && end.row > start.row;
  const std::uint64_t last = std::uint64_t{end.row} + (ends_before ? 0 : 1);
  return first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
}

void print_outline_line(Output& out, std::uint32_t depth, const NodePath::Step& step,
                        const Palette& palette) {
  const Node node = step.node;
  out.write(std::string(std::size_t{2} * std::min(depth, kDeepestIndent), ' '));
  if (depth > kDeepestIndent) out.write("[" + std::to_string(depth) + "] ");
  if (!step.field.empty()) {
    out.write(palette.name);
    out.write(step.field);
    out.write(palette.reset);
    out.write(": ");
  }
  if (node.is_missing()) out.write("MISSING ");
  out.write(escape_controls(node.kind()));
  out.put(' ');
  out.write(palette.number);
  out.write(line_range(node));
  out.write(palette.reset);
  // Not asked for by counting: a node may have a million children.
  if (!Cursor(node).goto_first_child() && !node.text().empty()) {
    out.write("  ");
    out.write(palette.faint);
    out.write(first_line(node.text(), kSourceCharacters));
    out.write(palette.reset);
  }
  out.end_line();
}

}  // namespace

NodePath find_node_at(const Tree& tree, std::uint32_t byte) {
  NodePath path;
  Cursor cursor(tree.root());
  path.steps.push_back({cursor.node(), {}});
  while (cursor.goto_child_at(byte) && cursor.node().start_byte() <= byte) {
    path.steps.push_back({cursor.node(), cursor.field_name()});
  }
  return path;
}

void print_sexp(Output& out, const Tree& tree) {
  out.write(tree.to_sexp());
  out.end_line();
}

void print_sexp(Output& out, Node node) {
  bool first = true;
  const auto enter = [&out, &first](const Cursor& cursor) {
    const Node current = cursor.node();
    if (in_sexp(current)) {
      if (!first) out.put(' ');
      if (!first && !cursor.field_name().empty()) {
        out.write(cursor.field_name());
        out.write(": ");
      }
      out.write(current.is_missing() ? "(MISSING " : "(");
      if (!current.is_named()) out.put('"');
      out.write(current.kind());
      if (!current.is_named()) out.put('"');
    } else if (first) {
      out.write("(\"");
      out.write(current.kind());
      out.write("\")");
    }
    first = false;
    return !out.failed();
  };
  const auto leave = [&out](Node left) {
    if (in_sexp(left)) out.put(')');
  };
  walk(node, enter, leave);
  out.end_line();
}

void print_json(Output& out, const Tree& tree) {
  JsonWriter json(out);
  const auto enter = [&out, &json](const Cursor& cursor) {
    print_json_node(json, cursor.node(), cursor.field_name());
    return !out.failed();
  };
  walk(tree.root(), enter, [](Node) {});
}

void print_json(Output& out, const NodePath::Step& step) {
  JsonWriter json(out);
  print_json_node(json, step.node, step.field);
}

void print_outline(Output& out, const Tree& tree, const Palette& palette) {
  std::uint32_t depth = 0;
  const auto enter = [&out, &depth, &palette](const Cursor& cursor) {
    const Node node = cursor.node();
    if (in_sexp(node)) print_outline_line(out, depth, {node, cursor.field_name()}, palette);
    ++depth;
    return !out.failed();
  };
  walk(tree.root(), enter, [&depth](Node) { --depth; });
}

void print_outline(Output& out, const NodePath& path, const Palette& palette) {
  std::uint32_t depth = 0;
  for (const NodePath::Step& step : path.steps) {
    print_outline_line(out, depth++, step, palette);
  }
}

}  // namespace copse::cli
