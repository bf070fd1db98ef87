// The two sides of the comparison: a grammar with tree-sitter's own parser and query cursor, and
// the same trees and queries through copse.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "copse/query.h"

#include "reference_predicates.h"
#include "syntax/tree_data.h"
#include "syntax/ts_adapter.h"

namespace copse::query_differential {

struct FoundCapture {
  std::uint32_t index = 0;
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  std::uint16_t kind = 0;
  std::uint16_t grammar_kind = 0;
  bool named = false;

  bool operator==(const FoundCapture&) const = default;
};

struct FoundMatch {
  std::uint32_t pattern = 0;
  std::vector<FoundCapture> captures;

  bool operator==(const FoundMatch&) const = default;
};

using Matches = std::vector<FoundMatch>;

// What compiling and running gave: an error, or matches.
struct Outcome {
  TSQueryError error = TSQueryErrorNone;
  std::uint32_t error_offset = 0;
  Matches matches;

  bool operator==(const Outcome&) const = default;
};

// Random queries can have more matches than anybody wants to wait for.
inline constexpr std::size_t kMatchesMax = 20000;

struct FreeTree {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
struct FreeParser {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};
struct FreeQuery {
  void operator()(TSQuery* query) const { ts_query_delete(query); }
};
struct FreeCursor {
  void operator()(TSQueryCursor* cursor) const { ts_query_cursor_delete(cursor); }
};
using RealTree = std::unique_ptr<TSTree, FreeTree>;
using RealQuery = std::unique_ptr<TSQuery, FreeQuery>;

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// A language from its shared object, which stays loaded.
inline const TSLanguage* load_language(const std::string& id) {
  const std::string path = std::string(COPSE_TEST_GRAMMAR_DIR) + "/" + id + ".so";
  void* object = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) return nullptr;
  auto* make =
      reinterpret_cast<const TSLanguage* (*)()>(dlsym(object, ("tree_sitter_" + id).c_str()));
  return make == nullptr ? nullptr : make();
}

// One source in one language, parsed once and seen from all sides.
struct Subject {
  std::string id;
  std::string source;
  const TSLanguage* language = nullptr;
  RealTree real_tree;
  std::vector<Language> languages;  // from the live tables, and from their snapshot
  std::vector<Tree> trees;          // for each language

