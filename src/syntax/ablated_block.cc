// Opcodes as ever; numbers, tags and positions as the phases say.
#include "syntax/ablated_block.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "syntax/ablated_numbers.h"
#include "syntax/bytecode_walk.h"
#include "syntax/operation_walk.h"
#include "syntax/span_predictor.h"

namespace copse {
namespace {

constexpr unsigned kStartStated = 2;
constexpr unsigned kSizeStated = 1;

// An exception to the span rules.
struct Exception {
  std::uint32_t ordinal = 0;  // among the leaves of the block
  unsigned parts = 0;
  std::uint64_t start = 0;  // or, with deltas, padding
  std::uint64_t size = 0;
};

// ---- operations --------------------------------------------------------------------------------

class ToAblated {
 public:
  ToAblated(const TreeModel& model, TreePhases phases, AblatedWriter& out)
      : model_(model), phases_(phases), out_(out) {}

  void opcode(const MacroSet& /*macros*/, TableId table, std::uint32_t opcode) {
    out_.opcode(table, opcode);
  }

  void number(NumberRole role, std::uint64_t value) {
    if (value != 0 && role == NumberRole::Tag) {
      loose(static_cast<std::uint32_t>(value));
    } else if (value != 0 && role == NumberRole::Shape && !phases_.on(TreePhase::Interning)) {
      out_.number(role, 1);
      out_.shape(model_.shape(static_cast<ShapeId>(value - 1)));
    } else {
      out_.number(role, value);
    }
  }

 private:
  // 0 ends a list, so the first number of a tag is never 0.
  void loose(std::uint32_t number) {
    if (!phases_.on(TreePhase::Interning)) {
      out_.tag(model_.loose_tag(number), 1);
    } else if (number <= model_.loose_tag_count()) {
      out_.number(NumberRole::Tag, number);
    } else {
      out_.tag(model_.loose_tag(number), model_.loose_tag_count() + 1);
    }
  }

  const TreeModel& model_;
  TreePhases phases_;
  AblatedWriter& out_;
};

class FromAblated {
 public:
  FromAblated(const TreeModel& model, TreePhases phases, AblatedReader& in)
      : model_(model), phases_(phases), in_(in) {}

  std::uint32_t opcode(const MacroSet& /*macros*/, TableId table) { return in_.opcode(table); }

  std::uint64_t number(NumberRole role) {
    const std::uint32_t value = in_.number(role);
    if (value == 0 || in_.failed()) return 0;
    if (role == NumberRole::Tag) return loose(value);
    if (role != NumberRole::Shape || phases_.on(TreePhase::Interning)) return value;
    if (value != 1) in_.fail();
    const ShapeId shape = in_.shape();
    return shape == kNoShape ? 0 : shape + std::uint64_t{1};
  }

  bool failed() const { return in_.failed(); }

 private:
  std::uint64_t loose(std::uint32_t value) {
    const std::uint32_t named =
        phases_.on(TreePhase::Interning) ? model_.loose_tag_count() : std::uint32_t{0};
    if (value <= named) return value;
    const std::uint32_t tag = in_.tag_from(value - named - 1);
    return tag == TreeModel::kNoTag ? 0 : model_.loose_number(tag);
  }

