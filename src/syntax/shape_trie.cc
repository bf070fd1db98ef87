// Lays a trie's edges beside one another.
#include "syntax/shape_trie.h"

#include <bit>

namespace copse {

ShapeTrie::ShapeTrie(std::span<const std::uint8_t> values, std::span<const Edge> edges)
    : nodes_(values.size()) {
  std::vector<std::uint32_t> counts(values.size());
  for (const Edge& edge : edges) {
    ++counts[edge.parent];
  }
  std::size_t places = 1;
  for (std::size_t node = 0; node < values.size(); ++node) {
    nodes_[node].value = values[node];
    if (counts[node] == 0) continue;
    const std::uint32_t size =
        counts[node] == 1 ? 1 : std::bit_ceil(counts[node] + counts[node] / 2);
    nodes_[node].first_place = static_cast<std::uint32_t>(places);
    nodes_[node].mask = static_cast<std::uint16_t>(size - 1);
    places += size;
  }
  places_.resize(places);
  for (const Edge& edge : edges) {
    const Node& node = nodes_[edge.parent];
    std::uint32_t at = place_of(edge.shape);
    while (places_[node.first_place + (at & node.mask)].shape != kNoShape) {
      ++at;
    }
    places_[node.first_place + (at & node.mask)] = {edge.shape, edge.child};
  }
}

}  // namespace copse
