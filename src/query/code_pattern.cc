#include "query/code_pattern.h"

#include <algorithm>
#include <utility>

#include "query/metavariable.h"

namespace copse {
namespace {

// Whether the only visible child may stand for the node. Some grammars end a file in a missing or
// nameless token, which does not count.
bool is_wrapper(const FlatView& view, const std::vector<NodeRef>& children) {
  if (children.size() == 1) return true;
  if (children.size() != 2) return false;
  const NodeRef last = children.back();
  const char* name = view.grammar().symbol_name(view.name(last));
  return view.is_missing(last) || name == nullptr || *name == '\0';
}

Error refuse(std::string message) {
  return {ErrorCode::InvalidArgument, std::move(message)};
}

Result<NodeRef> single_root(const FlatView& view, const std::string& text) {
  NodeRef node{};
  std::vector<NodeRef> children;
  view.children(node, children);
  if (children.empty()) {
    return refuse("No AST root is detected. Please check the pattern source `" + text + "`.");
  }
  if (!is_wrapper(view, children)) {
    return refuse("Multiple AST nodes are detected. Please check the pattern source `" + text +
                  "`.");
  }
  while (is_wrapper(view, children)) {
    node = children.front();
    children.clear();
    view.children(node, children);
  }
  return node;
}

Result<NodeRef> selected_root(const FlatView& view, const PatternSpec& spec) {
  const std::string& selector = *spec.selector;
  const std::uint16_t kind = kind_named(view.grammar(), selector);
  if (kind == 0) return refuse("Kind `" + selector + "` is invalid.");
  const KindSet kinds(view.grammar(), {kind});
  KindScan scan(view, {}, kinds, true);
  NodeRef node{};
  if (scan.next(node)) return node;
  return refuse("Fails to create Contextual pattern: selector `" + selector +
                "` matches no node in the context `" + spec.text + "`.");
}

// Makes pattern nodes of fragment nodes, a level at a time.
class Converter {
 public:
  Converter(const FlatView& view, std::string_view expando, VariableTable& variables,
            CodePattern& pattern)
      : view_(view), expando_(expando), variables_(variables), pattern_(pattern) {}

  Status run(NodeRef root) {
    name_variables(root);
    pattern_.nodes.push_back(convert(root));
    std::vector<NodeRef> level = {root};
    std::uint32_t first = 0;
    for (std::size_t depth = 0; !level.empty(); ++depth) {
      if (depth > CodePattern::kDepthMax || pattern_.nodes.size() > CodePattern::kNodesMax) {
        return Error(ErrorCode::LimitExceeded,
                     "the pattern is nested deeper than " + std::to_string(CodePattern::kDepthMax) +
                         " or has more than " + std::to_string(CodePattern::kNodesMax) + " nodes");
      }
      std::vector<NodeRef> below;
      const auto count = static_cast<std::uint32_t>(level.size());
      for (std::uint32_t i = 0; i < count; ++i) {
        add_children(first + i, level[i], below);
      }
      first += count;
      level = std::move(below);
    }
    return success();
  }

 private:
  // In the order in which they appear; conversion goes level by level.
  void name_variables(NodeRef root) {
    const KindSet all;
    KindScan scan(view_, root, all, true);
    for (NodeRef node{}; scan.next(node);) {
      const auto variable = read_metavariable(view_.text(node), expando_);
      if (variable && !variable->name.empty()) {
        variables_.index_of(variable->name, variable->is_list());
      }
    }
  }

  PatternNode convert(NodeRef node) {
    using Kind = Metavariable::Kind;
    PatternNode made;
    const std::string_view text = view_.text(node);
    made.symbol = view_.kind(node);
    made.named = view_.is_named(node);
    if (const auto variable = read_metavariable(text, expando_)) {
      made.named = variable->named_only;
      if (variable->kind == Kind::Capture || variable->kind == Kind::List) {
        made.variable = variables_.index_of(variable->name, variable->is_list());
      }
      switch (variable->kind) {
        case Kind::Capture:
          made.kind = PatternNode::Kind::One;
          break;
        case Kind::Anonymous:
          made.kind = PatternNode::Kind::AnyOne;
          break;
        case Kind::List:
          made.kind = PatternNode::Kind::List;
          break;
        case Kind::AnonymousList:
          made.kind = PatternNode::Kind::AnyList;
          break;
      }
    } else if (view_.has_children(node)) {
      made.kind = PatternNode::Kind::Internal;
    } else {
      made.text = std::string(text);
    }
    return made;
  }

