// For tests: a fresh tree and a stored one side by side, and sources that are damaged at random.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "copse/tree.h"

#include "testing/languages.h"

namespace copse {

struct BothTrees {
  BothTrees(const std::string& id, const std::string& source)
      : fresh(testing::parse(id, source)),
        data(make_tree_data(testing::language(id).grammar(), source, flatten(fresh.get()).value())),
        stored(data) {}

  Parser::TreePointer fresh;
  std::shared_ptr<const TreeData> data;
  Tree stored;
};

// Every visible node of both trees, in preorder, and which is which.
class NodePairs {
 public:
  struct Pair {
    TSNode fresh;
    Node stored;
  };

  explicit NodePairs(const BothTrees& trees) {
    TSTreeCursor fresh = ts_tree_cursor_new(ts_tree_root_node(trees.fresh.get()));
    Cursor stored(trees.stored.root());
    for (bool more = true; more;) {
      add(ts_tree_cursor_current_node(&fresh), stored.node());
      more = ts_tree_cursor_goto_first_child(&fresh) && stored.goto_first_child();
      while (!more && !(ts_tree_cursor_goto_next_sibling(&fresh) && stored.goto_next_sibling())) {
        if (!ts_tree_cursor_goto_parent(&fresh) || !stored.goto_parent()) {
          ts_tree_cursor_delete(&fresh);
          EXPECT_EQ(pairs_.size(), trees.stored.visible_node_count());
          return;
        }
      }
      more = true;
    }
  }

  const std::vector<Pair>& all() const { return pairs_; }

  // Whether both are null, or the same node under the same name.
  bool same(TSNode fresh, Node stored) const {
    if (ts_node_is_null(fresh) || stored.is_null())
      return ts_node_is_null(fresh) == stored.is_null();
    const auto known = ranks_.find(fresh.id);
    return known != ranks_.end() && pairs_[known->second].stored == stored &&
           fresh.context[3] == stored.alias() && ts_node_start_byte(fresh) == stored.start_byte();
  }

 private:
  void add(TSNode fresh, Node stored) {
    ranks_.emplace(fresh.id, pairs_.size());
    pairs_.push_back({fresh, stored});
  }

  std::vector<Pair> pairs_;
  std::unordered_map<const void*, std::size_t> ranks_;
};

// Takes pieces out of the text, doubles them, moves them, and puts brackets, quotes and odd bytes
// in.
inline std::string damage(std::string text, testing::Random& random) {
  const auto size = [&] { return static_cast<std::uint32_t>(text.size()); };
  const std::uint32_t faults = 1 + random.below(12);
  for (std::uint32_t i = 0; i < faults; ++i) {
    const std::uint32_t at = random.below(size() + 1);
    const std::uint32_t length = std::min(1 + random.below(30), size() - at);
    switch (random.below(5)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(random.below(size() + 1), length));
        break;
      case 2:
        text.insert(at, 1, "(){}[]<>\"'`;:,.#=*/\\\n\t \xC3"[random.below(24)]);
        break;
      case 3:
        if (at < size()) text[at] = static_cast<char>(random.below(256));
        break;
      default:
        if (random.chance(20)) text.resize(at);
        break;
    }
  }
  return text;
}

// Whether tree-sitter comes to an end with the text: with some nonsense it is stuck for minutes.
inline bool can_be_parsed(const std::string& id, const std::string& text) {
  constexpr int kAskedMax = 10000;
  auto parser = Parser::create(testing::language(id).language());
  int asked = 0;
  return parser.ok() && parser.value().parse_tree(text, [&] { return ++asked < kAskedMax; }).ok();
}

}  // namespace copse
