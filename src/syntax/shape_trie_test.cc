// Random forests, asked for every string that is there and for some that are not, against a map.
#include "syntax/shape_trie.h"

#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "testing/languages.h"

namespace copse {
namespace {

struct Forest {
  std::uint32_t roots = 0;
  std::vector<std::uint8_t> values;
  std::vector<ShapeTrie::Edge> edges;
  std::map<std::pair<std::uint32_t, ShapeId>, std::uint32_t> below;
};

Forest make_forest(testing::Random& random) {
  Forest forest;
  forest.roots = 1 + random.below(5);
  const std::uint32_t count = forest.roots + random.below(400);
  // Few shapes make wide nodes, many make deep ones.
  const std::uint32_t shapes = random.chance(50) ? 1000 : ShapeTrie::kShapesMax;
  for (std::uint32_t node = 0; node < count; ++node) {
    forest.values.push_back(static_cast<std::uint8_t>(random.below(256)));
    if (node < forest.roots) continue;
    const std::uint32_t parent =
        random.chance(50) ? random.below(forest.roots) : random.below(node);
    ShapeId shape = random.below(shapes);
    while (forest.below.contains({parent, shape}))
      shape = (shape + 1) % shapes;
    forest.below[{parent, shape}] = node;
    forest.edges.push_back({parent, shape, node});
  }
  return forest;
}

TEST(ShapeTrie, FindsWhatIsThereAndNothingElse) {
  testing::Random random(7);
  for (int round = 0; round < 300; ++round) {
    const Forest forest = make_forest(random);
    std::vector<std::uint32_t> numbers;
    const ShapeTrie trie(forest.roots, forest.values, forest.edges, &numbers);
    std::vector<bool> goes_on(forest.values.size());
    for (const ShapeTrie::Edge& edge : forest.edges) {
      ASSERT_EQ(trie.next(numbers[edge.parent], edge.shape), numbers[edge.child]);
      goes_on[edge.parent] = true;
    }
    for (std::uint32_t node = 0; node < forest.values.size(); ++node) {
      if (node < forest.roots) {
        ASSERT_EQ(numbers[node], node);
      }
      ASSERT_EQ(trie.value(numbers[node]), forest.values[node]);
      ASSERT_EQ(trie.goes_on(numbers[node]), goes_on[node]);
      for (int i = 0; i < 8; ++i) {
        const ShapeId shape = random.below(1000);
        const auto known = forest.below.find({node, shape});
        const std::uint32_t expected =
            known == forest.below.end() ? ShapeTrie::kNone : numbers[known->second];
        ASSERT_EQ(trie.next(numbers[node], shape), expected);
      }
    }
  }
}

}  // namespace
}  // namespace copse
