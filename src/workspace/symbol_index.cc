#include "workspace/symbol_index.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/hash.h"
#include "workspace/language_table.h"

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

std::uint64_t symbol_document_key(const FileRecord& record, const SharedId& tags) {
  Bytes bytes;
  bytes.reserve(sizeof record.content.digest + 2 * ContentId::kSizeBytes + 8);
  ByteWriter out(bytes);
  out.raw(record.content.digest);
  out.raw(record.grammar.content.digest);
  out.u64(record.parser_build);
  out.raw(tags.content.digest);
  return checksum64(bytes);
}

void SymbolIndex::open_segments(const Store& store) {
  for (const std::string& name : store.named_frames()) {
    if (!name.starts_with(kSymbolFramePrefix)) continue;
    auto frame = store.read_view(*store.named_frame(name), FrameCheck::Parts);
    if (!frame.ok()) {
      problems_.push_back({name, frame.error().message()});
      continue;
    }
    auto symbols = SymbolSegment::open(frame.value().payload, frame.value().owner);
    if (!symbols.ok()) {
      problems_.push_back({name, symbols.error().message()});
      continue;
    }
    segments_.push_back({name, std::move(symbols).value(), {}, {}});
  }
}

SymbolIndex SymbolIndex::open(const Store& store) {
  SymbolIndex index;
  index.open_segments(store);
  const KeyTable keys(index.segments_);
  std::map<std::string, std::optional<SharedId>, std::less<>> tags;
  std::set<std::string> without_tags;
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> files(index.segments_.size());
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    if (!record.tree) continue;
    auto of_language = tags.find(record.language);
    if (of_language == tags.end()) {
      of_language =
          tags.emplace(record.language, store.root(LanguageTable::tags_root(record.language)))
              .first;
    }
    if (!of_language->second) {
      without_tags.insert(record.language);
      continue;
    }
    const KeyPlace* const place = keys.find(symbol_document_key(record, *of_language->second));
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
