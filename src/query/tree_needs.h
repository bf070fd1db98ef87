// What a tree must have for a query or a rule to match in it: for leaving out files by an inverted
// index. It may ask for too little, never for too much.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace copse {

struct TreeNeeds {
  struct Atom {
    enum class Kind : std::uint8_t { Symbol, Edge, Word } kind;
    std::uint16_t parent, field, symbol;
    std::string word;
  };
  struct Conjunction {
    std::vector<std::vector<Atom>> clauses;
  };
  std::vector<Conjunction> alternatives;  // one of them must hold; empty: anything may match
};

}  // namespace copse
