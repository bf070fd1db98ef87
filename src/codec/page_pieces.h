// Work over the pages of an image, in pieces that do not depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>

#include "copse/result.h"

#include "core/check.h"
#include "core/parallel.h"

namespace copse {

// Calls work(thread, begin, end) for pieces of [0, pages), in any order. REQUIRES: threads > 0.
template <typename Work>
void for_each_piece(std::size_t pages, std::size_t piece_pages, unsigned threads,
                    const Work& work) {
  const std::size_t pieces = (pages + piece_pages - 1) / piece_pages;
  const auto work_on = [&](unsigned thread, std::size_t piece) {
    work(thread, piece * piece_pages, std::min(pages, (piece + 1) * piece_pages));
    return Done{};
  };
  if (threads == 1 || pieces < 2) {
    for (std::size_t piece = 0; piece < pieces; ++piece)
      work_on(0, piece);
    return;
  }
  ParallelOptions options;
  options.threads = threads;
  options.delivery = Delivery::AsTheyCome;
  const bool whole =
      parallel_map<Done>(pieces, options, work_on, [](std::size_t, Done) { return true; });
  COPSE_CHECK(whole);
}

}  // namespace copse
