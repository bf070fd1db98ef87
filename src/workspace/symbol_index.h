// The symbol segments of a store, and which of its files each of their documents is.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "copse/file_problem.h"

#include "postings/symbol_segment.h"
#include "store/store.h"

namespace copse {

// Immutable; for many threads. The store has to outlive it. Memory: eight bytes a file, and a dozen
// for each document.
class SymbolIndex {
 public:
  struct Segment {
    std::string frame;
    SymbolSegment symbols;
    // The files of document d are files[begins[d]] to files[begins[d + 1]].
    std::vector<std::uint32_t> begins;
    std::vector<std::uint32_t> files;

    std::span<const std::uint32_t> files_of(std::uint32_t document) const {
      return std::span(files).subspan(begins[document], begins[document + 1] - begins[document]);
    }
  };

  // A segment that cannot be used is a problem, and its files are as if there were none. Cost: each
  // record of the store once, about half a microsecond.
  static SymbolIndex open(const Store& store);

  const std::vector<Segment>& segments() const { return segments_; }
  // Files with a tree and a tags query that are in no segment, ascending.
  const std::vector<std::uint32_t>& uncovered() const { return uncovered_; }
  // Languages that have files with trees, and no tags query.
  const std::vector<std::string>& without_tags() const { return without_tags_; }
  const std::vector<FileProblem>& problems() const { return problems_; }

 private:
  void open_segments(const Store& store);

  std::vector<Segment> segments_;
  std::vector<std::uint32_t> uncovered_;
  std::vector<std::string> without_tags_;
  std::vector<FileProblem> problems_;
};

}  // namespace copse
