// A code pattern such as `kmalloc($SIZE, GFP_ATOMIC)`, compiled: what ast-grep makes of the same
// text, with the same choice of the node that is the pattern.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"
#include "copse/rule.h"

#include "query/flat_walk.h"

namespace copse {

// The names of a rule's metavariables. A name and a list of the same name are two.
class VariableTable {
 public:
  static constexpr std::size_t kVariablesMax = 4096;

  // Adds it if it is new.
  std::uint32_t index_of(std::string_view name, bool list);
  // -1 when there is none.
  std::int64_t find(std::string_view name, bool list) const;
  std::size_t size() const { return variables_.size(); }
  const std::string& name(std::size_t index) const { return variables_[index].name; }
  bool is_list(std::size_t index) const { return variables_[index].list; }

 private:
  struct Variable {
    std::string name;
    bool list;
  };
  std::vector<Variable> variables_;
};

struct PatternNode {
  enum class Kind : std::uint8_t { Terminal, Internal, One, AnyOne, List, AnyList };

  Kind kind = Kind::Terminal;
  bool named = false;          // terminals: the node is named. One, AnyOne: only named nodes
  std::uint16_t symbol = 0;    // terminals and internal ones: the kind
  std::uint32_t variable = 0;  // One, List
  std::string text;            // terminals
  // Internal: pattern.children[first_child, first_child + child_count) are indexes of nodes.
  std::uint32_t first_child = 0;
  std::uint32_t child_count = 0;

  bool is_list() const { return kind == Kind::List || kind == Kind::AnyList; }
  // May be passed over after a list.
  bool is_trivial() const { return kind == Kind::Terminal && !named; }
};

// Immutable once compiled.
struct CodePattern {
  // Nesting of the fragment's visible nodes; matching goes as deep.
  static constexpr std::size_t kDepthMax = 128;
  static constexpr std::size_t kNodesMax = 65536;

  std::vector<PatternNode> nodes;  // the root first
  std::vector<std::uint32_t> children;
  std::optional<std::uint16_t> root_kind;  // of a pattern that a selector chose
  Strictness strictness = Strictness::Smart;

  const PatternNode& root() const { return nodes.front(); }
  // Whether the fragment did not parse: such a pattern rarely matches what was meant.
  bool has_error() const;
  // The kinds that a match's root can have; no value for any kind.
  std::optional<std::vector<std::uint16_t>> potential_kinds() const;
};

// `fragment` is the parsed pattern_fragment() of `spec`'s text, in the grammar of the language that
// `expando` belongs to. InvalidArgument with ast-grep's words for what it refuses.
Result<CodePattern> compile_pattern(const TreeData& fragment, const PatternSpec& spec,
                                    std::string_view expando, VariableTable& variables);

// The kind of that name, 0 when the grammar has none.
std::uint16_t kind_named(const Grammar& grammar, std::string_view name);

}  // namespace copse
