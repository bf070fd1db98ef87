// A forest of shapes, made once and asked often: which strings of shapes begin like this one?
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "syntax/tree_tags.h"

namespace copse {

class ShapeTrie {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Edge {
    std::uint32_t parent;
    ShapeId shape;
    std::uint32_t child;
  };

  ShapeTrie() = default;
  // Nodes have numbers below values.size(), roots the first ones. The trie numbers them anew, all
  // but the roots: `numbers`, unless null, gets what became of each. REQUIRES: roots apart, every
  // node is the child of one edge; no node has two edges with one shape, or more than kEdgesMax;
  // shapes are below kShapesMax.
  ShapeTrie(std::uint32_t roots, std::span<const std::uint8_t> values, std::span<const Edge> edges,
            std::vector<std::uint32_t>* numbers = nullptr);

  // kNone when nothing goes on like that.
  std::uint32_t next(std::uint32_t node, ShapeId shape) const {
    const Node from = nodes_[node];
    const std::uint32_t mask = (1U << from.size_bits) - 1;
    for (std::uint32_t at = place_of(shape);; ++at) {
      const std::uint32_t place = from.first + (at & mask);
      if (nodes_[place].shape == shape) return place;
      if (nodes_[place].shape == kNoNode || mask == 0) return kNone;
    }
  }
  std::uint8_t value(std::uint32_t node) const {
    return static_cast<std::uint8_t>(nodes_[node].value);
  }
  bool goes_on(std::uint32_t node) const { return nodes_[node].first != free_; }

  std::size_t node_count() const { return nodes_.size(); }
  std::size_t memory_bytes() const { return nodes_.capacity() * sizeof(Node); }

  static constexpr std::uint32_t kShapesMax = (1U << 21) - 1;
  static constexpr std::uint32_t kEdgesMax = 10'000;

 private:
  static constexpr std::uint32_t kNoNode = kShapesMax;
  static constexpr std::uint32_t kPlaceBits = (1U << 31) - 1;

  // The nodes below a node lie side by side, found by their shape with open addressing. Most have
  // one or two below them, and then these are all there is to look at; where there are more, one
  // place at least is free. Eight bytes, so that a walk touches little memory.
  struct Node {
    std::uint64_t shape : 21 = kNoNode;  // that leads here
    std::uint64_t first : 31 = 0;        // of the nodes below; free_ when there are none
    std::uint64_t size_bits : 4 = 0;     // places that they lie in
    std::uint64_t value : 8 = 0;
  };
  static_assert(sizeof(Node) == 8);
  static std::uint32_t place_of(ShapeId shape) { return (shape * 0x9E3779B1U) >> 16; }

  std::uint32_t free_ = 0;  // a place that stays free
  std::vector<Node> nodes_;
};

}  // namespace copse
