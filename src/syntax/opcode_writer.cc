// Decisions to opcodes: at each node the macro that takes most of the decisions to come.
#include <utility>

#include "syntax/tree_facts.h"

namespace copse {
namespace {

class ToBytes {
 public:
  void opcode(TableId, std::uint32_t opcode) {
    bytes_.push_back(static_cast<std::uint8_t>(opcode));
  }
  void number(NumberRole, std::uint64_t value) { ByteWriter(bytes_).varint(value); }
  Bytes& bytes() { return bytes_; }

 private:
  Bytes bytes_;
};

class ToShares {
 public:
  ToShares(const TreeModel& model, RansEncoder& out)
      : macros_(model.macros()), numbers_(model.numbers()), out_(out) {}

  void opcode(TableId table, std::uint32_t opcode) { out_.put(macros_.share_of(table, opcode)); }
  void number(NumberRole role, std::uint64_t value) { numbers_.put(out_, role, value); }

 private:
  const MacroSet& macros_;
  const NumberTables& numbers_;
  RansEncoder& out_;
};

template <typename Out>
class OpcodeWriter {
 public:
  OpcodeWriter(const TreeModel& model, const BlockFacts& facts, Out& out)
      : model_(model), trie_(model.macros().trie()), facts_(facts), out_(out) {
    for (const OpenList& list : facts.open_lists) {
      push(list.shape, list.child_end);
    }
  }

  // How many operations it took.
  std::uint32_t write() {
    const auto count = static_cast<std::uint32_t>(facts_.decisions.size());
    std::uint32_t at = 0;
    for (go_on_lists(at); at < count; go_on_lists(at)) {
      at = write_decision(at);
    }
    return operations_;
  }

 private:
  struct List {
    std::uint32_t next;
    std::uint32_t last;
    std::uint32_t child_end;
    bool ends;
  };

  void push(const SpeltShape& shape, std::uint32_t child_end) {
    lists_.push_back({shape.first, shape.last, child_end, shape.ends});
  }

  // Lists whose child is done name the next one, or end.
  void go_on_lists(std::uint32_t at) {
    while (!lists_.empty() && lists_.back().child_end == at) {
      List& list = lists_.back();
      if (list.next == list.last) {
        if (!list.ends) return;
        out_.number(NumberRole::Tag, 0);
        ++operations_;
        lists_.pop_back();
        continue;
      }
      const std::uint32_t tag = facts_.tags[list.next++];
      out_.number(NumberRole::Tag, model_.loose_number(tag));
      if (tag_is_leaf(tag)) {
        ++operations_;
        continue;
      }
      list.child_end = facts_.decisions[at].end;
      return;
    }
  }

  std::uint32_t write_decision(std::uint32_t at) {
    const Decision& decision = facts_.decisions[at];
    ++operations_;
    if (decision.shape == kNoShape) {
      if (decision.table != kNoTable) out_.opcode(decision.table, 0);
      const SpeltShape& spelt = facts_.spelt[decision.spelt];
      out_.number(NumberRole::Shape, 0);
      out_.number(NumberRole::Production, spelt.production);
      push(spelt, at + 1);
      return at + 1;
    }
    if (decision.table != kNoTable) {
      std::uint32_t taken = 0;
      out_.opcode(decision.table, best_macro(at, taken));
      if (taken > 0) return at + taken;
    }
    out_.number(NumberRole::Shape, decision.shape + std::uint64_t{1});
    return at + 1;
  }

  // 0 when none fits: the shape is not in the table.
  std::uint32_t best_macro(std::uint32_t at, std::uint32_t& taken) const {
    const Decision& root = facts_.decisions[at];
    const bool crosses = root.end == Decision::kOpenEnd;
    std::uint32_t node = root.table;
    std::uint32_t best = 0;
    for (std::uint32_t i = at;;) {
      node = trie_.next(node, facts_.decisions[i].shape);
      if (node == ShapeTrie::kNone) break;
      ++i;
      if (trie_.value(node) != 0) {
        best = trie_.value(node);
        taken = i - at;
      }
      // A node that the next block goes on with must be known by its shape alone.
      if (crosses || i >= root.end || !trie_.goes_on(node)) break;
      if (facts_.decisions[i].shape == kNoShape) break;
    }
    return best;
  }

  const TreeModel& model_;
  const ShapeTrie& trie_;
  const BlockFacts& facts_;
  std::vector<List> lists_;
  std::uint32_t operations_ = 0;
  Out& out_;
};

}  // namespace

Bytes write_opcodes(const TreeModel& model, const BlockFacts& facts, std::uint32_t& operations) {
  ToBytes out;
  operations = OpcodeWriter<ToBytes>(model, facts, out).write();
  return std::move(out.bytes());
}

void put_opcodes(const TreeModel& model, const BlockFacts& facts, RansEncoder& out,
                 std::uint32_t& operations) {
  ToShares shares(model, out);
  operations = OpcodeWriter<ToShares>(model, facts, shares).write();
}

}  // namespace copse
