// Sources to search that nobody wrote: damaged ones, and token soup.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "subject.h"

namespace copse::query_differential {

inline std::size_t below(std::mt19937_64& random, std::size_t limit) {
  return limit == 0 ? 0 : static_cast<std::size_t>(random() % limit);
}

// Some bytes here and there are cut out or doubled, so that ERROR and MISSING nodes come about.
inline std::string damaged(std::string source, std::mt19937_64& random) {
  const std::size_t wounds = 2 + below(random, 2 + source.size() / 150);
  for (std::size_t i = 0; i < wounds && !source.empty(); ++i) {
    const std::size_t at = below(random, source.size());
    const std::size_t size = 1 + below(random, below(random, 4) == 0 ? 30 : 3);
    if (below(random, 5) == 0) {
      source.insert(at, source.substr(below(random, source.size()), size));
    } else {
      source.erase(at, size);
    }
  }
  return source;
}

// The tokens of a source, with what stands before each.
inline std::vector<std::string> tokens_of(const Subject& subject) {
  std::vector<std::string> tokens;
  std::uint32_t end = 0;
  TSTreeCursor cursor = ts_tree_cursor_new(subject.root());
  for (bool more = true; more;) {
    if (ts_tree_cursor_goto_first_child(&cursor)) continue;
    const std::uint32_t begin = end;
    end = std::max(end, ts_node_end_byte(ts_tree_cursor_current_node(&cursor)));
    if (begin < end) tokens.push_back(subject.source().substr(begin, end - begin));
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      more = ts_tree_cursor_goto_parent(&cursor);
      if (!more) break;
    }
  }
  ts_tree_cursor_delete(&cursor);
  return tokens;
}

// Runs of a source's tokens, in an order of their own.
inline std::string token_soup(const std::vector<std::string>& tokens, std::mt19937_64& random) {
  std::string soup;
  const std::size_t runs = 1 + below(random, 25);
  for (std::size_t i = 0; i < runs && !tokens.empty(); ++i) {
    std::size_t at = below(random, tokens.size());
    const std::size_t size = 1 + below(random, 14);
    for (std::size_t k = 0; k < size && at < tokens.size(); ++k, ++at) {
      if (below(random, 12) != 0) soup += tokens[at];
    }
    if (below(random, 6) == 0) soup += "\n";
  }
  return soup;
}

}  // namespace copse::query_differential