  const TreeModel& model_;
  TreePhases phases_;
  AblatedReader& in_;
};

// ---- spans -------------------------------------------------------------------------------------

// The exceptions of a block with absolute places and starts.
std::vector<Exception> absolute_exceptions(const TreeBlock& block, const FlatTree& tree,
                                           ByteView spans) {
  std::vector<Exception> exceptions;
  std::uint32_t node = block.first_node;
  std::uint32_t leaves = 0;
  for (ByteReader in(spans); !in.at_end();) {
    const std::uint64_t coded = in.varint();
    Exception exception;
    exception.ordinal = static_cast<std::uint32_t>(leaves + (coded >> 2));
    exception.parts = static_cast<unsigned>(coded & 3);
    if ((exception.parts & kStartStated) != 0) in.varint();
    if ((exception.parts & kSizeStated) != 0) in.varint();
    for (;; ++node) {
      if (!copse_node_is_leaf(&tree.nodes[node])) continue;
      if (leaves++ == exception.ordinal) break;
    }
    exception.start = tree.nodes[node].start;
    exception.size = tree.nodes[node++].extent;
    exceptions.push_back(exception);
  }
  return exceptions;
}

std::vector<Exception> relative_exceptions(ByteView spans) {
  std::vector<Exception> exceptions;
  std::uint32_t leaves = 0;
  for (ByteReader in(spans); !in.at_end();) {
    const std::uint64_t coded = in.varint();
    Exception exception;
    exception.ordinal = static_cast<std::uint32_t>(leaves + (coded >> 2));
    exception.parts = static_cast<unsigned>(coded & 3);
    if ((exception.parts & kStartStated) != 0) exception.start = in.varint();
    if ((exception.parts & kSizeStated) != 0) exception.size = in.varint();
    leaves = exception.ordinal + 1;
    exceptions.push_back(exception);
  }
  return exceptions;
}

void put_exceptions(AblatedWriter& out, TreePhases phases,
                    const std::vector<Exception>& exceptions) {
  out.number(NumberRole::Count, exceptions.size());
  std::uint32_t leaves = 0;
  for (const Exception& exception : exceptions) {
    const std::uint64_t place =
        exception.ordinal - (phases.on(TreePhase::Delta) ? leaves : std::uint32_t{0});
    if (phases.on(TreePhase::Packing)) {
      out.number(NumberRole::Gap, place << 2 | exception.parts);
    } else {
      out.number(NumberRole::Gap, place);
      out.number(NumberRole::Gap, exception.parts);
    }
    if ((exception.parts & kStartStated) != 0) out.number(NumberRole::Padding, exception.start);
    if ((exception.parts & kSizeStated) != 0) out.number(NumberRole::Size, exception.size);
    leaves = exception.ordinal + 1;
  }
}

std::optional<std::vector<Exception>> take_exceptions(AblatedReader& in, TreePhases phases,
                                                      std::uint32_t leaves_max) {
  const std::uint32_t count = in.number(NumberRole::Count);
  if (in.failed() || count > leaves_max) return std::nullopt;
  std::vector<Exception> exceptions;
  std::uint64_t leaves = 0;
  while (exceptions.size() < count) {
    const bool packed = phases.on(TreePhase::Packing);
    const std::uint32_t first = in.number(NumberRole::Gap);
    Exception exception;
    exception.parts = packed ? first & 3 : in.number(NumberRole::Gap);
    const std::uint64_t ordinal =
        (packed ? first >> 2 : first) + (phases.on(TreePhase::Delta) ? leaves : std::uint64_t{0});
    if ((exception.parts & kStartStated) != 0) exception.start = in.number(NumberRole::Padding);
    if ((exception.parts & kSizeStated) != 0) exception.size = in.number(NumberRole::Size);
    const bool in_order = ordinal >= leaves && ordinal < leaves_max;
    if (in.failed() || !in_order || exception.parts == 0 || exception.parts > 3) {
      return std::nullopt;
    }
    exception.ordinal = static_cast<std::uint32_t>(ordinal);
    leaves = ordinal + 1;
    exceptions.push_back(exception);
  }
  return exceptions;
}

// As they stand in bytecode. REQUIRES: starts are paddings.
Bytes exception_stream(const std::vector<Exception>& exceptions) {
  Bytes spans;
  ByteWriter out(spans);
  std::uint32_t leaves = 0;
  for (const Exception& exception : exceptions) {
    out.varint(std::uint64_t{exception.ordinal - leaves} << 2 | exception.parts);
    if ((exception.parts & kStartStated) != 0) out.varint(exception.start);
    if ((exception.parts & kSizeStated) != 0) out.varint(exception.size);
    leaves = exception.ordinal + 1;
  }
  return spans;
}

// Makes paddings of absolute starts: only a walk over all leaves knows where the one before ends.
class PaddingSink {
 public:
  PaddingSink(const TreeModel& model, const TreeBlock& block, std::string_view source,
              std::vector<Exception>& exceptions)
      : predictor_(model.span_rules(), source, block.end_byte),
        exceptions_(exceptions),
        end_node_(block.end_node),
        limit_(block.end_byte),
        node_(block.first_node),
        position_(block.begin_byte) {}

  bool open(std::uint32_t /*tag*/, std::uint8_t /*itself*/) {
    ++node_;
    return true;
  }

  bool leaf(const TemplateItem& item) {
    ++node_;
    std::uint32_t start = 0;
    std::uint32_t size = 0;
    const std::uint32_t ordinal = leaves_++;
    if (next_ == exceptions_.size() || exceptions_[next_].ordinal != ordinal) {
      start = predictor_.start(item.ref, position_);
      size = predictor_.size(item.ref, start);
    } else if (!stated(item.ref, exceptions_[next_++], start, size)) {
      return false;
    }
    predictor_.accept(item.ref, start, size);
    position_ = start + size;
    return true;
  }

