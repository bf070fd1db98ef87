// A trie of shapes, made once and asked often: which strings of shapes begin like this one?
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
  // Nodes have numbers below values.size(), and each the value that is there. REQUIRES: no node has
  // two edges with one shape, or 40,000 edges; no edge has kNoShape.
  ShapeTrie(std::span<const std::uint8_t> values, std::span<const Edge> edges);

  // kNone when nothing goes on like that. REQUIRES: shape is not kNoShape.
  std::uint32_t next(std::uint32_t node, ShapeId shape) const {
    const Node& from = nodes_[node];
    const Place* const places = places_.data() + from.first_place;
    for (std::uint32_t at = place_of(shape);; ++at) {
      const Place& place = places[at & from.mask];
      if (place.shape == shape) return place.next;
      if (place.shape == kNoShape || from.mask == 0) return kNone;
    }
  }
  std::uint8_t value(std::uint32_t node) const { return nodes_[node].value; }
  bool goes_on(std::uint32_t node) const { return nodes_[node].first_place != 0; }

  std::size_t memory_bytes() const {
    return nodes_.capacity() * sizeof(Node) + places_.capacity() * sizeof(Place);
  }

 private:
  // Open addressing among a node's own edges: most have one or two, and then these are all there is
  // to look at. Where there are more, one place at least is free.
  struct Node {
    std::uint32_t first_place = 0;  // 0: the free one of those who have no edges
    std::uint16_t mask = 0;
    std::uint8_t value = 0;
  };
  struct Place {
    ShapeId shape = kNoShape;
    std::uint32_t next = kNone;
  };
  static std::uint32_t place_of(ShapeId shape) { return (shape * 0x9E3779B1U) >> 16; }

  std::vector<Node> nodes_;
  std::vector<Place> places_;
};

}  // namespace copse
