// The small form: shapes coded by place and source. Encoder and decoder follow the tree and its
// source in the same steps; only what a step does with a shape differs.
#include <string>

#include "syntax/block_coder.h"
#include "syntax/leaf_spans.h"
#include "syntax/side_streams.h"

namespace copse {
namespace {

enum class Step { Done, Stop, Failed };

class SmallEncoder {
 public:
  SmallEncoder(const TreeModel& model, const BlockFacts& facts, RansEncoder& out)
      : model_(model), facts_(facts), out_(out) {
    for (const OpenList& list : facts.open_lists) {
      lists_.push_back(list.shape);
    }
  }

  Step shape(TableId table, const SourceFeature& feature, ShapeId& shape) {
    if (next_ == facts_.decisions.size()) return Step::Stop;
    const Decision& decision = facts_.decisions[next_++];
    shape = decision.shape;
    if (table != kNoTable && put_shape(table, feature, shape)) return Step::Done;
    const NumberTables& numbers = model_.numbers();
    if (shape != kNoShape) {
      numbers.put(out_, NumberRole::Shape, shape + std::uint64_t{1});
      return Step::Done;
    }
    const SpeltShape& spelt = facts_.spelt[decision.spelt];
    numbers.put(out_, NumberRole::Shape, 0);
    numbers.put(out_, NumberRole::Production, spelt.production);
    lists_.push_back(spelt);
    return Step::Done;
  }

  // The next child's tag; kNoTag ends the list.
  Step tag(std::uint32_t& tag) {
    SpeltShape& list = lists_.back();
    if (list.first == list.last && !list.ends) return Step::Stop;
    tag = list.first == list.last ? TreeModel::kNoTag : facts_.tags[list.first++];
    const bool ends = tag == TreeModel::kNoTag;
    model_.numbers().put(out_, NumberRole::Tag, ends ? 0 : model_.loose_number(tag));
    if (ends) lists_.pop_back();
    return Step::Done;
  }

  void closed(std::uint32_t) {}
  std::uint32_t decisions() const { return next_; }

 private:
  bool put_shape(TableId table, const SourceFeature& feature, ShapeId shape) {
    const SourceContexts& contexts = model_.contexts();
    const SourceContexts::Context* orders[3];
    const unsigned count = contexts.orders(table, feature, orders);
    for (unsigned order = 0; order < count; ++order) {
      const RansShare share = contexts.share_of(*orders[order], shape);
      if (shape != kNoShape && share.frequency != 0) {
        out_.put(share);
        return true;
      }
      out_.put(contexts.share_of(*orders[order], kNoShape));
    }
    return false;
  }

  const TreeModel& model_;
  const BlockFacts& facts_;
  RansEncoder& out_;
  std::uint32_t next_ = 0;
  std::vector<SpeltShape> lists_;
};

class SmallDecoder {
 public:
  SmallDecoder(const TreeModel& model, BlockFacts& facts, RansDecoder& in)
      : model_(model), facts_(facts), in_(in) {}

  // A list that was open where the block begins; its child, if one is open too, is the next level.
  void resume_list(std::uint16_t production, bool has_open_child) {
    lists_.push_back({production, {}, static_cast<std::uint32_t>(facts_.open_lists.size()), true});
    facts_.open_lists.push_back(
        {{production, 0, 0, false}, has_open_child ? Decision::kOpenEnd : 0});
  }
  void open_child_closed(std::uint32_t list) {
    facts_.open_lists[list].child_end = static_cast<std::uint32_t>(facts_.decisions.size());
  }

  Step shape(TableId table, const SourceFeature& feature, ShapeId& shape) {
    Decision decision;
    decision.table = table;
    decision.end = Decision::kOpenEnd;
    shape = table == kNoTable ? kNoShape : take_shape(table, feature);
    if (shape == kNoShape) {
      const std::uint64_t coded = model_.numbers().take(in_, NumberRole::Shape);
      if (in_.damaged() || coded > model_.shape_count()) return Step::Failed;
      if (coded != 0) {
        shape = static_cast<ShapeId>(coded - 1);
      } else if (!begin_list(decision)) {
        return Step::Failed;
      }
    }
    decision.shape = shape;
    facts_.decisions.push_back(decision);
    return in_.damaged() ? Step::Failed : Step::Done;
  }

  Step tag(std::uint32_t& tag) {
    const std::uint64_t number = model_.numbers().take(in_, NumberRole::Tag);
    if (in_.damaged()) return Step::Failed;
    tag = TreeModel::kNoTag;
    if (number == 0) {
      end_list(true);
      return Step::Done;
    }
    tag = model_.loose_tag(number);
    if (tag == TreeModel::kNoTag) return Step::Failed;
    lists_.back().tags.push_back(tag);
    return Step::Done;
  }

