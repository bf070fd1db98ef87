// Macro-opcodes: the productions that often stand below one another, as one opcode.
//
// Where a node stands decides its table, and a table has up to 255 opcodes. Each stands for a
// *macro*: the node's shape, and those of the descendants whose shapes come next in preorder, as
// many as were found to go together. What such a macro looks like, node by node, is its template:
//
//   Open   an internal node whose shape the macro knows; its children follow
//   Leaf   a leaf
//   Hole   an internal node whose shape the next opcode says, by the hole's table
//
// A table's macros are the paths of a trie, kept by models as docs/formats/tree.md says. Immutable
// after loading; may be read by many threads.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "codec/rans.h"
#include "core/bytes.h"
#include "syntax/shape_trie.h"
#include "syntax/tree_tags.h"

namespace copse {

class ShapeRuns;
class TreeModel;

enum class ItemKind : std::uint8_t {
  Leaf,
  MarkedLeaf,  // missing, or an ERROR
  Open,
  Hole,
};

struct TemplateItem {
  std::uint32_t tag = 0;  // as in CopseFlatNode, an Open's production included
  std::uint32_t ref = 0;  // Leaf: its class in the span rules; Hole: its table
  ItemKind kind = ItemKind::Leaf;
  std::uint8_t itself = 0;   // COPSE_TAG_SHOWS_*: how its own visibility shows in its parent
  std::uint16_t closes = 0;  // nodes that end behind it (behind what fills it, for a Hole)
};

// Items [first_item, first_item + item_count), the first of them the node itself: an Open whose
// symbol and visibility its place decides, so that its tag holds the production alone.
struct Template {
  std::uint32_t first_item = 0;
  std::uint32_t item_count = 0;
  std::uint32_t first_hole = 0;
  std::uint32_t hole_count = 0;
};

class MacroSet {
 public:
  // On disk: opcode 0 is the escape.
  static constexpr std::uint32_t kOpcodesMax = 255;
  // Decisions that one macro may take.
  static constexpr std::uint32_t kDepthMax = 24;
  // Items of all templates: 64 MB.
  static constexpr std::size_t kItemsMax = std::size_t{1} << 22;

  // Templates of all shapes; no macros yet. REQUIRES: the model's shapes and tables are loaded, and
  // the shapes with all their children are fewer than kItemsMax.
  explicit MacroSet(const TreeModel& model);
  ~MacroSet();
  MacroSet(const MacroSet&) = delete;
  MacroSet& operator=(const MacroSet&) = delete;

  // Reads the macros of all tables. Fails the reader when something is out of range.
  void read(ByteReader& in);
  // What stands in for macros when there are none: an opcode for each shape of a table.
  void assume_single_shapes();

  const Template& of_shape(ShapeId shape) const { return templates_[shape]; }
  // REQUIRES: 1 <= opcode <= opcode_count(table).
  const Template& of_opcode(TableId table, std::uint32_t opcode) const {
    return templates_[codes_[table].first_template + opcode - 1];
  }
  std::uint32_t opcode_count(TableId table) const { return codes_[table].opcode_count; }
  const TemplateItem* items(const Template& t) const { return items_.data() + t.first_item; }
  std::span<const TableId> holes(const Template& t) const {
    return {holes_.data() + t.first_hole, t.hole_count};
  }

  // A template's place in all_templates(). REQUIRES: as for of_opcode().
  std::uint32_t index_of_opcode(TableId table, std::uint32_t opcode) const {
    return codes_[table].first_template + opcode - 1;
  }
  static std::uint32_t index_of_shape(ShapeId shape) { return shape; }
  std::span<const TemplateItem> all_items() const { return items_; }
  std::span<const Template> all_templates() const { return templates_; }
  // The templates as runs of nodes. Made at the first call; thread-safe.
  const ShapeRuns& runs() const;

