#include "workspace/symbol_index.h"

#include <algorithm>
#include <set>
#include <utility>

#include "workspace/symbol_frames.h"

namespace copse {
namespace {

// Where the document of a key is. Of a key that several segments have, the first one holds.
struct KeyPlace {
  std::uint64_t key;
  std::uint32_t segment;
  std::uint32_t document;
};

class KeyTable {
 public:
  explicit KeyTable(const std::vector<SymbolIndex::Segment>& segments) {
    std::size_t count = 1;
    for (const SymbolIndex::Segment& segment : segments)
      count += segment.symbols.document_count();
    std::size_t slots = 16;
    while (slots < count * 2)
      slots *= 2;
    slots_.assign(slots, {0, kEmpty, 0});
    for (std::uint32_t s = 0; s < segments.size(); ++s) {
      for (std::uint32_t d = 0; d < segments[s].symbols.document_count(); ++d) {
        const std::uint64_t key = segments[s].symbols.document_key(d);
        KeyPlace& slot = slots_[slot_of(key)];
        if (slot.segment == kEmpty) slot = {key, s, d};
      }
    }
  }

  const KeyPlace* find(std::uint64_t key) const {
    const KeyPlace& slot = slots_[slot_of(key)];
    return slot.segment == kEmpty ? nullptr : &slot;
  }

 private:
  static constexpr std::uint32_t kEmpty = UINT32_MAX;

  // Where the key is, or would be: half of the slots are empty.
  std::size_t slot_of(std::uint64_t key) const {
    std::size_t at = static_cast<std::size_t>(key) & (slots_.size() - 1);
    while (slots_[at].segment != kEmpty && slots_[at].key != key)
      at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  std::vector<KeyPlace> slots_;
};

// Files by document, out of pairs of (document, file) in the order of files.
void fill_files(SymbolIndex::Segment& segment,
                const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) {
  segment.begins.assign(std::size_t{segment.symbols.document_count()} + 1, 0);
  for (const auto& [document, file] : pairs)
    ++segment.begins[document + 1];
  for (std::size_t i = 1; i < segment.begins.size(); ++i)
    segment.begins[i] += segment.begins[i - 1];
  segment.files.resize(pairs.size());
  std::vector<std::uint32_t> next(segment.begins.begin(), segment.begins.end() - 1);
  for (const auto& [document, file] : pairs)
    segment.files[next[document]++] = file;
}

}  // namespace

void SymbolIndex::open_segments(const Store& store) {
  for (const auto& [grammar, numbers] : symbol_frames(store.named_frames())) {
    for (const std::uint64_t number : numbers) {
      const SymbolFrameName name{grammar, number};
      auto symbols = open_symbols(store, name);
      if (symbols.ok()) {
        segments_.push_back({name.text(), std::move(symbols).value(), {}, {}});
      } else {
        problems_.push_back({name.text(), symbols.error().message()});
      }
    }
  }
}

SymbolIndex SymbolIndex::open(const Store& store) {
  SymbolIndex index;
  index.open_segments(store);
  const KeyTable keys(index.segments_);
  StoredTags tags(store);
  std::set<std::string> without_tags;
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> files(index.segments_.size());
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    if (!record.tree) continue;
    const auto of_language = tags.of(record.language);
    if (!of_language) {
      without_tags.insert(record.language);
      continue;
    }
    const KeyPlace* const place = keys.find(symbol_document_key(record, *of_language));
    const auto file = static_cast<std::uint32_t>(i);
    if (place == nullptr) {
      index.uncovered_.push_back(file);
    } else {
      files[place->segment].emplace_back(place->document, file);
    }
  }
  for (std::size_t s = 0; s < index.segments_.size(); ++s)
    fill_files(index.segments_[s], files[s]);
  index.without_tags_.assign(without_tags.begin(), without_tags.end());
  return index;
}

}  // namespace copse
