// tree-sitter queries over stored trees: the same matches and captures, in the same order, as
// tree-sitter's own query cursor gives over a fresh parse, predicates applied as tree-sitter's Rust
// and Node bindings apply them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"
#include "copse/tree.h"

namespace copse {

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

// What is valid inside the visitor's call only.
struct Match {
  std::uint32_t pattern = 0;
  const std::vector<Capture>* captures = nullptr;
};

struct MatchOptions {
  // Only nodes that intersect the half-open byte range, by tree-sitter's rules.
  std::uint32_t begin_byte = 0;
  std::uint32_t end_byte = UINT32_MAX;
  // In-progress matches at most, as ts_query_cursor_set_match_limit; beyond it some are dropped.
  std::uint32_t match_limit = UINT32_MAX;
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

  std::uint32_t pattern_count() const;
  const std::vector<std::string>& capture_names() const;
  Language language() const;

  // For the library itself.
  const std::shared_ptr<const Compiled>& compiled() const { return compiled_; }

  // Calls `visit` for each match whose predicates hold, in tree-sitter's order, until it returns
  // false. REQUIRES: the tree's language is the one the query was compiled for (same identity).
  // InvalidArgument otherwise. Memory is bounded by the matches in progress, not by the result.
  Status matches(const Tree& tree, const MatchOptions& options,
                 const std::function<bool(const Match&)>& visit) const;

 private:
  explicit Query(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace copse