  // The opcode (0: escape) that holds that part of the scale, and its share.
  std::uint32_t opcode_at(TableId table, std::uint32_t slot, RansShare& share) const {
    const Code& code = codes_[table];
    const std::uint16_t* starts = starts_.data() + code.first_start;
    std::uint32_t k = hints_[code.first_hint + (slot >> kHintShift)];
    // Counting costs less than guessing wrongly where to stop.
    std::uint32_t passed = 0;
    do {
      passed = count_not_above(starts + k + 1, slot);
      k += passed;
    } while (passed == kStartsAtOnce);
    share = {starts[k], static_cast<std::uint16_t>(starts[k + 1] - starts[k])};
    return k < code.opcode_count ? k + 1 : 0;
  }
  RansShare share_of(TableId table, std::uint32_t opcode) const {
    const Code& code = codes_[table];
    const std::uint32_t k = opcode == 0 ? code.opcode_count : opcode - 1;
    const std::uint16_t* starts = starts_.data() + code.first_start;
    return {starts[k], static_cast<std::uint16_t>(starts[k + 1] - starts[k])};
  }

  // For encoders: the shapes of all macros below their tables, which are its roots; a node's value
  // is the opcode of the macro that ends there, or 0. Made at the first call;
  // thread-safe.
  const ShapeTrie& trie() const;

  std::size_t memory_bytes() const;

 private:
  // Starts that are looked at together; as many that no slot reaches stand behind each table's.
  static constexpr std::uint32_t kStartsAtOnce = 8;
  static constexpr std::uint16_t kNoStart = INT16_MAX;
  static constexpr unsigned kHintBits = 6;
  static constexpr unsigned kHintShift = kRansScaleBits - kHintBits;

  // How many of kStartsAtOnce ascending numbers are not above `slot`. All are below 2^15.
  static std::uint32_t count_not_above(const std::uint16_t* starts, std::uint32_t slot) {
#ifdef __SSE2__
    const __m128i numbers = _mm_loadu_si128(reinterpret_cast<const __m128i*>(starts));
    const __m128i above = _mm_cmpgt_epi16(numbers, _mm_set1_epi16(static_cast<short>(slot)));
    const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(above));
    return static_cast<std::uint32_t>(std::countr_zero(bits | 0x10000U)) / 2;
#else
    std::uint32_t count = 0;
    while (count < kStartsAtOnce && starts[count] <= slot)
      ++count;
    return count;
#endif
  }

  // A table's opcodes, most frequent first.
  struct Code {
    std::uint32_t first_template = 0;
    std::uint32_t first_start = 0;  // opcode_count + 2 of them: the escape comes last
    std::uint32_t first_hint = 0;
    std::uint32_t opcode_count = 0;
  };
  // A macro as it was read: the shapes it takes, and how often.
  struct Found {
    std::uint32_t trie_node = 0;
    std::uint32_t frequency = 0;
    std::vector<ShapeId> shapes;
  };

  void read_table(ByteReader& in, TableId table);
  // False when not all of them fit any more.
  bool finish_table(TableId table, std::uint32_t escape, std::vector<Found> found);
  bool add_template(std::span<const ShapeId> shapes);
  void write_starts(const std::vector<std::uint32_t>& frequencies);
  std::uint32_t new_trie_node(std::uint32_t parent, ShapeId shape);

  const TreeModel& model_;
  std::vector<TemplateItem> items_;
  std::vector<TableId> holes_;
  std::vector<Template> templates_;
  std::vector<Code> codes_;
  std::vector<std::uint16_t> starts_;
  std::vector<std::uint8_t> hints_;
  std::vector<ShapeTrie::Edge> edges_;
  std::vector<std::uint8_t> ends_;  // by trie node: its opcode

  mutable std::once_flag runs_once_;
  mutable std::unique_ptr<const ShapeRuns> runs_;
  mutable std::once_flag trie_once_;
  mutable ShapeTrie trie_;
};

}  // namespace copse
