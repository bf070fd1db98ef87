// One pass over the nodes for kinds, edges and where nodes cut words; one over the source for
// words.
#include "postings/document_facts.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace copse {
namespace {

constexpr std::size_t kEdgeSlotsMin = std::size_t{1} << 12;
// Edges that are remembered from file to file. A grammar has some thousands; trees that are all
// errors may show more.
constexpr std::size_t kEdgesKept = std::size_t{1} << 17;
constexpr std::size_t kWordSlotsMin = std::size_t{1} << 10;
// A file begins with a table of this size at most: it is emptied for each.
constexpr std::size_t kWordSlotsKept = std::size_t{1} << 12;

constexpr std::uint64_t kEdgeUsed = std::uint64_t{1} << 48;

std::uint64_t edge_key(const FactEdge& edge) {
  return kEdgeUsed | std::uint64_t{edge.parent} << 32 | std::uint64_t{edge.field} << 16 |
         edge.child;
}

std::size_t mixed(std::uint64_t key) {
  return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15U) >> 32);
}

// ERROR is 1, its repetition 0: sixteen bits that wrap round.
std::uint16_t slot_of(std::uint16_t symbol) {
  return static_cast<std::uint16_t>(symbol + 2U);
}

}  // namespace

FactCollector::FactCollector(std::shared_ptr<const Grammar> grammar)
    : grammar_(std::move(grammar)), rules_(*grammar_) {
  const CopseLanguageTables& tables = grammar_->tables();
  const std::uint32_t productions = grammar_->production_count();
  std::vector<std::size_t> starts;
  for (std::uint32_t production = 0; production < productions; ++production) {
    const auto fields = grammar_->fields_of(static_cast<std::uint16_t>(production));
    starts.push_back(field_table_.size());
    for (const TSFieldMapEntry* entry = fields.begin; entry != fields.end; ++entry) {
      if (entry->inherited) continue;
      const std::size_t at = starts.back() + entry->child_index;
      if (field_table_.size() <= at) field_table_.resize(at + 1, 0);
      // The first entry that names the child is the one that counts.
      if (field_table_[at] == 0) field_table_[at] = entry->field_id;
    }
  }
  starts.push_back(field_table_.size());
  for (std::uint32_t production = 0; production < productions; ++production) {
    ChildNames names;
    if (production != 0 && tables.max_alias_sequence_length > 0) {
      names.aliases =
          tables.alias_sequences + std::size_t{production} * tables.max_alias_sequence_length;
      names.alias_count = tables.max_alias_sequence_length;
      const bool any = std::any_of(names.aliases, names.aliases + names.alias_count,
                                   [](std::uint16_t alias) { return alias != 0; });
      if (!any) names.alias_count = 0;
    }
    names.fields = field_table_.data() + starts[production];
    names.field_count = static_cast<std::uint32_t>(starts[production + 1] - starts[production]);
    names_.push_back(names);
  }
  for (const unsigned hidden : {COPSE_SYMBOL_ERROR_REPEAT, COPSE_SYMBOL_ERROR}) {
    const auto symbol = static_cast<std::uint16_t>(hidden);
    symbols_.push_back({symbol, grammar_->is_visible(symbol)});
  }
  for (std::uint32_t symbol = 0; symbol < grammar_->symbol_count(); ++symbol) {
    const auto id = static_cast<std::uint16_t>(symbol);
    symbols_.push_back({grammar_->public_symbol(id), grammar_->is_visible(id)});
  }
  kind_file_.assign(symbols_.size(), 0);
  edges_.resize(kEdgeSlotsMin);
  word_slots_.resize(kWordSlotsMin);
}

DocumentFacts FactCollector::collect(std::span<const CopseFlatNode> nodes,
                                     std::string_view source) {
  facts_ = DocumentFacts();
  source_ = source;
  cuts_.clear();
  recent_edges_.fill(0);
  // What the last file needed, within reason.
  word_slots_.assign(std::min(word_slots_.size(), kWordSlotsKept), 0);
  if (++file_ == 0) {
    // After 2^32 files their numbers begin anew.
    file_ = 1;
    std::fill(kind_file_.begin(), kind_file_.end(), 0);
    edge_count_ = kEdgesKept;
  }
  if (edge_count_ >= kEdgesKept) {
    edges_.assign(kEdgeSlotsMin, EdgeSlot());
    edge_count_ = 0;
  }
  walk(nodes);
  collect_words();
  return std::exchange(facts_, {});
}

// ---- nodes -------------------------------------------------------------------------------------

// Most edges are ones that the file had a moment ago.
inline bool FactCollector::note_edge(const FactEdge& edge) {
  const std::uint64_t key = edge_key(edge);
  const std::size_t hash = mixed(key);
  std::uint64_t& recent = recent_edges_[hash % recent_edges_.size()];
  if (recent == key) return false;
  recent = key;
  return find_edge(edge, key, hash);
}

// Nodes begin and end where leaves do.
inline void FactCollector::note_cut(std::size_t at) {
  if (at == 0 || at >= source_.size()) return;
  if (is_word_byte(source_[at - 1]) && is_word_byte(source_[at])) cuts_.push_back(at);
}