  void closed(std::uint32_t decision) {
    if (decision < facts_.decisions.size()) {
      facts_.decisions[decision].end = static_cast<std::uint32_t>(facts_.decisions.size());
    }
  }
  std::uint32_t decisions() const { return static_cast<std::uint32_t>(facts_.decisions.size()); }

  // Lists that the next block goes on with.
  void finish() {
    while (!lists_.empty())
      end_list(false);
  }

 private:
  struct List {
    std::uint16_t production;
    std::vector<std::uint32_t> tags;
    std::uint32_t at;  // in facts.spelt, or in facts.open_lists
    bool resumed;
  };

  ShapeId take_shape(TableId table, const SourceFeature& feature) {
    const SourceContexts& contexts = model_.contexts();
    const SourceContexts::Context* orders[3];
    const unsigned count = contexts.orders(table, feature, orders);
    for (unsigned order = 0; order < count; ++order) {
      RansShare share;
      const ShapeId shape = contexts.shape_at(*orders[order], in_.slot(), share);
      in_.take(share.start, share.frequency);
      if (shape != kNoShape) return shape;
    }
    return kNoShape;
  }

  bool begin_list(Decision& decision) {
    const std::uint64_t production = model_.numbers().take(in_, NumberRole::Production);
    if (in_.damaged() || production >= model_.grammar().production_count()) return false;
    decision.spelt = static_cast<std::uint32_t>(facts_.spelt.size());
    facts_.spelt.push_back({static_cast<std::uint16_t>(production), 0, 0, true});
    lists_.push_back({static_cast<std::uint16_t>(production), {}, decision.spelt, false});
    return true;
  }

  void end_list(bool ends) {
    const List& list = lists_.back();
    SpeltShape& shape = list.resumed ? facts_.open_lists[list.at].shape : facts_.spelt[list.at];
    shape.first = static_cast<std::uint32_t>(facts_.tags.size());
    facts_.tags.insert(facts_.tags.end(), list.tags.begin(), list.tags.end());
    shape.last = static_cast<std::uint32_t>(facts_.tags.size());
    shape.ends = ends;
    lists_.pop_back();
  }

  const TreeModel& model_;
  BlockFacts& facts_;
  RansDecoder& in_;
  std::vector<List> lists_;
};

template <typename Coder>
class SmallWalk {
 public:
  SmallWalk(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
            std::string_view source, ByteView spans, Coder& coder)
      : model_(model),
        macros_(model.macros()),
        layout_(layout),
        block_(block),
        source_(source.substr(0, block.end_byte)),
        spans_(model.span_rules(), source, block, spans),
        coder_(coder),
        last_(block.end_node == layout.node_count) {}

  // Stops behind `operations` when `counted`, else where the coder or the tree does; afterwards
  // `operations` says how many there were.
  bool run(bool counted, std::uint32_t& operations) {
    if (block_.top_level != TreeLayout::kNone) {
      resume();
    } else if (!tag_is_leaf(layout_.root_tag) &&
               node(model_.table_for_tag(layout_.root_tag)) == Step::Failed) {
      return false;
    }
    const std::uint64_t most = operations_max(layout_, block_);
    if (counted && operations > most) return false;
    const std::uint64_t limit = counted ? operations : most;
    Step step = Step::Done;
    while (step == Step::Done && !frames_.empty() && done_ < limit) {
      step = go_on();
    }
    const bool stopped = counted ? done_ == operations : step == Step::Stop;
    const bool whole = frames_.empty() || (!last_ && stopped);
    operations = static_cast<std::uint32_t>(done_);
    return step != Step::Failed && whole;
  }

 private:
  static constexpr std::uint32_t kNoDecision = UINT32_MAX;

  struct Frame {
    const TemplateItem* next;  // null: a list
    const TemplateItem* end;
    std::uint32_t decision;
    std::uint32_t open_list;  // a resumed list whose open child this was
  };

  void resume() {
    const std::vector<SpineLevel> levels = layout_.open_levels(block_);
    std::uint32_t lists = 0;
    std::uint32_t list_above = kNoDecision;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const SpineNode& node = layout_.spine[levels[i].spine_node];
      Frame frame{nullptr, nullptr, kNoDecision, list_above};
      list_above = kNoDecision;
      if (node.shape == kNoShape) {
        if constexpr (requires { coder_.finish(); }) {
          coder_.resume_list(static_cast<std::uint16_t>((node.tag >> 4) & COPSE_MAX_PRODUCTION_ID),
                             i + 1 < levels.size());
        }
        list_above = lists++;
      } else {
        const Template& shape = macros_.of_shape(node.shape);
        frame.next = macros_.items(shape) + 1 + levels[i].next_child;
        frame.end = macros_.items(shape) + shape.item_count;
      }
      frames_.push_back(frame);
    }
  }

