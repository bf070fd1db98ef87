// Says of a source that nothing can match in its tree, before the tree is read: the texts of
// TreeNeeds are not in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/tree_needs.h"

namespace copse {

// Whether one of several texts occurs in another. Immutable; for many threads. Compares two bytes
// of each text at 32 places at once and looks at the rest where both agree (the "generic SIMD"
// search of Mula, "SIMD-friendly algorithms for substring searching"), the two that are rarest in
// code.
class TextFinder {
 public:
  // REQUIRES: no text is empty.
  explicit TextFinder(std::vector<std::string> texts);

  bool occurs_in(std::string_view source) const;
  // The same without vector instructions.
  bool occurs_in_plainly(std::string_view source) const;

 private:
  // Two bytes of a text; the same one where it has no other.
  struct Probe {
    std::uint32_t text = 0;
    std::uint32_t first = 0;
    std::uint32_t second = 0;
  };

  bool occurs_at(const Probe& probe, std::string_view source, std::size_t at) const;
  bool occurs_from(std::string_view source, std::size_t begin) const;
  bool occurs_by_vectors(std::string_view source) const;

  std::vector<std::string> texts_;
  std::vector<Probe> probes_;
  std::size_t longest_ = 0;
};

// Immutable; for many threads.
class SourceFilter {
 public:
  explicit SourceFilter(const TreeNeeds& needs);

  // Whether it ever leaves anything out.
  bool is_usable() const { return !alternatives_.empty(); }
  // Cost: some ten GB/s, less the more texts there are.
  bool may_match(std::string_view source) const;

 private:
  // By alternative; all finders of one have to find something.
  std::vector<std::vector<TextFinder>> alternatives_;
};

}  // namespace copse