// The field is what ts_tree_cursor_current_status() finds: the first that a production names on the
// way up to the visible parent. Unlike ts_tree_cursor_current_field_id() it looks above extras,
// too.
void FactCollector::walk(std::span<const CopseFlatNode> nodes) {
  levels_.clear();
  std::size_t last_end = 0;
  for (std::uint32_t index = 0; index < nodes.size(); ++index) {
    const CopseFlatNode& node = nodes[index];
    while (!levels_.empty() && levels_.back().end <= index)
      levels_.pop_back();
    const bool is_root = levels_.empty();
    Symbol symbol = symbols_[slot_of(copse_node_symbol(&node))];
    bool visible = symbol.visible || is_root;
    FactEdge edge;
    if (!is_root) {
      Level& level = levels_.back();
      edge.parent = level.parent;
      edge.field = level.field;
      if (!copse_node_is_extra(&node)) {
        const std::uint32_t rank = level.structural++;
        const ChildNames& names = *level.names;
        if (rank < names.alias_count && names.aliases[rank] != 0) {
          symbol = symbols_[slot_of(names.aliases[rank])];
          visible = true;
        }
        if (rank < names.field_count && names.fields[rank] != 0) edge.field = names.fields[rank];
      }
    }
    edge.child = symbol.shown;
    if (visible && copse_node_is_missing(&node)) facts_.has_missing = true;
    // The kind of a node is new to the file only where its edge is.
    if (visible && (is_root || note_edge(edge))) note_kind(edge.child);
    if (copse_node_is_leaf(&node)) {
      const std::size_t end = std::size_t{node.start} + node.extent;
      if (node.start != last_end) note_cut(node.start);
      note_cut(end);
      last_end = end;
      continue;
    }
    // As the original: an alias without visible metadata does not end the way up.
    const bool ends_way = is_root || symbol.visible;
    levels_.push_back({index + node.extent, 0, &names_[copse_node_production(&node)],
                       visible ? edge.child : edge.parent,
                       ends_way ? std::uint16_t{0} : edge.field});
  }
}

void FactCollector::note_kind(std::uint16_t kind) {
  std::uint32_t& file = kind_file_[slot_of(kind)];
  if (file == file_) return;
  file = file_;
  facts_.kinds.push_back(kind);
}

bool FactCollector::find_edge(const FactEdge& edge, std::uint64_t key, std::size_t hash) {
  const std::size_t mask = edges_.size() - 1;
  std::size_t at = hash & mask;
  while (edges_[at].key != key) {
    if (edges_[at].key == 0) {
      edges_[at] = {key, file_};
      facts_.edges.push_back(edge);
      if (++edge_count_ * 2 > edges_.size()) grow_edges();
      return true;
    }
    at = (at + 1) & mask;
  }
  if (edges_[at].file == file_) return false;
  edges_[at].file = file_;
  facts_.edges.push_back(edge);
  return true;
}

void FactCollector::grow_edges() {
  std::vector<EdgeSlot> old(edges_.size() * 2);
  old.swap(edges_);
  const std::size_t mask = edges_.size() - 1;
  for (const EdgeSlot& slot : old) {
    if (slot.key == 0) continue;
    std::size_t at = mixed(slot.key) & mask;
    while (edges_[at].key != 0)
      at = (at + 1) & mask;
    edges_[at] = slot;
  }
}

// Nodes begin and end where leaves do.
// ---- words -------------------------------------------------------------------------------------

void FactCollector::collect_words() {
  if (!std::is_sorted(cuts_.begin(), cuts_.end())) std::sort(cuts_.begin(), cuts_.end());
  cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());
  const std::size_t* cut = cuts_.data();
  const std::size_t* const last = cut + cuts_.size();
  for_each_run(source_, [&](std::size_t begin, std::size_t end) {
    if (cut == last || *cut >= end) {
      if (end - begin >= kWordBytesMin) note_word(begin, end);
      return;
    }
    const std::size_t* const first = cut;
    while (cut != last && *cut < end)
      ++cut;
    note_pieces(begin, end, first, cut);
  });
  if (facts_.any_word) facts_.words.clear();
  std::erase_if(facts_.words, [&](std::uint32_t word) { return rules_.is_left_out(word); });
}

// A node may begin and end at any of the cuts.
void FactCollector::note_pieces(std::size_t begin, std::size_t end, const std::size_t* first_cut,
                                const std::size_t* last_cut) {
  const auto pieces = static_cast<std::size_t>(last_cut - first_cut) + 1;
  if (pieces > kWordPiecesMax) {
    facts_.any_word = true;
    return;
  }
  std::size_t ends[kWordPiecesMax + 1];
  ends[0] = begin;
  std::copy(first_cut, last_cut, ends + 1);
  ends[pieces] = end;
  for (std::size_t from = 0; from < pieces; ++from) {
    for (std::size_t to = from + 1; to <= pieces; ++to) {
      if (ends[to] - ends[from] >= kWordBytesMin) note_word(ends[from], ends[to]);
    }
  }
}

void FactCollector::note_word(std::size_t begin, std::size_t end) {
  const std::uint32_t hash = word_hash(source_.substr(begin, end - begin));
  const std::size_t mask = word_slots_.size() - 1;
  std::size_t at = hash & mask;
  while (word_slots_[at] != 0) {
    if (word_slots_[at] == hash) return;
    at = (at + 1) & mask;
  }
  word_slots_[at] = hash;
  facts_.words.push_back(hash);
  if (facts_.words.size() * 2 > word_slots_.size()) grow_words();
}

void FactCollector::grow_words() {
  word_slots_.assign(word_slots_.size() * 4, 0);
  const std::size_t mask = word_slots_.size() - 1;
  for (const std::uint32_t hash : facts_.words) {
    std::size_t at = hash & mask;
    while (word_slots_[at] != 0)
      at = (at + 1) & mask;
    word_slots_[at] = hash;
  }
}

}  // namespace copse
