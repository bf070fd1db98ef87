// What a search finds, and how tests speak of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "copse/query.h"

#include "tree_sitter/api.h"

namespace copse::query_differential {

struct FoundCapture {
  std::uint32_t index = 0;
  std::uint32_t rank = 0;  // Subject::rank
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

// What one search gave.
struct Outcome {
  std::vector<FoundMatch> matches;
  bool complete = true;  // false: kMatchesMax were enough
  bool did_exceed_match_limit = false;
};

// Random queries can have more matches than anybody wants to wait for.
inline constexpr std::size_t kMatchesMax = 20000;

// Whom to tell of a difference between the engines: a sentence or some lines.
using Complain = std::function<void(const std::string&)>;

// What a test saw, printed when it ends, and whom to tell what should not be.
struct Tally {
  Complain complain;
  std::size_t queries = 0;  // compiled by both, or refused by both
  std::size_t refused = 0;
  std::size_t runs = 0;
  std::size_t runs_over_limit = 0;
  std::size_t matches = 0;
  std::size_t captures = 0;

  explicit Tally(Complain complain_to) : complain(std::move(complain_to)) {}
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;
  ~Tally() {
    std::cout << queries << " queries, " << refused << " of them refused by both; " << runs
              << " runs, " << runs_over_limit << " over the match limit; " << matches
              << " matches, " << captures << " captures\n";
  }
};

inline std::string text_of(const MatchOptions& options) {
  const auto number = [](std::uint32_t value) {
    return value == UINT32_MAX ? std::string("end") : std::to_string(value);
  };
  const auto point = [&](const Point& value) {
    return number(value.row) + ":" + number(value.column);
  };
  return "bytes " + number(options.begin_byte) + " to " + number(options.end_byte) + ", points " +
         point(options.begin_point) + " to " + point(options.end_point) + ", depth " +
         number(options.max_start_depth) + ", limit " + number(options.match_limit);
}

inline std::string text_of(const std::vector<FoundMatch>& matches, std::size_t at) {
  if (at >= matches.size()) return "no match";
  std::string out = "pattern " + std::to_string(matches[at].pattern);
  for (const FoundCapture& capture : matches[at].captures) {
    out += " " + std::to_string(capture.index) + ":" + std::to_string(capture.start) + "-" +
           std::to_string(capture.end) + "/" + std::to_string(capture.kind) + "#" +
           std::to_string(capture.rank);
  }
  return out;
}

// For a failure's message: where two lists of matches part.
inline std::string first_difference(const Outcome& real, const Outcome& ours) {
  std::size_t at = 0;
  while (at < real.matches.size() && at < ours.matches.size() &&
         real.matches[at] == ours.matches[at]) {
    ++at;
  }
  return std::to_string(real.matches.size()) + " and " + std::to_string(ours.matches.size()) +
         " matches, match " + std::to_string(at) + ": tree-sitter " + text_of(real.matches, at) +
         ", copse " + text_of(ours.matches, at);
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

}  // namespace copse::query_differential