  void add_children(std::uint32_t index, NodeRef node, std::vector<NodeRef>& below) {
    if (pattern_.nodes[index].kind != PatternNode::Kind::Internal) return;
    children_.clear();
    view_.children(node, children_);
    const auto first = static_cast<std::uint32_t>(pattern_.children.size());
    for (const NodeRef child : children_) {
      if (view_.is_missing(child)) continue;
      pattern_.children.push_back(static_cast<std::uint32_t>(pattern_.nodes.size()));
      pattern_.nodes.push_back(convert(child));
      below.push_back(child);
    }
    PatternNode& made = pattern_.nodes[index];
    made.first_child = first;
    made.child_count = static_cast<std::uint32_t>(pattern_.children.size()) - first;
  }

  const FlatView& view_;
  std::string_view expando_;
  VariableTable& variables_;
  CodePattern& pattern_;
  std::vector<NodeRef> children_;
};

}  // namespace

std::uint32_t VariableTable::index_of(std::string_view name, bool list) {
  const std::int64_t found = find(name, list);
  if (found >= 0) return static_cast<std::uint32_t>(found);
  variables_.push_back({std::string(name), list});
  return static_cast<std::uint32_t>(variables_.size() - 1);
}

std::int64_t VariableTable::find(std::string_view name, bool list) const {
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    if (variables_[i].list == list && variables_[i].name == name) {
      return static_cast<std::int64_t>(i);
    }
  }
  return -1;
}

bool CodePattern::has_error() const {
  const PatternNode& node = root();
  if (node.kind == PatternNode::Kind::Terminal || node.kind == PatternNode::Kind::Internal) {
    return node.symbol == COPSE_SYMBOL_ERROR;
  }
  return root_kind == COPSE_SYMBOL_ERROR;
}

std::optional<std::vector<std::uint16_t>> CodePattern::potential_kinds() const {
  if (strictness == Strictness::Template) return std::nullopt;
  switch (root().kind) {
    case PatternNode::Kind::Terminal:
      return std::vector<std::uint16_t>{root().symbol};
    case PatternNode::Kind::Internal:
      if (root().symbol == COPSE_SYMBOL_ERROR) return std::nullopt;
      return std::vector<std::uint16_t>{root().symbol};
    default:
      if (!root_kind) return std::nullopt;
      return std::vector<std::uint16_t>{*root_kind};
  }
}

std::uint16_t kind_named(const Grammar& grammar, std::string_view name) {
  return ts_language_symbol_for_name(grammar.language(), name.data(),
                                     static_cast<std::uint32_t>(name.size()), true);
}

Result<CodePattern> compile_pattern(const TreeData& fragment, const PatternSpec& spec,
                                    std::string_view expando, VariableTable& variables) {
  const FlatView view(fragment);
  COPSE_TRY_STATUS(fragment.fault());
  CodePattern pattern;
  pattern.strictness = spec.strictness;
  NodeRef root{};
  if (spec.selector) {
    COPSE_TRY(root, selected_root(view, spec));
    pattern.root_kind = view.kind(root);
  } else {
    COPSE_TRY(root, single_root(view, spec.text));
  }
  COPSE_TRY_STATUS(Converter(view, expando, variables, pattern).run(root));
  if (pattern.root().is_list()) {
    return refuse("Standalone multi meta variable `" + spec.text +
                  "` is invalid. Use `$VAR` or wrap `$$$VAR` in a larger pattern.");
  }
  return pattern;
}

}  // namespace copse
