// What a tree and its source must have for anything to match: lets an index leave out files, and a
// look at a source the tree.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace copse {

struct TreeNeeds {
  struct Atom {
    // Symbol: a visible node that shows as `symbol`.
    // Edge: one that shows as `symbol` right below one that shows as `parent`, in `field`; 0 stands
    //       for any.
    // Word: a maximal run of [A-Za-z0-9_] and bytes from 0x80 in the text of a node.
    enum class Kind : std::uint8_t { Symbol, Edge, Word };

    Kind kind = Kind::Symbol;
    std::uint16_t parent = 0;
    std::uint16_t field = 0;
    std::uint16_t symbol = 0;
    std::string word;

    bool operator==(const Atom&) const = default;
  };
  // Each clause must hold; a clause holds when one of its atoms does.
  struct Conjunction {
    std::vector<std::vector<Atom>> clauses;
    // The same of texts: the source has one of each list somewhere. No index knows these.
    std::vector<std::vector<std::string>> texts;

    bool says_nothing() const { return clauses.empty() && texts.empty(); }
  };

  // One of these must hold. Empty: anything may match.
  std::vector<Conjunction> alternatives;
};

}  // namespace copse
