// Queries made up from a tree: a node somewhere, some of its children, and everything that the
// query language can put around them.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tree_sitter/api.h"

namespace copse::query_differential {

class QueryGenerator {
 public:
  QueryGenerator(const TSLanguage* language, TSNode root, std::uint64_t seed)
      : language_(language), root_(root), random_(seed) {
    for (std::uint32_t i = 1; i < ts_language_symbol_count(language); ++i) {
      const auto symbol = static_cast<TSSymbol>(i);
      const TSSymbolType type = ts_language_symbol_type(language, symbol);
      if (type == TSSymbolTypeSupertype) supertypes_.push_back(symbol);
      if (type == TSSymbolTypeRegular) kinds_.push_back(symbol);
    }
  }

  std::string query() {
    std::string text;
    const std::uint32_t patterns = chance(15) ? 2 + below(3) : 1;
    for (std::uint32_t i = 0; i < patterns; ++i)
      text += top_level() + "\n";
    return text;
  }

 private:
  static constexpr std::uint32_t kDepthMax = 4;

  std::uint32_t below(std::uint32_t limit) {
    return limit == 0 ? 0 : static_cast<std::uint32_t>(random_() % limit);
  }
  bool chance(std::uint32_t percent) { return below(100) < percent; }

  TSNode random_node() {
    TSNode node = root_;
    for (std::uint32_t steps = below(12); steps > 0; --steps) {
      const std::uint32_t children = ts_node_child_count(node);
      if (children == 0) break;
      node = ts_node_child(node, below(children));
    }
    return node;
  }

  std::string top_level() {
    const TSNode node = random_node();
    if (!chance(20)) return pattern(node, 0) + suffix();
    std::string text = "(";
    TSNode at = node;
    for (std::uint32_t i = 0; i < 3 && !ts_node_is_null(at); ++i) {
      if (i > 0 && chance(40)) text += " .";
      // A group must not start with a name, or it would be a node.
      const std::string item = pattern(at, 1);
      text += (i == 0 && item[0] == '_') ? "(_)" : " " + item;
      text += suffix();
      at = chance(50) ? ts_node_next_sibling(at) : ts_node_next_named_sibling(at);
    }
    return text + ")" + suffix();
  }

  std::string suffix() {
    std::string text;
    if (chance(12)) text += "?*+"[below(3)];
    if (chance(45)) text += " @c" + std::to_string(below(6));
    if (chance(6)) text += " @d" + std::to_string(below(3));
    return text;
  }

  static std::string quoted(std::string_view token) {
    std::string text = "\"";
    for (const char c : token) {
      if (c == '\n') {
        text += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    return text + "\"";
  }

  std::string name_of(TSNode node) {
    if (chance(4) && !kinds_.empty()) {
      return ts_language_symbol_name(language_, kinds_[below(size(kinds_))]);
    }
    if (chance(6) && !supertypes_.empty()) {
      const TSSymbol supertype = supertypes_[below(size(supertypes_))];
      std::string name = ts_language_symbol_name(language_, supertype);
      if (chance(50)) name += std::string("/") + ts_node_type(node);
      return name;
    }
    if (ts_node_is_missing(node)) return std::string("MISSING ") + ts_node_type(node);
    return ts_node_type(node);
  }

  std::string pattern(TSNode node, std::uint32_t depth) {
    if (chance(6)) return "_";
    if (chance(5)) {
      return "[" + pattern(node, depth) + suffix() + " " + pattern(random_node(), depth + 2) +
             (chance(30) ? " " + pattern(random_node(), kDepthMax) : "") + "]";
    }
    if (!ts_node_is_named(node)) {
      if (ts_node_is_missing(node) && chance(70)) {
        return "(MISSING " + quoted(ts_node_type(node)) + ")";
      }
      return quoted(ts_node_type(node));
    }
    std::string text = "(" + (chance(14) ? std::string("_") : name_of(node));
    if (depth < kDepthMax && !chance(10)) text += children(node, depth);
    if (chance(5)) text += negated_field();
    return text + ")";
  }

  std::string negated_field() {
    const std::uint32_t fields = ts_language_field_count(language_);
    if (fields == 0) return "";
    const auto field = static_cast<TSFieldId>(1 + below(fields));
    return std::string(" !") + ts_language_field_name_for_id(language_, field);
  }

  std::string children(TSNode node, std::uint32_t depth) {
    std::string text;
    const std::uint32_t percent = 15 + below(60);
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    bool any = false;
    std::uint32_t count = 0;
    if (ts_tree_cursor_goto_first_child(&cursor)) {
      do {
        if (!chance(percent)) continue;
        if (chance(12)) text += " .";
        const char* field = ts_tree_cursor_current_field_name(&cursor);
        text += ' ';
        if (field != nullptr && chance(55)) text += std::string(field) + ": ";
        text += pattern(ts_tree_cursor_current_node(&cursor), depth + 1) + suffix();
        any = true;
      } while (++count < 12 && ts_tree_cursor_goto_next_sibling(&cursor));
    }
    ts_tree_cursor_delete(&cursor);
    if (any && chance(10)) text += " .";
    return text;
  }

  static std::uint32_t size(const std::vector<TSSymbol>& symbols) {
    return static_cast<std::uint32_t>(symbols.size());
  }

  const TSLanguage* language_;
  TSNode root_;
  std::mt19937_64 random_;
  std::vector<TSSymbol> supertypes_;
  std::vector<TSSymbol> kinds_;
};

}  // namespace copse::query_differential
