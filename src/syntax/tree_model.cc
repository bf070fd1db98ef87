// Models as bytes, and the lookups that encoders need.
#include "syntax/tree_model.h"

#include <bit>
#include <cstring>
#include <utility>

namespace copse {
namespace {

std::uint64_t mix(std::uint64_t value) {
  value *= 0x9E3779B97F4A7C15U;
  return value ^ (value >> 29);
}

std::size_t slots_for(std::size_t items) {
  return std::bit_ceil(items * 2 + 2);
}

}  // namespace

Result<std::shared_ptr<const TreeModel>> TreeModel::from_bytes(
    ByteView bytes, const std::shared_ptr<const Grammar>& grammar) {
  std::shared_ptr<TreeModel> model(new TreeModel());
  model->grammar_ = grammar;
  COPSE_TRY_STATUS(model->load(bytes));
  return std::shared_ptr<const TreeModel>(std::move(model));
}

Status TreeModel::load(ByteView bytes) {
  ByteReader in(bytes);
  if (in.u32() != kMagic) return Error(ErrorCode::Corrupt, "tree model: not a model");
  const std::uint32_t version = in.u32();
  if (version < kOldestFormatVersion || version > kFormatVersion) {
    return Error(version > kFormatVersion ? ErrorCode::Unsupported : ErrorCode::Corrupt,
                 "tree model: format version " + std::to_string(version) + ", this copse reads " +
                     std::to_string(kFormatVersion));
  }
  const ByteView identity = in.raw(ContentId::kSizeBytes);
  if (in.failed() || std::memcmp(identity.data(), grammar_->identity().digest.data(),
                                 ContentId::kSizeBytes) != 0) {
    return Error(ErrorCode::Corrupt,
                 "tree model: made for another grammar than '" + grammar_->name() + "'");
  }
  trained_nodes_ = in.varint();
  COPSE_TRY(span_rules_, SpanRules::read(in, grammar_->symbol_count()));
  read_shapes(in);
  read_tables(in);
  if (!in.failed()) {
    build_lookups();
    macros_ = std::make_unique<MacroSet>(*this);
    const auto shapes = [this](TableId id) { return table(id); };
    if (version == 1) {
      macros_->assume_single_shapes();
      contexts_.assume_ranks(table_count(), shapes);
    } else {
      read_codes(in);
      macros_->read(in);
      contexts_.read(in, table_count(), shapes);
    }
  }
  if (in.failed() || !in.at_end()) {
    return Error(ErrorCode::Corrupt, "tree model of '" + grammar_->name() +
                                         "': damaged near byte " + std::to_string(in.position()));
  }
  bytes_.assign(bytes.begin(), bytes.end());
  return success();
}

bool TreeModel::tag_holds(std::uint32_t tag) const {
  const auto symbol = static_cast<std::uint16_t>(tag >> 16);
  const std::uint32_t allowed = tag_is_leaf(tag) ? 0xFFFF000FU : 0xFFFF0008U;
  return grammar_->symbol_known(symbol) && (tag & ~allowed) == 0;
}

void TreeModel::read_shapes(ByteReader& in) {
  const std::size_t count = in.count(2);
  if (count > kShapesMax) in.fail();
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    Shape shape{};
    const std::uint32_t production = in.varint32();
    if (production >= grammar_->production_count()) in.fail();
    shape.production = static_cast<std::uint16_t>(production);
    shape.child_count = static_cast<std::uint32_t>(in.count(1));
    shape.first_child = static_cast<std::uint32_t>(child_tags_.size());
    if (shape.child_count == 0) in.fail();
    if (i + 1 + child_tags_.size() + shape.child_count >= MacroSet::kItemsMax) in.fail();
    for (std::uint32_t k = 0; k < shape.child_count && !in.failed(); ++k) {
      // Symbol and flags, the rarely set ones highest.
      const std::uint32_t tag = read_tag(in);
      if (!tag_holds(tag)) in.fail();
      child_tags_.push_back(tag);
    }
    shapes_.push_back(shape);
  }
}

void TreeModel::read_tables(ByteReader& in) {
  const std::size_t table_count = in.count(1);
  for (std::size_t i = 0; i < table_count && !in.failed(); ++i) {
    const std::size_t count = in.count(1);
    if (count == 0 || count > kTableShapesMax) in.fail();
    tables_.push_back(
        {static_cast<std::uint32_t>(table_shapes_.size()), static_cast<std::uint32_t>(count)});
    for (std::size_t rank = 0; rank < count && !in.failed(); ++rank) {
      const ShapeId shape = in.varint32();
      if (shape >= shapes_.size()) in.fail();
      table_shapes_.push_back(shape);
    }
  }
  const std::size_t tag_count = in.count(2);
  for (std::size_t i = 0; i < tag_count && !in.failed(); ++i) {
    const std::uint32_t tag = read_tag(in);
    const TableId table = in.varint32();
    if (!tag_holds(tag) || table >= tables_.size()) in.fail();
    tag_tables_[tag] = table;
  }
  // Each internal child's table: 0 for that of its tag, or 1 + the number of its own.
  for (const std::uint32_t tag : child_tags_) {
    TableId table = kNoTable;
    if (!tag_is_leaf(tag)) {
      const std::uint32_t coded = in.varint32();
      table = coded == 0 ? table_for_tag(tag) : coded - 1;
      if (table != kNoTable && table >= tables_.size()) in.fail();
    }
    child_tables_.push_back(table);
    if (in.failed()) return;
  }
}

void TreeModel::read_codes(ByteReader& in) {
  const std::size_t count = in.count(1);
  if (count > kLooseTagsMax) in.fail();
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const std::uint32_t tag = read_tag(in);
    if (!tag_holds(tag)) in.fail();
    loose_tags_.push_back(tag);
    loose_numbers_.emplace(tag, static_cast<std::uint32_t>(i + 1));
  }
  numbers_.read(in);
}

