// What a file contains, for finding it by that: kinds of nodes, edges between them, words.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "postings/word_rules.h"
#include "syntax/flat_node.h"
#include "syntax/grammar.h"

namespace copse {

// A visible node, its visible parent, and the field that a query's cursor sees it in (0: none).
// Symbols are public ones, aliases considered: what ts_node_symbol() says.
struct FactEdge {
  std::uint16_t parent = 0;
  std::uint16_t field = 0;
  std::uint16_t child = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null in the default
  auto operator<=>(const FactEdge&) const = default;
};

// Of one tree and its source. Sets: no order, none twice.
//
// Words are complete: of every node, each word (word_rules.h) of the node's text is in `words`,
// unless the rules leave it out or `any_word` is set. Words that the ends of nodes cut out of
// longer ones are there too, and so are some that no node has.
struct DocumentFacts {
  std::vector<std::uint16_t> kinds;  // of visible nodes, COPSE_SYMBOL_ERROR included
  std::vector<FactEdge> edges;
  std::vector<std::uint32_t> words;  // hashes
  bool has_missing = false;          // a visible missing node
  bool any_word = false;  // nodes cut a word into too many pieces: nothing is known about words

  // What all of it takes, for those who gather facts.
  std::size_t memory_bytes() const {
    return kinds.size() * sizeof(std::uint16_t) + edges.size() * sizeof(FactEdge) +
           words.size() * sizeof(std::uint32_t) + sizeof(DocumentFacts);
  }
};

// Sorts each part: equal facts are then equal vectors.
void sort_facts(DocumentFacts& facts);

// As parse processes send them; the reader checks lengths and that symbols and fields are of the
// grammar.
Bytes write_facts(const DocumentFacts& facts);
Result<DocumentFacts> read_facts(ByteView bytes, const Grammar& grammar);

// Pieces of one word, cut by ends of nodes, of which all that stand together are noted.
inline constexpr std::size_t kWordPiecesMax = 6;

// Collects the facts of one file after another, of one grammar. For one thread; keeps tables of
// some hundred kilobytes between files. Cost: a few nanoseconds a node and about one a source byte.
class FactCollector {
 public:
  explicit FactCollector(std::shared_ptr<const Grammar> grammar);

  // REQUIRES: the nodes are a whole tree of the grammar.
  DocumentFacts collect(std::span<const CopseFlatNode> nodes, std::string_view source);

  const WordRules& words() const { return rules_; }

 private:
  // What a production says of its children that are no extras, by their rank.
  struct ChildNames {
    const std::uint16_t* aliases = nullptr;
    const std::uint16_t* fields = nullptr;
    std::uint32_t alias_count = 0;
    std::uint32_t field_count = 0;
  };
  struct Symbol {
    std::uint16_t shown = 0;  // the public one
    bool visible = false;
  };
  // An open node, hidden or not.
  struct Level {
    std::uint32_t end = 0;
    std::uint32_t structural = 0;
    const ChildNames* names = nullptr;
    std::uint16_t parent = 0;  // public symbol of the visible node that its children belong to
    std::uint16_t field = 0;   // what its children get when their own production names none
  };
  // Edges that were ever met, each with the file it was met in last.
  struct EdgeSlot {
    std::uint64_t key = 0;  // 0: empty; else the edge and bit 48
    std::uint32_t file = 0;
  };

  void note_kind(std::uint16_t kind);
  // Whether it is new to the file.
  bool note_edge(const FactEdge& edge);
  bool find_edge(const FactEdge& edge, std::uint64_t key, std::size_t hash);
  void grow_edges();
  void note_cut(std::size_t at);
  void walk(std::span<const CopseFlatNode> nodes);
  void collect_words();
  void note_pieces(std::size_t begin, std::size_t end, const std::size_t* first_cut,
                   const std::size_t* last_cut);
  void note_word(std::size_t begin, std::size_t end);
  void grow_words();

  std::shared_ptr<const Grammar> grammar_;
  WordRules rules_;
  std::vector<std::uint16_t> field_table_;
  std::vector<ChildNames> names_;         // by production
  std::vector<Symbol> symbols_;           // by symbol + 2, ERROR and its repetition first
  std::vector<std::uint32_t> kind_file_;  // likewise: the file it was met in last
  std::vector<EdgeSlot> edges_;
  std::size_t edge_count_ = 0;
  std::array<std::uint64_t, 512> recent_edges_{};  // keys that this file has, by their hashes
  std::uint32_t file_ = 0;                         // the current one
  std::vector<Level> levels_;
  std::vector<std::uint32_t> word_slots_;

  std::string_view source_;
  std::vector<std::size_t> cuts_;
  DocumentFacts facts_;
};

}  // namespace copse
