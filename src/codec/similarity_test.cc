// Texts that share lines find one another, whatever is around the lines.
#include "codec/similarity.h"

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace copse {
namespace {

std::string lines(int first, int last, const std::string& indent = "") {
  std::string text;
  for (int i = first; i < last; ++i) {
    text +=
        indent + "int variable_" + std::to_string(i) + " = compute(" + std::to_string(i) + ");\n";
  }
  return text;
}

TEST(Similarity, SketchIsSmallOrderedAndOfTheLines) {
  const Sketch sketch = sketch_of(as_bytes(lines(0, 500)));
  EXPECT_EQ(sketch.size(), kSketchHashes);
  EXPECT_TRUE(std::is_sorted(sketch.begin(), sketch.end()));
  EXPECT_EQ(std::adjacent_find(sketch.begin(), sketch.end()), sketch.end());
  EXPECT_EQ(sketch_of(as_bytes(lines(0, 500, "\t  "))), sketch);
  EXPECT_EQ(sketch_of(as_bytes(lines(250, 500) + lines(0, 250) + lines(0, 10))), sketch);
  EXPECT_TRUE(sketch_of(as_bytes("")).empty());
  EXPECT_TRUE(sketch_of(as_bytes("}\n\n  {\r\n\t\n")).empty());
  EXPECT_EQ(sketch_of(as_bytes("one line without an end")).size(), 1U);
}

TEST(Similarity, FindsWhatSharesMostAndNothingElse) {
  SimilarityIndex index;
  EXPECT_FALSE(index.find(sketch_of(as_bytes(lines(0, 100)))));
  index.add(0, sketch_of(as_bytes(lines(1000, 1300))));
  index.add(1, sketch_of(as_bytes(lines(0, 100))));
  index.add(2, sketch_of(as_bytes(lines(0, 60) + lines(2000, 2040))));
  EXPECT_EQ(index.find(sketch_of(as_bytes(lines(2, 102)))), 1U);
  EXPECT_EQ(index.find(sketch_of(as_bytes(lines(0, 60) + lines(2000, 2042)))), 2U);
  EXPECT_FALSE(index.find(sketch_of(as_bytes(lines(5000, 5100)))));
  EXPECT_FALSE(index.find({}));
}

TEST(Similarity, OfEqualOnesTheNewest) {
  SimilarityIndex index;
  const Sketch sketch = sketch_of(as_bytes(lines(0, 100)));
  for (std::size_t text = 0; text < 3 * SimilarityIndex::kTextsOfHashMax; ++text) {
    index.add(text, sketch);
    EXPECT_EQ(index.find(sketch), text);
  }
}

}  // namespace
}  // namespace copse