std::uint32_t TreeModel::loose_number(std::uint32_t tag) const {
  const auto found = loose_numbers_.find(tag);
  if (found != loose_numbers_.end()) return found->second;
  return static_cast<std::uint32_t>(loose_tags_.size()) + 1 + pack_tag(tag);
}

std::uint32_t TreeModel::loose_tag(std::uint64_t number) const {
  if (number == 0) return kNoTag;
  if (number <= loose_tags_.size()) return loose_tags_[number - 1];
  const std::uint64_t packed = number - 1 - loose_tags_.size();
  if (packed > kPackedTagMax) return kNoTag;
  const std::uint32_t tag = unpack_tag(static_cast<std::uint32_t>(packed));
  return tag_holds(tag) ? tag : kNoTag;
}

std::size_t TreeModel::memory_bytes() const {
  return sizeof(*this) + bytes_.capacity() + shapes_.capacity() * sizeof(Shape) +
         child_tags_.capacity() * 4 + child_tables_.capacity() * 4 + child_shows_.capacity() +
         tables_.capacity() * sizeof(Table) + table_shapes_.capacity() * 4 +
         shape_slots_.capacity() * sizeof(ShapeSlot) + rank_slots_.capacity() * sizeof(RankSlot) +
         macros_->memory_bytes() + contexts_.memory_bytes();
}

TableId TreeModel::table_for_tag(std::uint32_t tag) const {
  const auto found = tag_tables_.find(tag);
  return found == tag_tables_.end() ? kNoTable : found->second;
}

std::vector<std::uint8_t> TreeModel::shows_of(const ShapeView& shape) const {
  std::vector<std::uint8_t> shows;
  std::uint32_t structural = 0;
  for (const std::uint32_t tag : shape.children) {
    std::uint16_t alias = 0;
    if ((tag & COPSE_TAG_EXTRA) == 0) alias = grammar_->alias_at(shape.production, structural++);
    shows.push_back(static_cast<std::uint8_t>(
        shown_by_itself(*grammar_, static_cast<std::uint16_t>(tag >> 16), alias)));
  }
  return shows;
}

void TreeModel::build_lookups() {
  for (ShapeId id = 0; id < shapes_.size(); ++id) {
    const std::vector<std::uint8_t> shows = shows_of(shape(id));
    child_shows_.insert(child_shows_.end(), shows.begin(), shows.end());
  }
  shape_slots_.assign(slots_for(shapes_.size()), {});
  const std::size_t shape_mask = shape_slots_.size() - 1;
  for (ShapeId id = 0; id < shapes_.size(); ++id) {
    const ShapeView view = shape(id);
    ShapeHash children;
    for (const std::uint32_t tag : view.children) {
      children.add(tag);
    }
    const std::uint64_t hash = children.of(view.production);
    std::size_t slot = hash & shape_mask;
    while (shape_slots_[slot].shape != kNoShape && !is_shape(shape_slots_[slot].shape, view)) {
      slot = (slot + 1) & shape_mask;
    }
    // Only a damaged model says the same twice: then the first stands.
    if (shape_slots_[slot].shape != kNoShape) continue;
    shape_slots_[slot] = {static_cast<std::uint32_t>(hash >> 32), id};
  }
  rank_slots_.assign(slots_for(table_shapes_.size()), {});
  const std::size_t rank_mask = rank_slots_.size() - 1;
  for (TableId id = 0; id < tables_.size(); ++id) {
    const std::span<const ShapeId> shapes = table(id);
    for (std::size_t rank = 0; rank < shapes.size(); ++rank) {
      std::size_t slot = mix((std::uint64_t{id} << 32) + shapes[rank]) & rank_mask;
      while (rank_slots_[slot].table != kNoTable) {
        slot = (slot + 1) & rank_mask;
      }
      rank_slots_[slot] = {id, shapes[rank], static_cast<std::uint8_t>(rank)};
    }
  }
}

bool TreeModel::is_shape(ShapeId id, const ShapeView& wanted) const {
  const ShapeView view = shape(id);
  return view.production == wanted.production && view.children.size() == wanted.children.size() &&
         std::memcmp(view.children.data(), wanted.children.data(), wanted.children.size_bytes()) ==
             0;
}

ShapeId TreeModel::find_shape(std::uint16_t production, std::span<const std::uint32_t> children,
                              const ShapeHash& hash) const {
  const std::uint64_t whole = hash.of(production);
  const auto upper = static_cast<std::uint32_t>(whole >> 32);
  const std::size_t mask = shape_slots_.size() - 1;
  for (std::size_t at = whole & mask;; at = (at + 1) & mask) {
    const ShapeSlot& slot = shape_slots_[at];
    if (slot.shape == kNoShape) return kNoShape;
    if (slot.hash != upper) continue;
    const ShapeView view = shape(slot.shape);
    if (view.production != production || view.children.size() != children.size()) continue;
    // They are few: a call to memcmp takes longer.
    std::size_t same = 0;
    while (same < children.size() && view.children[same] == children[same])
      ++same;
    if (same == children.size()) return slot.shape;
  }
}

std::optional<std::uint8_t> TreeModel::rank_in(TableId table, ShapeId shape) const {
  const std::size_t mask = rank_slots_.size() - 1;
  std::size_t slot = mix((std::uint64_t{table} << 32) + shape) & mask;
  for (;; slot = (slot + 1) & mask) {
    const RankSlot& entry = rank_slots_[slot];
    if (entry.table == kNoTable) return std::nullopt;
    if (entry.table == table && entry.shape == shape) return entry.rank;
  }
}

}  // namespace copse