  Step go_on() {
    Frame& top = frames_.back();
    if (top.next == nullptr) return list_child();
    if (top.next == top.end) {
      close();
      return Step::Done;
    }
    const TemplateItem& item = *top.next++;
    if (item.kind == ItemKind::Hole) return node(item.ref);
    return leaf(item.ref) ? Step::Done : Step::Failed;
  }

  Step list_child() {
    std::uint32_t tag = TreeModel::kNoTag;
    const Step step = coder_.tag(tag);
    if (step != Step::Done) return step;
    if (tag == TreeModel::kNoTag) {
      ++done_;
      close();
      return Step::Done;
    }
    if (!tag_is_leaf(tag)) return node(model_.table_for_tag(tag));
    ++done_;
    const auto leaf_class = static_cast<std::uint32_t>(model_.span_rules().class_of(tag));
    return leaf(leaf_class) ? Step::Done : Step::Failed;
  }

  // A shape has any number of leaves: only their count keeps damaged bytes from asking for more
  // than the block holds.
  bool leaf(std::uint32_t leaf_class) {
    if (++leaves_ > block_.end_node - block_.first_node) return false;
    std::uint32_t start = 0;
    std::uint32_t size = 0;
    return spans_.next(leaf_class, start, size);
  }

  Step node(TableId table) {
    if (spans_.position() != feature_position_) {
      feature_position_ = spans_.position();
      feature_ = SourceFeature::at(source_, feature_position_);
    }
    const std::uint32_t decision = coder_.decisions();
    ShapeId shape = kNoShape;
    const Step step = coder_.shape(table, feature_, shape);
    if (step != Step::Done) return step;
    ++done_;
    Frame frame{nullptr, nullptr, decision, kNoDecision};
    if (shape != kNoShape) {
      const Template& made = macros_.of_shape(shape);
      frame.next = macros_.items(made) + 1;
      frame.end = macros_.items(made) + made.item_count;
    }
    frames_.push_back(frame);
    return Step::Done;
  }

  void close() {
    const Frame done = frames_.back();
    frames_.pop_back();
    if (done.decision != kNoDecision) coder_.closed(done.decision);
    if constexpr (requires { coder_.finish(); }) {
      if (done.open_list != kNoDecision) coder_.open_child_closed(done.open_list);
    }
  }

  const TreeModel& model_;
  const MacroSet& macros_;
  const TreeLayout& layout_;
  const TreeBlock& block_;
  std::string_view source_;
  LeafSpans spans_;
  Coder& coder_;
  bool last_;
  std::uint64_t done_ = 0;
  std::uint32_t leaves_ = 0;
  std::uint32_t feature_position_ = UINT32_MAX;
  SourceFeature feature_;
  std::vector<Frame> frames_;
};

}  // namespace

Bytes freeze_small(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
                   std::string_view source, const BlockFacts& facts, std::uint32_t& operations) {
  RansEncoder out;
  put_side_streams(out, model.numbers(), facts.spans, facts.lookaheads);
  SmallEncoder coder(model, facts, out);
  SmallWalk<SmallEncoder> walk(model, layout, block, source, facts.spans, coder);
  operations = 0;
  walk.run(false, operations);
  return out.finish();
}

Result<BlockFacts> thaw_small(const TreeModel& model, const TreeLayout& layout,
                              const TreeBlock& block, std::string_view source) {
  RansDecoder in(block.payload);
  BlockFacts facts;
  const std::uint32_t nodes = block.end_node - block.first_node;
  std::uint32_t operations = block.operations;
  bool good = take_side_streams(in, model.numbers(), nodes, facts.spans, facts.lookaheads);
  if (good) {
    SmallDecoder coder(model, facts, in);
    SmallWalk<SmallDecoder> walk(model, layout, block, source, facts.spans, coder);
    const bool counted = block.end_node != layout.node_count;
    good = walk.run(counted, operations) && in.at_clean_end();
    coder.finish();
  }
  if (good) return facts;
  return Error(ErrorCode::Corrupt, "tree: its frozen form is damaged (block of node " +
                                       std::to_string(block.first_node) + ")");
}

}  // namespace copse
