// A node after another, each with all that is known of it.
#include "syntax/plain_tree.h"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace copse {
namespace {

// What a node is called: its tag, and the production of internal nodes, as in CopseFlatNode.
std::uint32_t name_of(const CopseFlatNode& node) {
  const std::uint32_t production = copse_node_is_leaf(&node) ? 0U : copse_node_production(&node);
  return child_tag(node) | production << 4;
}
std::uint32_t tag_of(std::uint32_t name) {
  return name & 0xFFFF000FU;
}
std::uint32_t production_of(std::uint32_t name) {
  return name >> 4 & COPSE_MAX_PRODUCTION_ID;
}

std::uint32_t count_children(const FlatTree& tree, std::uint32_t node) {
  std::uint32_t children = 0;
  const std::uint32_t end = node + tree.nodes[node].extent;
  for (std::uint32_t child = node + 1; child < end; child += copse_node_count(&tree.nodes[child])) {
    ++children;
  }
  return children;
}

void spell_name(AblatedWriter& out, std::uint32_t name) {
  out.tag(tag_of(name));
  if (!tag_is_leaf(name)) out.number(NumberRole::Production, production_of(name));
}

class PlainReader {
 public:
  PlainReader(AblatedReader& in, const TreeModel& model, std::string_view source, TreePhases phases,
              std::uint32_t node_count)
      : in_(in), model_(model), source_(source), phases_(phases), node_count_(node_count) {}

  Result<FlatTree> read() {
    // A node takes three bytes at least: what the input cannot hold is not allocated for.
    for (; nodes_.size() < node_count_ && fault_ == nullptr; close_levels()) {
      if (!nodes_.empty() && levels_.empty()) {
        fault_ = "has fewer nodes than it states";
      } else {
        add_node();
      }
    }
    if (fault_ == nullptr && !levels_.empty()) fault_ = "has more nodes than it states";
    if (fault_ == nullptr && !in_.at_clean_end()) fault_ = "goes on behind its nodes";
    if (fault_ != nullptr) {
      return Error(ErrorCode::Corrupt, std::string("tree: ") + fault_ + " (node " +
                                           std::to_string(nodes_.size()) + " of " +
                                           std::to_string(node_count_) + ")");
    }
    return FlatTree{std::move(nodes_), std::move(error_leaves_), std::move(faults_),
                    visible_count_};
  }

 private:
  struct Level {
    std::uint32_t node;
    std::uint32_t children;  // to come
    std::uint32_t structural;
    std::uint32_t itself;
    std::uint32_t shows;
  };

  void add_node() {
    const std::uint32_t name = take_name();
    if (in_.failed()) {
      fault_ = "a node is damaged";
      return;
    }
    const std::uint32_t itself = take_place(name);
    const auto node = static_cast<std::uint32_t>(nodes_.size());
    visible_count_ += itself != 0 ? 1 : 0;
    if (tag_is_leaf(name)) {
      add_leaf(node, name);
      return;
    }
    if (name >> 16 >= COPSE_SYMBOL_ERROR_REPEAT) faults_.push_back(node);
    const std::uint32_t children = in_.number(NumberRole::Count);
    if (in_.failed() || children == 0 || children >= node_count_ - node) {
      fault_ = "a node has no children, or too many";
      return;
    }
    nodes_.push_back({name, 0, 0});
    levels_.push_back({node, children, 0, itself, 0});
  }

  std::uint32_t take_name() {
    if (!phases_.on(TreePhase::Interning)) return take_spelt_name();
    const std::uint32_t number = in_.number(NumberRole::Tag);
    if (number > names_.size()) in_.fail();
    if (in_.failed()) return 0;
    if (number > 0) return names_[number - 1];
    names_.push_back(take_spelt_name());
    return names_.back();
  }

  std::uint32_t take_spelt_name() {
    const std::uint32_t tag = in_.tag();
    if (in_.failed() || tag_is_leaf(tag)) return tag;
    const std::uint32_t production = in_.number(NumberRole::Production);
    if (production >= model_.grammar().production_count()) in_.fail();
    return tag | (production & COPSE_MAX_PRODUCTION_ID) << 4;
  }