  TSNode root() const { return ts_tree_root_node(real_tree.get()); }
};

inline Tree flat_tree(const Language& language, const TSTree* tree, const std::string& source) {
  CopseFlatBuffer buffer{};
  EXPECT_EQ(copse_flatten(tree, &buffer), CopseFlattenOk);
  FlatTree flat;
  flat.nodes.assign(buffer.nodes, buffer.nodes + buffer.node_count);
  flat.error_leaves.assign(buffer.error_leaves, buffer.error_leaves + buffer.error_leaf_count);
  flat.faults.assign(buffer.faults, buffer.faults + buffer.fault_count);
  copse_flat_buffer_free(&buffer);
  return Tree(make_tree_data(language.grammar(), source, std::move(flat)));
}

inline Subject make_subject(const std::string& id, std::string source) {
  Subject subject;
  subject.id = id;
  subject.source = std::move(source);
  subject.language = load_language(id);
  EXPECT_NE(subject.language, nullptr) << id << ": no grammar in " << COPSE_TEST_GRAMMAR_DIR;
  if (subject.language == nullptr) return subject;
  const std::unique_ptr<TSParser, FreeParser> parser(ts_parser_new());
  EXPECT_TRUE(ts_parser_set_language(parser.get(), subject.language));
  subject.real_tree.reset(
      ts_parser_parse_string(parser.get(), nullptr, subject.source.data(),
                             static_cast<std::uint32_t>(subject.source.size())));
  auto live = Grammar::from_language(subject.language, id);
  EXPECT_TRUE(live.ok()) << live.error().message();
  auto stored = Grammar::from_snapshot(live.value()->snapshot());
  EXPECT_TRUE(stored.ok()) << stored.error().message();
  subject.languages = {Language(live.value()), Language(stored.value())};
  for (const Language& language : subject.languages) {
    subject.trees.push_back(flat_tree(language, subject.real_tree.get(), subject.source));
  }
  return subject;
}

inline Outcome run_real(const Subject& subject, std::string_view text,
                        const MatchOptions& options) {
  Outcome outcome;
  const RealQuery query(ts_query_new(subject.language, text.data(),
                                     static_cast<std::uint32_t>(text.size()), &outcome.error_offset,
                                     &outcome.error));
  if (query == nullptr) return outcome;
  outcome.error_offset = 0;
  const ReferencePredicates predicates(query.get());
  const std::unique_ptr<TSQueryCursor, FreeCursor> cursor(ts_query_cursor_new());
  ts_query_cursor_set_match_limit(cursor.get(), options.match_limit);
  EXPECT_TRUE(ts_query_cursor_set_byte_range(cursor.get(), options.begin_byte, options.end_byte));
  ts_query_cursor_exec(cursor.get(), query.get(), subject.root());
  TSQueryMatch match;
  while (outcome.matches.size() < kMatchesMax && ts_query_cursor_next_match(cursor.get(), &match)) {
    if (!predicates.hold(match, subject.source)) continue;
    FoundMatch found{.pattern = match.pattern_index, .captures = {}};
    for (std::uint32_t i = 0; i < match.capture_count; ++i) {
      const TSNode node = match.captures[i].node;
      found.captures.push_back({match.captures[i].index, ts_node_start_byte(node),
                                ts_node_end_byte(node), ts_node_symbol(node),
                                ts_node_grammar_symbol(node), ts_node_is_named(node)});
    }
    outcome.matches.push_back(std::move(found));
  }
  return outcome;
}

inline TSQueryError error_type(QueryError::Kind kind) {
  switch (kind) {
    case QueryError::Kind::NodeType:
      return TSQueryErrorNodeType;
    case QueryError::Kind::Field:
      return TSQueryErrorField;
    case QueryError::Kind::Capture:
      return TSQueryErrorCapture;
    case QueryError::Kind::Structure:
      return TSQueryErrorStructure;
    case QueryError::Kind::Language:
      return TSQueryErrorLanguage;
    default:
      return TSQueryErrorSyntax;
  }
}

// With the subject's `side`-th language.
inline Outcome run_copse(const Subject& subject, std::size_t side, std::string_view text,
                         const MatchOptions& options) {
  Outcome outcome;
  QueryError error;
  const auto query = Query::compile(subject.languages[side], text, &error);
  if (!query.ok()) {
    EXPECT_NE(error.kind, QueryError::Kind::Predicate) << error.describe("query", text);
    outcome.error = error_type(error.kind);
    outcome.error_offset = error.offset;
    return outcome;
  }
  const Status status =
      query.value().matches(subject.trees[side], options, [&](const Match& match) {
        FoundMatch found{.pattern = match.pattern, .captures = {}};
        for (const Capture& capture : *match.captures) {
          const Node& node = capture.node;
          found.captures.push_back({capture.index, node.start_byte(), node.end_byte(),
                                    node.kind_id(), node.grammar_kind_id(), node.is_named()});
        }
        outcome.matches.push_back(std::move(found));
        return outcome.matches.size() < kMatchesMax;
      });
  EXPECT_TRUE(status.ok()) << status.error().message();
  return outcome;
}

// For a failure's message: where two lists of matches part.
inline std::string first_difference(const Outcome& real, const Outcome& ours) {
  const auto describe = [](const Outcome& outcome, std::size_t at) {
    if (outcome.error != TSQueryErrorNone) {
      return "error " + std::to_string(outcome.error) + " at " +
             std::to_string(outcome.error_offset);
    }
    if (at >= outcome.matches.size()) return std::string("no match");
    const auto number = [](std::uint32_t value) { return std::to_string(value); };
    std::string out = "pattern ";
    out += number(outcome.matches[at].pattern);
    for (const FoundCapture& capture : outcome.matches[at].captures) {
      out.append(" ").append(number(capture.index)).append(":").append(number(capture.start));
      out.append("-").append(number(capture.end)).append("/").append(number(capture.kind));
    }
    return out;
  };
  std::size_t at = 0;
  while (at < real.matches.size() && at < ours.matches.size() &&
         real.matches[at] == ours.matches[at]) {
    ++at;
  }
  return std::to_string(real.matches.size()) + " and " + std::to_string(ours.matches.size()) +
         " matches, match " + std::to_string(at) + ": tree-sitter " + describe(real, at) +
         ", copse " + describe(ours, at);
}

}  // namespace copse::query_differential
