// tree-sitter queries over stored trees: the same matches and captures, in the same order, as
// tree-sitter's own query cursor gives over a fresh parse, predicates applied as tree-sitter's Rust
// and Node bindings apply them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/query_facts.h"
#include "copse/result.h"
#include "copse/tree.h"

namespace copse {

class QueryFacts;  // private to the module

// Why a query's text does not compile, as tree-sitter says it.
struct QueryError {
  enum class Kind : std::uint8_t {
    Syntax,
    NodeType,
    Field,
    Capture,
    Structure,
    Language,
    Predicate
  };

  Kind kind = Kind::Syntax;
  std::uint32_t offset = 0;  // in bytes from the start of the query
  Point position;            // the same as row and column, from 0
  std::string message;       // one sentence, without the position

  // "<name>:<row + 1>:<column + 1>: <message>", the offending line of `text`, and a caret below it.
  std::string describe(std::string_view name, std::string_view text) const;
};

struct Capture {
  std::uint32_t index = 0;  // of its name in Query::capture_names()
  Node node;
};

// A match as a view: nothing is copied for it. Valid inside the visitor's call, or until
// MatchCursor::next() is called again.
struct Match {
  std::uint32_t pattern = 0;
  const std::vector<Capture>* captures = nullptr;
};

// Which matches are looked for; each number as tree-sitter's query cursor takes it.
struct MatchOptions {
  // Only nodes that intersect the half-open byte range, by tree-sitter's rules: a match is found
  // when its first node does, and what else it captures may lie outside. An end of 0 is none.
  std::uint32_t begin_byte = 0;
  std::uint32_t end_byte = UINT32_MAX;
  // The same in rows and columns; columns behind a row's end and rows behind the last one are
  // places, too. Where both ranges are given, both must hold. An end of {0, 0} is none.
  Point begin_point{0, 0};
  Point end_point{UINT32_MAX, UINT32_MAX};
  // How far below the root, whose depth is 0, a match may begin; visible levels count.
  std::uint32_t max_start_depth = UINT32_MAX;
  // In-progress matches at most, as ts_query_cursor_set_match_limit; beyond it some are dropped.
  // More than 65,535 are never kept: tree-sitter itself breaks down there.
  std::uint32_t match_limit = UINT32_MAX;
};

// How a search went. Where the visitor ended it: how it went so far.
struct MatchSummary {
  // More matches than match_limit were in progress at once, so that some may be missing.
  bool did_exceed_match_limit = false;
};

// The matches of one tree, one after the other, for those who want to ask for the next one
// themselves: the same ones in the same order as Query::matches() visits. Holds its query and its
// tree. For one thread; many threads may have cursors of one query.
class MatchCursor {
 public:
  MatchCursor(MatchCursor&& other) noexcept;
  MatchCursor& operator=(MatchCursor&& other) noexcept;
  ~MatchCursor();

  // No value when there are no more. Looks no further than to the end of that match. Texts of nodes
  // are views of the tree's source: see Node::text().
  std::optional<Match> next();
  // How it went so far.
  MatchSummary summary() const;

 private:
  friend class Query;
  struct State;

  explicit MatchCursor(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// A compiled query. Immutable: compile once, share between threads. Cheap to copy.
class Query {
 public:
  struct Compiled;  // private to the module

  // Compiles for one language, predicates included. A syntax error comes back in `error` when it is
  // not null; the Result's message says the same in one line. Cost: milliseconds, more for grammars
  // with many states.
  static Result<Query> compile(const Language& language, std::string_view text,
                               QueryError* error = nullptr);

  // The compiled query as bytes, to be kept in a file or sent: docs/formats/query.md. The same
  // query gives the same bytes. O(the query).
  std::string to_bytes() const;
  // The query that to_bytes() was asked of, without compiling its text again: the same matches, the
  // same facts. Takes any bytes: Corrupt when they are damaged, Unsupported when a newer version of
  // the library wrote them, InvalidArgument when the query was compiled for a language with another
  // identity; then compile it again. Regular expressions are compiled anew.
  static Result<Query> from_bytes(const Language& language, std::string_view bytes);

  std::uint32_t pattern_count() const;
  const std::vector<std::string>& capture_names() const;
  Language language() const;

  // For the library itself.
  const std::shared_ptr<const Compiled>& compiled() const { return compiled_; }

  // Calls `visit` for each match whose predicates on text hold, in tree-sitter's order, until it
  // returns false. REQUIRES: the tree's language is the one the query was compiled for (same
  // identity). InvalidArgument otherwise, and for a range that ends before it begins. Memory is
  // bounded by the matches in progress, not by the result.
  Result<MatchSummary> matches(const Tree& tree, const MatchOptions& options,
                               const std::function<bool(const Match&)>& visit) const;
  // The same matches, asked for one by one. Same requirements, same errors.
  Result<MatchCursor> cursor(const Tree& tree, const MatchOptions& options = {}) const;

  // ---- Facts about the text. REQUIRES: pattern < pattern_count(), capture <
  // capture_names().size(). O(1) where nothing else is said; the vectors live as long as the query.

  PatternFacts pattern_facts(std::uint32_t pattern) const;
  // O(log captures).
  CaptureQuantifier capture_quantifier(std::uint32_t pattern, std::uint32_t capture) const;
  // #set!, in the order of the text.
  const std::vector<QueryProperty>& properties(std::uint32_t pattern) const;
  // #is? and #is-not?.
  const std::vector<PropertyPredicate>& property_predicates(std::uint32_t pattern) const;
  // All that are neither of these nor compare text.
  const std::vector<GeneralPredicate>& general_predicates(std::uint32_t pattern) const;
  // Whether the pattern is sure to match once it reached the step that stands at this byte of the
  // text: ts_query_is_pattern_guaranteed_at_step. O(log steps).
  bool is_guaranteed_at(std::uint32_t byte) const;

 private:
  explicit Query(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  const QueryFacts& facts() const;

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace copse