  // What the node adds to what its parent shows.
  std::uint32_t take_place(std::uint32_t name) {
    if (levels_.empty()) return COPSE_TAG_SHOWS_CHILDREN;
    Level& parent = levels_.back();
    --parent.children;
    std::uint16_t alias = 0;
    if ((name & COPSE_TAG_EXTRA) == 0) {
      alias = model_.grammar().alias_at(copse_node_production(&nodes_[parent.node]),
                                        parent.structural++);
    }
    const std::uint32_t itself =
        shown_by_itself(model_.grammar(), static_cast<std::uint16_t>(name >> 16), alias);
    parent.shows |= itself;
    return itself;
  }

  void add_leaf(std::uint32_t node, std::uint32_t tag) {
    const std::uint64_t stated = in_.number(NumberRole::Padding);
    const std::uint64_t start = stated + (phases_.on(TreePhase::Delta) ? position_ : 0);
    const std::uint32_t size = in_.number(NumberRole::Size);
    if (in_.failed() || start < position_ || start + size > source_.size()) {
      fault_ = "a token lies outside the source";
      return;
    }
    // Internal nodes since the leaf before start where this one does.
    for (; without_start_ < node; ++without_start_) {
      nodes_[without_start_].start = static_cast<std::uint32_t>(start);
    }
    without_start_ = node + 1;
    nodes_.push_back({tag, static_cast<std::uint32_t>(start), size});
    position_ = start + size;
    if ((tag & COPSE_TAG_MISSING) != 0) faults_.push_back(node);
    if (!tag_is_error(tag)) return;
    const std::uint32_t coded = in_.number(NumberRole::Lookahead);
    const auto lookahead = static_cast<std::int32_t>((coded >> 1) ^ (0 - (coded & 1)));
    error_leaves_.push_back({node, lookahead});
  }

  void close_levels() {
    while (!levels_.empty() && levels_.back().children == 0 && fault_ == nullptr) {
      const Level done = levels_.back();
      levels_.pop_back();
      CopseFlatNode& node = nodes_[done.node];
      node.extent = static_cast<std::uint32_t>(nodes_.size()) - done.node;
      node.tag |= done.shows;
      if (!levels_.empty() && done.itself == 0) levels_.back().shows |= done.shows;
    }
  }

  AblatedReader& in_;
  const TreeModel& model_;
  std::string_view source_;
  TreePhases phases_;
  std::uint32_t node_count_;
  const char* fault_ = nullptr;
  std::vector<std::uint32_t> names_;
  std::vector<Level> levels_;
  std::uint64_t position_ = 0;
  std::uint32_t without_start_ = 0;  // internal nodes from here on wait for a leaf
  std::uint32_t visible_count_ = 0;
  std::vector<CopseFlatNode> nodes_;
  std::vector<CopseErrorLeaf> error_leaves_;
  std::vector<std::uint32_t> faults_;
};

}  // namespace

void put_plain_nodes(AblatedWriter& out, const FlatTree& tree, TreePhases phases) {
  std::unordered_map<std::uint32_t, std::uint32_t> numbers;  // of names, by where they first stand
  std::size_t next_error_leaf = 0;
  std::uint32_t position = 0;
  for (std::uint32_t i = 0; i < tree.nodes.size(); ++i) {
    const CopseFlatNode& node = tree.nodes[i];
    const std::uint32_t name = name_of(node);
    const auto next = static_cast<std::uint32_t>(numbers.size() + 1);
    const bool interned = phases.on(TreePhase::Interning);
    const auto [known, is_new] =
        interned ? numbers.try_emplace(name, next) : std::pair(numbers.end(), true);
    if (interned) out.number(NumberRole::Tag, is_new ? 0 : known->second);
    if (is_new) spell_name(out, name);
    if (!copse_node_is_leaf(&node)) {
      out.number(NumberRole::Count, count_children(tree, i));
      continue;
    }
    out.number(NumberRole::Padding, node.start - (phases.on(TreePhase::Delta) ? position : 0));
    out.number(NumberRole::Size, node.extent);
    position = node.start + node.extent;
    if (tag_is_error(node.tag)) {
      const std::int32_t lookahead = tree.error_leaves[next_error_leaf++].lookahead;
      out.number(NumberRole::Lookahead, (static_cast<std::uint32_t>(lookahead) << 1) ^
                                            static_cast<std::uint32_t>(lookahead >> 31));
    }
  }
}

Result<FlatTree> take_plain_nodes(AblatedReader& in, const TreeModel& model,
                                  std::string_view source, TreePhases phases,
                                  std::uint32_t node_count) {
  return PlainReader(in, model, source, phases, node_count).read();
}

}  // namespace copse
