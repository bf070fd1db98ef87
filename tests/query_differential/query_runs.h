// What each engine finds with one compiled query in one tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/check.h"
#include "outcome.h"
#include "query/match_range.h"
#include "query/query_scan.h"
#include "reference_predicates.h"
#include "subject.h"

namespace copse::query_differential {

struct FreeQuery {
  void operator()(TSQuery* query) const { ts_query_delete(query); }
};
struct FreeCursor {
  void operator()(TSQueryCursor* cursor) const { ts_query_cursor_delete(cursor); }
};
using RealQuery = std::unique_ptr<TSQuery, FreeQuery>;
using RealCursor = std::unique_ptr<TSQueryCursor, FreeCursor>;

inline FoundMatch found_match(const Subject& subject, const TSQueryMatch& match) {
  FoundMatch found{.pattern = match.pattern_index, .captures = {}};
  for (std::uint32_t i = 0; i < match.capture_count; ++i) {
    const TSNode node = match.captures[i].node;
    found.captures.push_back({match.captures[i].index, subject.rank(node), ts_node_start_byte(node),
                              ts_node_end_byte(node), ts_node_symbol(node),
                              ts_node_grammar_symbol(node), ts_node_is_named(node)});
  }
  return found;
}

inline FoundMatch found_match(const Subject& subject, std::uint32_t pattern,
                              const std::vector<Capture>& captures) {
  FoundMatch found{.pattern = pattern, .captures = {}};
  for (const Capture& capture : captures) {
    const Node& node = capture.node;
    found.captures.push_back({capture.index, subject.rank(node), node.start_byte(), node.end_byte(),
                              node.kind_id(), node.grammar_kind_id(), node.is_named()});
  }
  return found;
}

inline Outcome run_real(const TSQuery* query, const ReferencePredicates& predicates,
                        const Subject& subject, const MatchOptions& options) {
  const auto point = [](const Point& value) { return TSPoint{value.row, value.column}; };
  const RealCursor cursor(ts_query_cursor_new());
  ts_query_cursor_set_match_limit(cursor.get(), options.match_limit);
  ts_query_cursor_set_max_start_depth(cursor.get(), options.max_start_depth);
  COPSE_CHECK(ts_query_cursor_set_byte_range(cursor.get(), options.begin_byte, options.end_byte));
  COPSE_CHECK(ts_query_cursor_set_point_range(cursor.get(), point(options.begin_point),
                                              point(options.end_point)));
  ts_query_cursor_exec(cursor.get(), query, subject.root());
  Outcome outcome;
  TSQueryMatch match;
  while (ts_query_cursor_next_match(cursor.get(), &match)) {
    if (!predicates.hold(match, subject.source())) continue;
    outcome.matches.push_back(found_match(subject, match));
    if (outcome.matches.size() == kMatchesMax) {
      outcome.complete = false;
      break;
    }
  }
  outcome.did_exceed_match_limit = ts_query_cursor_did_exceed_match_limit(cursor.get());
  return outcome;
}

// As Query::matches().
inline Result<Outcome> run_copse(const Query& query, const Subject& subject, Side side,
                                 const MatchOptions& options, std::size_t limit) {
  Outcome outcome;
  const auto summary = query.matches(subject.tree(side), options, [&](const Match& match) {
    outcome.matches.push_back(found_match(subject, match.pattern, *match.captures));
    outcome.complete = outcome.matches.size() < limit;
    return outcome.complete;
  });
  if (!summary.ok()) return summary.error();
  outcome.did_exceed_match_limit = summary.value().did_exceed_match_limit;
  return outcome;
}

// When somebody who gets matches asks where the captured nodes are.
enum class AsksForPlaces : std::uint8_t { AtOnce, AtTheEnd };

// As a search over a store goes through one tree after the other.
class ShapedSearch {
 public:
  explicit ShapedSearch(const Query& query) : scan_(query) {}

  Result<Outcome> run(const Subject& subject, const MatchOptions& options, std::size_t limit,
                      AsksForPlaces asks) {
    const ShapedTree tree = subject.shaped(memory_);
    COPSE_TRY(const MatchScope scope, scope_of(options, *tree.data));
    const bool located = !scope.is_whole();
    if (located) static_cast<void>(tree.data->nodes());
    Outcome outcome;
    if (!scan_.begin(*tree.data, tree.nodes, located, scope)) return outcome;
    std::vector<std::pair<std::uint32_t, std::vector<Capture>>> unplaced;
    std::size_t matches = 0;
    scan_.run([&](const Match& match) {
      if (asks == AsksForPlaces::AtOnce) {
        outcome.matches.push_back(found_match(subject, match.pattern, *match.captures));
      } else {
        unplaced.emplace_back(match.pattern, *match.captures);
      }
      outcome.complete = ++matches < limit;
      return outcome.complete;
    });
    outcome.did_exceed_match_limit = scan_.did_exceed_match_limit();
    for (const auto& [pattern, captures] : unplaced)
      outcome.matches.push_back(found_match(subject, pattern, captures));
    COPSE_TRY_STATUS(tree.data->fault());
    return outcome;
  }

 private:
  QueryScan scan_;
  ScanMemory memory_;
};

}  // namespace copse::query_differential