  void close() {}
  bool full() const { return node_ == end_node_; }
  const char* fault() const { return "a token lies outside its block"; }
  bool all_used() const { return next_ == exceptions_.size(); }

 private:
  bool stated(std::uint32_t leaf_class, Exception& exception, std::uint32_t& start,
              std::uint32_t& size) {
    if ((exception.parts & kStartStated) == 0) {
      start = predictor_.start(leaf_class, position_);
    } else if (exception.start < position_ || exception.start > limit_) {
      return false;
    } else {
      start = static_cast<std::uint32_t>(exception.start);
      exception.start -= position_;
    }
    if ((exception.parts & kSizeStated) == 0) {
      size = predictor_.size(leaf_class, start);
      return true;
    }
    size = static_cast<std::uint32_t>(exception.size);
    return exception.size <= limit_ - start;
  }

  SpanPredictor predictor_;
  std::vector<Exception>& exceptions_;
  std::uint32_t end_node_;
  std::uint32_t limit_;
  std::uint32_t node_;
  std::uint32_t position_;
  std::uint32_t leaves_ = 0;
  std::size_t next_ = 0;
};

// ---- lookaheads --------------------------------------------------------------------------------

void put_lookaheads(AblatedWriter& out, ByteView lookaheads) {
  std::vector<std::uint64_t> numbers;
  for (ByteReader in(lookaheads); !in.at_end();) {
    numbers.push_back(in.varint());
  }
  out.number(NumberRole::Count, numbers.size());
  for (const std::uint64_t number : numbers) {
    out.number(NumberRole::Lookahead, number);
  }
}

bool take_lookaheads(AblatedReader& in, std::uint32_t leaves_max, Bytes& lookaheads) {
  std::uint32_t count = in.number(NumberRole::Count);
  if (in.failed() || count > leaves_max) return false;
  for (; count > 0 && !in.failed(); --count) {
    ByteWriter(lookaheads).varint(in.number(NumberRole::Lookahead));
  }
  return !in.failed();
}

Error corrupt(const TreeBlock& block, const char* what) {
  return Error(ErrorCode::Corrupt, std::string("tree: ") + what + " (block of node " +
                                       std::to_string(block.first_node) + ")");
}

}  // namespace

Bytes write_ablated_block(const TreeModel& model, TreePhases phases, const TreeLayout& layout,
                          TreeBlock& block, const FlatTree& tree, const BlockFacts& facts) {
  const Bytes opcodes = write_opcodes(model, facts, block.operations);
  AblatedWriter out(model, phases, phases.on(TreePhase::Frozen));
  BytecodeSide from(opcodes);
  ToAblated to(model, phases, out);
  const bool whole = OperationWalk(model, layout, block, from, to).run();
  COPSE_CHECK(whole && from.at_end());
  put_exceptions(out, phases,
                 phases.on(TreePhase::Delta) ? relative_exceptions(facts.spans)
                                             : absolute_exceptions(block, tree, facts.spans));
  put_lookaheads(out, facts.lookaheads);
  return out.finish();
}

Result<Bytes> read_ablated_block(const TreeModel& model, TreePhases phases,
                                 const TreeLayout& layout, const TreeBlock& block,
                                 std::string_view source) {
  AblatedReader in(model, phases, phases.on(TreePhase::Frozen), block.payload);
  FromAblated from(model, phases, in);
  ToBytecode to;
  const std::uint32_t leaves_max = block.end_node - block.first_node;
  if (!OperationWalk(model, layout, block, from, to).run()) {
    return corrupt(block, "its operations do not fit together");
  }
  auto exceptions = take_exceptions(in, phases, leaves_max);
  Bytes lookaheads;
  if (!exceptions || !take_lookaheads(in, leaves_max, lookaheads) || !in.at_clean_end()) {
    return corrupt(block, "a stream is damaged");
  }
  if (!phases.on(TreePhase::Delta)) {
    PaddingSink sink(model, block, source, *exceptions);
    BytecodeSide operations(to.bytes());
    const char* fault = BytecodeWalk<PaddingSink>(model, layout, operations, sink).run(block);
    if (fault == nullptr && !sink.all_used()) fault = "has more exceptions than tokens";
    if (fault != nullptr) return corrupt(block, fault);
  }
  return BytecodeBlock{to.bytes(), exception_stream(*exceptions), lookaheads}.write();
}

}  // namespace copse
