// Queries made up from a tree: a node somewhere, some of its children, and everything that the
// query language can put around them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tree_sitter/api.h"

namespace copse::query_differential {

// The supertypes that nodes of each kind have in a tree, asked of tree-sitter's own queries.
using SupertypesByKind = std::map<std::string, std::vector<std::string>, std::less<>>;

inline SupertypesByKind learn_supertypes(const TSLanguage* language, TSNode root) {
  SupertypesByKind learnt;
  for (std::uint32_t i = 1; i < ts_language_symbol_count(language); ++i) {
    const auto symbol = static_cast<TSSymbol>(i);
    if (ts_language_symbol_type(language, symbol) != TSSymbolTypeSupertype) continue;
    const std::string name = ts_language_symbol_name(language, symbol);
    const std::string text = "(" + name + ") @a";
    std::uint32_t offset = 0;
    TSQueryError error = TSQueryErrorNone;
    TSQuery* query = ts_query_new(language, text.data(), static_cast<std::uint32_t>(text.size()),
                                  &offset, &error);
    if (query == nullptr) continue;
    TSQueryCursor* cursor = ts_query_cursor_new();
    ts_query_cursor_exec(cursor, query, root);
    for (TSQueryMatch match; ts_query_cursor_next_match(cursor, &match);) {
      std::vector<std::string>& names = learnt[ts_node_type(match.captures[0].node)];
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    ts_query_cursor_delete(cursor);
    ts_query_delete(query);
  }
  return learnt;
}

class QueryGenerator {
 public:
  // `root` and its source outlive the generator.
  QueryGenerator(const TSLanguage* language, TSNode root, std::string_view source,
                 const SupertypesByKind& supertypes, std::uint64_t seed)
      : language_(language), root_(root), source_(source), supertypes_(supertypes), random_(seed) {
    for (std::uint32_t i = 1; i < ts_language_symbol_count(language); ++i) {
      const auto symbol = static_cast<TSSymbol>(i);
      if (ts_language_symbol_type(language, symbol) == TSSymbolTypeRegular) {
        kinds_.push_back(symbol);
      }
    }
  }

  std::string query() {
    std::string text;
    const std::uint32_t patterns = chance(25) ? 2 + below(4) : 1;
    for (std::uint32_t i = 0; i < patterns; ++i)
      text += top_level() + "\n";
    return text;
  }

 private:
  static constexpr std::uint32_t kDepthMax = 4;
  static constexpr std::size_t kTextBytesMax = 40;

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
    if (chance(12)) {
      // Predicates stand inside a group with what they are about.
      return "(" + in_group(pattern(node, 1)) + " @c0" + predicate(node) + ")";
    }
    if (!chance(25)) return pattern(node, 0) + suffix();
    return group(node, 1) + suffix();
  }

  // A group must not start with a name, or it would be a node.
  static std::string in_group(std::string item) { return item[0] == '_' ? "(_)" : item; }

  // "(" siblings ")".
  std::string group(TSNode at, std::uint32_t depth) {
    std::string text = "(";
    for (std::uint32_t i = 0; i < 3 && !ts_node_is_null(at); ++i) {
      if (i > 0 && chance(45)) text += " .";
      text += " " + in_group(pattern(at, depth)) + suffix();
      at = chance(50) ? ts_node_next_sibling(at) : ts_node_next_named_sibling(at);
    }
    return text + ")";
  }

  std::string predicate(TSNode node) {
    const std::uint32_t start = ts_node_start_byte(node);
    const std::string text(source_.substr(start, ts_node_end_byte(node) - start));
    const std::string argument =
        quoted(text.size() <= kTextBytesMax ? text : text.substr(0, kTextBytesMax));
    switch (below(6)) {
      case 0:
        return " (#eq? @c0 " + argument + ")";
      case 1:
        return " (#not-eq? @c0 " + argument + ")";
      case 2:
        return " (#any-of? @c0 \"x\" " + argument + ")";
      case 3:
        return " (#match? @c0 \"^[a-z]+$\")";
      case 4:
        return " (#eq? @c0 @c0) (#set! key " + argument + ")";
      default:
        return " (#is-not? @c0 local) (#any-not-eq? @c0 " + argument + ")";
    }
  }

  std::string suffix() {
    std::string text;
    if (chance(14)) text += "?*+"[below(3)];
    if (chance(45)) text += " @c" + std::to_string(below(6));
    if (chance(8)) text += " @d" + std::to_string(below(3));
    return text;
  }

  static std::string quoted(std::string_view token) {
    std::string text = "\"";
    for (const char c : token) {
      if (c == '\n' || c == '\r' || c == '\t' || c == '\0') {
        text += c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : "\\0";
        continue;
      }
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    return text + "\"";
  }

  std::string name_of(TSNode node) {
    const std::string kind = ts_node_type(node);
    if (chance(4) && !kinds_.empty()) {
      return ts_language_symbol_name(language_, kinds_[below(size(kinds_))]);
    }
    const auto supertypes = supertypes_.find(kind);
    if (supertypes != supertypes_.end() && chance(15)) {
      const std::string& supertype = supertypes->second[below(size(supertypes->second))];
      return chance(50) ? supertype : supertype + "/" + kind;
    }
    return (ts_node_is_missing(node) ? "MISSING " : "") + kind;
  }

  // "[a b ...]", with suffixes of their own; sometimes all of them fields.
  std::string alternation(TSNode node, const char* field, std::uint32_t depth) {
    std::string text = "[";
    const std::string before = field != nullptr ? std::string(field) + ": " : "";
    text += before + pattern(node, depth) + suffix();
    const std::uint32_t others = 1 + below(3);
    for (std::uint32_t i = 0; i < others; ++i) {
      const TSNode other = chance(40) ? node : random_node();
      text += " " + (chance(50) ? before : "");
      text += chance(15) && !ts_node_is_null(ts_node_next_sibling(other))
                  ? group(other, kDepthMax - 1)
                  : pattern(other, std::max(depth + 2, kDepthMax - 1)) + suffix();
    }
    return text + "]";
  }

  std::string pattern(TSNode node, std::uint32_t depth) {
    if (chance(6)) return "_";
    if (chance(7) && depth < kDepthMax) return alternation(node, nullptr, depth);
    if (ts_node_is_missing(node) && chance(20)) return "(MISSING)";
    if (!ts_node_is_named(node)) {
      if (ts_node_is_missing(node) && chance(70)) {
        return "(MISSING " + quoted(ts_node_type(node)) + ")";
      }
      return quoted(ts_node_type(node));
    }
    std::string text = "(" + (chance(14) ? std::string("_") : name_of(node));
    if (depth < kDepthMax && !chance(10)) text += children(node, depth);
    if (chance(6)) text += negated_field();
    return text + ")";
  }

  std::string negated_field() {
    const std::uint32_t fields = ts_language_field_count(language_);
    if (fields == 0) return "";
    const auto field = static_cast<TSFieldId>(1 + below(fields));
    return std::string(" !") + ts_language_field_name_for_id(language_, field);
  }

  std::string child(TSTreeCursor& cursor, std::uint32_t depth) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const char* field = ts_tree_cursor_current_field_name(&cursor);
    if (field != nullptr && chance(6)) return alternation(node, field, depth + 1) + suffix();
    if (field != nullptr && chance(55)) {
      return std::string(field) + ": " + pattern(node, depth + 1) + suffix();
    }
    if (chance(8)) return group(node, depth + 1) + suffix();
    return pattern(node, depth + 1) + suffix();
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
        if (chance(15)) text += " .";
        text += ' ' + child(cursor, depth);
        any = true;
      } while (++count < 12 && ts_tree_cursor_goto_next_sibling(&cursor));
    }
    ts_tree_cursor_delete(&cursor);
    if (any && chance(12)) text += " .";
    return text;
  }

  template <typename T>
  static std::uint32_t size(const std::vector<T>& values) {
    return static_cast<std::uint32_t>(values.size());
  }

  const TSLanguage* language_;
  TSNode root_;
  std::string_view source_;
  const SupertypesByKind& supertypes_;
  std::mt19937_64 random_;
  std::vector<TSSymbol> kinds_;
};

}  // namespace copse::query_differential
