// Rules as they are written, read from YAML and checked for their form, before any grammar is
// known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "copse/rule.h"

#include "query/yaml_tree.h"

namespace copse {

// n-th children: 1 + those at step * k + offset, k from 0.
struct ChildPosition {
  std::int32_t step = 0;
  std::int32_t offset = 0;

  // `index` counts from 0.
  bool holds(std::size_t index) const;
};

// "2", "2n+1", "-n + 3". InvalidArgument in ast-grep's words.
Result<ChildPosition> parse_child_position(std::string_view text);

// One rule object: every field that is there has to hold. Numbers of rules are indexes into
// RuleDocument::rules.
struct RuleSpec {
  enum class StopBy : std::uint8_t { Neighbor, End, Rule };

  struct NthChild {
    ChildPosition position;
    std::optional<std::uint32_t> of_rule;
    bool reverse = false;
  };
  // Lines and columns from 0, columns in characters.
  struct Place {
    std::uint64_t line = 0;
    std::optional<std::uint64_t> column;
  };
  struct Range {
    Place start;
    Place end;
  };
  struct Relation {
    std::uint32_t rule = 0;
    StopBy stop_by = StopBy::Neighbor;
    std::uint32_t stop_rule = 0;
    std::optional<std::string> field;
  };

  TextPosition position;
  std::optional<std::uint32_t> pattern;  // index into RuleDocument::patterns
  std::optional<std::string> kind;
  std::optional<std::string> regex;
  std::optional<NthChild> nth_child;
  std::optional<Range> range;
  std::optional<std::vector<std::uint32_t>> all;
  std::optional<std::vector<std::uint32_t>> any;
  std::optional<std::uint32_t> not_rule;
  std::optional<std::string> matches;
  std::optional<Relation> inside;
  std::optional<Relation> has;
  std::optional<Relation> precedes;
  std::optional<Relation> follows;
};

struct RuleDocument {
  static constexpr std::size_t kRulesMax = 4096;  // rule objects of one document
  static constexpr std::size_t kDepthMax = 64;    // rule objects in one another

  struct Pattern {
    PatternSpec spec;
    TextPosition position;
  };
  using NamedRules = std::vector<std::pair<std::string, std::uint32_t>>;

  std::string source_name;  // for errors; empty for a pattern of the command line
  RuleInfo info;
  std::vector<RuleSpec> rules;
  std::vector<Pattern> patterns;
  std::uint32_t root = 0;
  NamedRules utils;
  NamedRules constraints;  // by metavariable

  // An error about something in the document.
  Error error(TextPosition position, std::string_view message) const;
};

// Reads one document of the tree.
Result<RuleDocument> read_rule_document(std::string_view name, const YamlTree& tree,
                                        std::uint32_t root);

}  // namespace copse
