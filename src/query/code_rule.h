// A rule or a code pattern, compiled for one grammar: finds every node that it holds for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "copse/result.h"
#include "copse/rule.h"
#include "copse/tree.h"

#include "query/rule_document.h"
#include "query/tree_needs.h"
#include "syntax/flat_node.h"

namespace copse {

using RuleNeeds = TreeNeeds;

struct RuleProgram;

// Immutable: compile once, share between threads. Cheap to copy.
class CodeRule {
 public:
  // What the parser of that language shall see of the document's patterns, in their order.
  static std::vector<std::string> fragments(const RuleDocument& document,
                                            std::string_view language);

  // `parsed` are the trees of fragments(), of the grammar `language` has. InvalidArgument,
  // LimitExceeded: errors of a YAML rule begin with name, line and column.
  static Result<CodeRule> compile(const Language& language, const RuleDocument& document,
                                  const std::vector<std::shared_ptr<const TreeData>>& parsed);

  // "match", then the metavariables in the order in which they appear.
  const std::vector<std::string>& capture_names() const { return *capture_names_; }
  // Whether the capture is a list, of none, one or several nodes.
  const std::vector<bool>& capture_is_list() const { return *capture_is_list_; }
  const RuleNeeds& needs() const { return *needs_; }
  // Whether a pattern of the rule has an error at its root: then it rarely finds what was meant.
  bool has_error() const;

  // Whether one of nodes [0, count), which need not be located, is of a kind that the rule can hold
  // for. Cost: a nanosecond a node.
  bool may_match(const CopseFlatNode* nodes, std::uint32_t count) const;
  // Calls `visit` for each match, in preorder of the nodes that the rule holds for, until it
  // returns false. A match's captures are its node, then what the metavariables stand for, a list
  // as several captures of one index. InvalidArgument for a tree of another grammar; LimitExceeded
  // when a utility that calls itself went too deep, after all that was found before.
  Status matches(const Tree& tree, const std::function<bool(const Match&)>& visit) const;

 private:
  explicit CodeRule(std::shared_ptr<const RuleProgram> program);

  std::shared_ptr<const RuleProgram> program_;
  std::shared_ptr<const std::vector<std::string>> capture_names_;
  std::shared_ptr<const std::vector<bool>> capture_is_list_;
  std::shared_ptr<const RuleNeeds> needs_;
};

}  // namespace copse
