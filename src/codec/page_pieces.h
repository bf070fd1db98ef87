// Work over the pages of an image, in pieces that do not depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/check.h"
#include "core/parallel.h"

namespace copse {

// Calls work(thread, begin, end) for pieces of [0, pages), in any order, and done(begin, end) for
// each after that, in ascending order and on the calling thread. REQUIRES: threads > 0.
template <typename Work, typename Done>
void for_each_piece(std::size_t pages, std::size_t piece_pages, unsigned threads, const Work& work,
                    const Done& done) {
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  const std::size_t pieces = (pages + piece_pages - 1) / piece_pages;
  const auto work_on = [&](unsigned thread, std::size_t piece) {
    const Range range{piece * piece_pages, std::min(pages, (piece + 1) * piece_pages)};
    work(thread, range.begin, range.end);
    return range;
  };
  const auto finish = [&](std::size_t, Range range) {
    done(range.begin, range.end);
    return true;
  };
  if (threads == 1 || pieces < 2) {
    for (std::size_t piece = 0; piece < pieces; ++piece)
      finish(piece, work_on(0, piece));
    return;
  }
  ParallelOptions options;
  options.threads = threads;
  const bool whole = parallel_map<Range>(pieces, options, work_on, finish);
  COPSE_CHECK(whole);
}

template <typename Work>
void for_each_piece(std::size_t pages, std::size_t piece_pages, unsigned threads,
                    const Work& work) {
  for_each_piece(pages, piece_pages, threads, work, [](std::size_t, std::size_t) {});
}

}  // namespace copse
