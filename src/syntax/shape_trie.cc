// Lays a trie's nodes out.
#include "syntax/shape_trie.h"

#include <bit>

#include "core/check.h"

namespace copse {

ShapeTrie::ShapeTrie(std::uint32_t roots, std::span<const std::uint8_t> values,
                     std::span<const Edge> edges, std::vector<std::uint32_t>* numbers)
    : free_(roots) {
  std::vector<std::uint32_t> counts(values.size());
  for (const Edge& edge : edges) {
    ++counts[edge.parent];
  }
  // Where each node's children begin, and in how many places they lie.
  std::vector<std::uint32_t> first(values.size(), free_);
  std::vector<std::uint8_t> size_bits(values.size());
  std::uint64_t places = std::uint64_t{roots} + 1;
  for (std::size_t node = 0; node < values.size(); ++node) {
    if (counts[node] == 0) continue;
    COPSE_CHECK(counts[node] <= kEdgesMax);
    const std::uint32_t wanted = counts[node] == 1 ? 1 : counts[node] + counts[node] / 2;
    first[node] = static_cast<std::uint32_t>(places);
    size_bits[node] = static_cast<std::uint8_t>(std::bit_width(std::bit_ceil(wanted)) - 1);
    places += std::uint64_t{1} << size_bits[node];
  }
  COPSE_CHECK(places <= kPlaceBits);
  nodes_.resize(places);
  const auto set = [&](std::uint32_t place, std::uint32_t node) {
    nodes_[place].first = first[node] & kPlaceBits;
    nodes_[place].size_bits = size_bits[node] & 15U;
    nodes_[place].value = values[node];
    if (numbers != nullptr) (*numbers)[node] = place;
  };
  if (numbers != nullptr) numbers->assign(values.size(), kNone);
  for (std::uint32_t root = 0; root < roots; ++root) {
    set(root, root);
  }
  for (const Edge& edge : edges) {
    const std::uint32_t mask = (1U << size_bits[edge.parent]) - 1;
    std::uint32_t at = place_of(edge.shape);
    while (nodes_[first[edge.parent] + (at & mask)].shape != kNoNode) {
      ++at;
    }
    const std::uint32_t place = first[edge.parent] + (at & mask);
    nodes_[place].shape = edge.shape & kShapesMax;
    set(place, edge.child);
  }
}

}  // namespace copse
