#include "workspace/symbol_writer.h"

#include <optional>
#include <unordered_map>
#include <utility>

namespace copse {
namespace {

// From which of the segments on a merge pays; none of them where that is the last.
std::size_t first_to_merge(const std::vector<std::uint64_t>& sizes) {
  std::size_t first = sizes.size() - 1;
  std::uint64_t taken = sizes[first];
  while (first > 0 && sizes[first - 1] <= taken * SymbolWriter::kMergeRatio)
    taken += sizes[--first];
  const bool too_many = first + 1 > SymbolWriter::kSegmentsMax;
  return too_many ? SymbolWriter::kSegmentsMax - 1 : first;
}

// All documents of some segments, in their order, each once.
std::vector<std::uint64_t> all_keys(std::span<const SymbolSegment> segments) {
  std::vector<std::uint64_t> keys;
  std::unordered_set<std::uint64_t> seen;
  for (const SymbolSegment& segment : segments) {
    for (std::uint32_t document = 0; document < segment.document_count(); ++document) {
      const std::uint64_t key = segment.document_key(document);
      if (seen.insert(key).second) keys.push_back(key);
    }
  }
  return keys;
}

bool is_sound(const SymbolSegment& segment) {
  for (std::size_t block = 0; block < segment.blocks().size(); ++block) {
    if (!segment.read_names(block).ok() || !segment.read_places(block).ok()) return false;
  }
  return true;
}

}  // namespace

// ---- gathering ---------------------------------------------------------------------------------

Status SymbolWriter::add(const FileRecord& record, const SharedId& tags,
                         std::span<const SymbolEntry> entries) {
  const std::uint64_t key = symbol_document_key(record, tags);
  Waiting& waiting = waiting_[record.grammar];
  if (!waiting.keys.insert(key).second) return success();
  if (waiting.builder.document_count() == kSymbolDocumentsMax) COPSE_TRY_STATUS(flush());
  // A file with too many kinds stays without symbols here, and is searched in its tree.
  const Status added = waiting_[record.grammar].builder.add(key, entries);
  if (!added.ok() && added.error().code() != ErrorCode::LimitExceeded) return added;
  std::size_t bytes = 0;
  for (const auto& [grammar, each] : waiting_)
    bytes += each.builder.memory_bytes();
  return bytes < kGatheredBytesMax ? success() : flush();
}

Status SymbolWriter::flush() {
  for (auto& [grammar, waiting] : waiting_) {
    if (waiting.builder.document_count() == 0) continue;
    COPSE_TRY(const Bytes segment, waiting.builder.finish(kSymbolFastLevel));
    COPSE_TRY_STATUS(put_symbols(writer_, SymbolFrameName::digits_of(grammar), segment));
  }
  waiting_.clear();
  return success();
}

// ---- merging -----------------------------------------------------------------------------------

Status SymbolWriter::merge(bool all) {
  std::optional<Store> store;
  for (const auto& [grammar, numbers] : symbol_frames(writer_.named_frames())) {
    if (numbers.size() < 2 || (!all && numbers.size() <= kSegmentsMax)) continue;
    std::vector<std::uint64_t> sizes;
    for (const std::uint64_t number : numbers)
      sizes.push_back(writer_.named_frame(SymbolFrameName{grammar, number}.text())->stored_bytes);
    const std::size_t first = first_to_merge(sizes);
    if (first + 1 == numbers.size()) continue;
    // The writer reads into memory; a reader of the committed generation maps.
    if (!store) {
      COPSE_TRY(store, Store::open(file_system_, store_directory_));
    }
    COPSE_TRY_STATUS(merge_grammar(*store, grammar, numbers, first));
  }
  return success();
}

Status SymbolWriter::merge_grammar(const Store& store, const std::string& grammar,
                                   const std::vector<std::uint64_t>& numbers, std::size_t first) {
  const std::span<const std::uint64_t> taken = std::span(numbers).subspan(first);
  const SoundSymbols sound = open_sound_symbols(store, grammar, taken);
  if (!sound.segments.empty()) {
    // When all is taken in, what no record has any more is left out.
    const auto keys = first == 0 ? live_symbol_keys(store, grammar) : all_keys(sound.segments);
    // More than fits stays apart.
    if (keys.size() > kSymbolDocumentsMax) return success();
    COPSE_TRY(const Bytes merged, merge_by_keys(sound.segments, keys, kSymbolFastLevel));
    COPSE_TRY_STATUS(put_symbols(writer_, grammar, merged));
  }
  for (const std::uint64_t number : taken)
    COPSE_TRY_STATUS(writer_.set_named_frame(SymbolFrameName{grammar, number}.text(), {}));
  return success();
}

std::vector<std::uint64_t> live_symbol_keys(const Store& store, const std::string& grammar) {
  std::vector<std::uint64_t> keys;
  std::unordered_set<std::uint64_t> seen;
  StoredTags tags(store);
  SharedId wanted;
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    if (!record.tree) continue;
    if (wanted.none() && SymbolFrameName::digits_of(record.grammar) == grammar) {
      wanted = record.grammar;
    }
    if (record.grammar != wanted) continue;
    const auto of_language = tags.of(record.language);
    if (!of_language) continue;
    const std::uint64_t key = symbol_document_key(record, *of_language);
    if (seen.insert(key).second) keys.push_back(key);
  }
  return keys;
}

SoundSymbols open_sound_symbols(const Store& store, const std::string& grammar,
                                std::span<const std::uint64_t> numbers) {
  SoundSymbols sound;
  for (const std::uint64_t number : numbers) {
    auto segment = open_symbols(store, {grammar, number});
    // What cannot be read answers nothing: its files are searched without it.
    if (!segment.ok() || !is_sound(segment.value())) continue;
    sound.segments.push_back(std::move(segment).value());
    sound.numbers.push_back(number);
  }
  return sound;
}

Result<Bytes> merge_by_keys(std::span<const SymbolSegment> segments,
                            std::span<const std::uint64_t> keys, int level) {
  // Which segment has a key, the first one of several.
  std::unordered_map<std::uint64_t, std::pair<std::size_t, std::uint32_t>> places;
  std::vector<SymbolMergeInput> inputs;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    const std::uint32_t count = segments[s].document_count();
    inputs.push_back({&segments[s], std::vector<std::uint32_t>(count, kDroppedDocument)});
    for (std::uint32_t document = 0; document < count; ++document)
      places.try_emplace(segments[s].document_key(document), s, document);
  }
  std::vector<std::uint64_t> kept;
  for (const std::uint64_t key : keys) {
    const auto found = places.find(key);
    if (found == places.end()) continue;
    const auto [segment, document] = found->second;
    inputs[segment].numbers[document] = static_cast<std::uint32_t>(kept.size());
    kept.push_back(key);
  }
  return merge_symbol_segments(inputs, kept, level);
}

}  // namespace copse
