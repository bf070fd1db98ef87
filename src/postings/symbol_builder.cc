#include "postings/symbol_builder.h"

#include <algorithm>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>

#include "codec/frame_codec.h"
#include "core/check.h"
#include "core/hash.h"
#include "postings/symbol_format.h"

namespace copse {
namespace {

static_assert(kNamePartBytesMax >= kSymbolBlockNames * (kSymbolNameBytesMax + 8));
static_assert(kPlacePartBytesMax >= (kSymbolBlockNames + 6 * kSymbolBlockPlaces) * kPlanesMax);

// Takes names and places in order and writes them block by block.
class SegmentWriter {
 public:
  SegmentWriter(std::span<const std::uint64_t> keys, const std::vector<std::string>& kinds,
                int level)
      : keys_(keys), kinds_(kinds), level_(level) {}

  // REQUIRES: not before what was put last.
  void put(std::string_view name, const IndexedSymbol& place) {
    const bool same = !names_.empty() && names_.back() == name;
    if ((!same && names_.size() == kSymbolBlockNames) || places_.size() == kSymbolBlockPlaces) {
      close_block();
      put(name, place);
      return;
    }
    if (!same) {
      COPSE_CHECK(names_.empty() || names_.back() < name);
      names_.emplace_back(name);
      counts_.push_back(0);
    } else {
      ++counts_.back();
    }
    places_.push_back(place);
  }

  Result<Bytes> finish() {
    if (!names_.empty()) close_block();
    Bytes head;
    ByteWriter head_out(head);
    head_out.varint(kinds_.size());
    for (const std::string& kind : kinds_)
      head_out.text(kind);
    head_out.varint(keys_.size());
    for (const std::uint64_t key : keys_)
      head_out.u64(key);
    head_out.varint(block_count_);
    head_out.raw(index_);
    const std::uint64_t all_bytes =
        std::uint64_t{kSymbolHeaderBytes} + head.size() + kSymbolChecksumBytes + blocks_.size();
    if (all_bytes > UINT32_MAX) {
      return Error(ErrorCode::LimitExceeded,
                   "symbols of " + std::to_string(all_bytes) + " bytes in one segment");
    }
    Bytes bytes;
    bytes.reserve(static_cast<std::size_t>(all_bytes));
    ByteWriter out(bytes);
    out.raw(as_bytes(kSymbolMagic));
    out.u32(kSymbolSegmentVersion);
    out.u32(0);
    out.u64(head.size());
    out.u64(all_bytes);
    out.raw(head);
    out.u64(checksum64(bytes));
    out.raw(blocks_);
    return bytes;
  }

 private:
  void close_block() {
    ByteWriter index(index_);
    index.text(names_.front());
    index.varint(names_.size());
    index.varint(places_.size());
    put_part(pack_names());
    put_part(pack_places());
    ++block_count_;
    names_.clear();
    counts_.clear();
    places_.clear();
  }

  void put_part(const Bytes& raw) {
    const FramePayload frame = compress_small(raw, level_, nullptr);
    ByteWriter index(index_);
    index.u8(static_cast<std::uint8_t>(frame.codec));
    index.varint(raw.size());
    index.varint(frame.bytes.size());
    index.u64(checksum64(frame.bytes));
    ByteWriter(blocks_).raw(frame.bytes);
  }

  Bytes pack_names() const {
    Bytes raw;
    ByteWriter out(raw);
    std::vector<std::uint64_t> lengths;
    std::string rests;
    std::string_view before;
    for (const std::string& name : names_) {
      const std::size_t limit = std::min({before.size(), name.size(), kSharedBytesMax});
      std::size_t shared = 0;
      while (shared < limit && before[shared] == name[shared])
        ++shared;
      out.u8(static_cast<std::uint8_t>(shared));
      lengths.push_back(name.size() - shared);
      rests.append(name, shared);
      before = name;
    }
    put_planes(out, lengths);
    out.raw(as_bytes(rests));
    return raw;
  }

  Bytes pack_places() const {
    std::vector<std::uint64_t> kinds;
    std::vector<std::uint64_t> documents;
    std::vector<std::uint64_t> rows;
    std::vector<std::uint64_t> columns;
    std::vector<std::uint64_t> above;
    std::vector<std::uint64_t> below;
    std::int64_t document = 0;
    std::int64_t row = 0;
    for (const IndexedSymbol& place : places_) {
      const std::int64_t step = std::int64_t{place.document} - document;
      kinds.push_back(place.kind);
      documents.push_back(zigzag(step));
      rows.push_back(zigzag(std::int64_t{place.row} - (step == 0 ? row : 0)));
      columns.push_back(place.column);
      above.push_back(place.row - place.first_row);
      below.push_back(place.last_row - place.row);
      document = place.document;
      row = place.row;
    }
    Bytes raw;
    ByteWriter out(raw);
    put_planes(out, counts_);
    for (const auto* numbers : {&kinds, &documents, &rows, &columns, &above, &below})
      put_planes(out, *numbers);
    return raw;
  }

  std::span<const std::uint64_t> keys_;
  const std::vector<std::string>& kinds_;
  int level_;
  std::vector<std::string> names_;
  std::vector<std::uint64_t> counts_;  // places of each name, but the first
  std::vector<IndexedSymbol> places_;
  std::size_t block_count_ = 0;
  Bytes index_;
  Bytes blocks_;
};

std::optional<std::uint8_t> number_in(std::vector<std::string>& kinds, std::string_view kind) {
  const auto found = std::find(kinds.begin(), kinds.end(), kind);
  const auto number = static_cast<std::size_t>(found - kinds.begin());
  if (found == kinds.end()) {
    if (kinds.size() == kSymbolKindsMax) return std::nullopt;
    kinds.emplace_back(kind);
  }
  return static_cast<std::uint8_t>(number);
}

Error too_many_kinds() {
  return {ErrorCode::LimitExceeded,
          "more than " + std::to_string(kSymbolKindsMax) + " kinds of symbols in one segment"};
}

Error too_many_documents() {
  return {ErrorCode::LimitExceeded,
          "more than " + std::to_string(kSymbolDocumentsMax) + " files in one segment of symbols"};
}

}  // namespace

// ---- out of files ------------------------------------------------------------------------------

Status SymbolSegmentBuilder::add(std::uint64_t document_key, std::span<const SymbolEntry> entries) {
  if (keys_.size() == kSymbolDocumentsMax) return too_many_documents();
  const std::size_t rows_before = rows_.size();
  const auto document = static_cast<std::uint32_t>(keys_.size());
  for (const SymbolEntry& entry : entries) {
    if (!is_sound(entry)) continue;
    const auto kind = number_in(kinds_, entry.kind);
    if (!kind) {
      rows_.resize(rows_before);
      return too_many_kinds();
    }
    const auto [name, is_new] =
        names_.try_emplace(entry.name, static_cast<std::uint32_t>(names_.size()));
    if (is_new) name_bytes_ += entry.name.size();
    const SymbolPlace& place = entry.place;
    rows_.push_back({name->second,
                     {document, place.row, place.column, place.first_row, place.last_row, *kind}});
  }
  keys_.push_back(document_key);
  return success();
}

std::size_t SymbolSegmentBuilder::memory_bytes() const {
  constexpr std::size_t kNameOverheadBytes = 80;
  return keys_.size() * sizeof(std::uint64_t) + rows_.size() * sizeof(Row) + name_bytes_ +
         names_.size() * kNameOverheadBytes;
}

Result<Bytes> SymbolSegmentBuilder::finish(int level) {
  std::vector<const std::pair<const std::string, std::uint32_t>*> sorted;
  sorted.reserve(names_.size());
  for (const auto& name : names_)
    sorted.push_back(&name);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  std::vector<std::uint32_t> ranks(sorted.size());
  for (std::size_t rank = 0; rank < sorted.size(); ++rank)
    ranks[sorted[rank]->second] = static_cast<std::uint32_t>(rank);
  for (Row& row : rows_)
    row.name = ranks[row.name];
  std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
    return std::tie(a.name, a.place) < std::tie(b.name, b.place);
  });
  SegmentWriter writer(keys_, kinds_, level);
  for (const Row& row : rows_)
    writer.put(sorted[row.name]->first, row.place);
  auto bytes = writer.finish();
  *this = SymbolSegmentBuilder();
  return bytes;
}

// ---- out of segments ---------------------------------------------------------------------------

namespace {

// The names of an input, one after another, each with all places that stay, under new numbers.
class MergeSource {
 public:
  MergeSource(const SymbolMergeInput& input, std::vector<std::uint8_t> kinds)
      : input_(&input), kinds_(std::move(kinds)), cursor_(*input.segment) {}

  Status start() {
    COPSE_TRY_STATUS(cursor_.seek({}));
    return next();
  }

  // To the next name that has a place left.
  Status next() {
    places_.clear();
    while (places_.empty() && !cursor_.at_end()) {
      name_ = cursor_.name();
      while (!cursor_.at_end() && cursor_.name() == name_) {
        COPSE_TRY_STATUS(take_places());
        COPSE_TRY_STATUS(cursor_.next());
      }
    }
    std::sort(places_.begin(), places_.end());
    return success();
  }

  bool at_end() const { return places_.empty(); }
  const std::string& name() const { return name_; }
  const std::vector<IndexedSymbol>& places() const { return places_; }

 private:
  Status take_places() {
    COPSE_TRY(const auto places, cursor_.places());
    for (IndexedSymbol place : places) {
      place.document = input_->numbers[place.document];
      place.kind = kinds_[place.kind];
      if (place.document != kDroppedDocument) places_.push_back(place);
    }
    return success();
  }

  const SymbolMergeInput* input_;
  std::vector<std::uint8_t> kinds_;
  SymbolCursor cursor_;
  std::string name_;
  std::vector<IndexedSymbol> places_;
};

// For a queue that has the least name on top.
struct IsLater {
  bool operator()(const MergeSource* a, const MergeSource* b) const {
    return a->name() > b->name();
  }
};

Status check_numbers(std::span<const SymbolMergeInput> inputs, std::size_t documents) {
  std::vector<bool> used(documents, false);
  for (const SymbolMergeInput& input : inputs) {
    bool sound = input.numbers.size() == input.segment->document_count();
    for (const std::uint32_t number : input.numbers) {
      if (number == kDroppedDocument) continue;
      sound = sound && number < documents && !used[number];
      if (!sound) break;
      used[number] = true;
    }
    if (!sound) {
      return Error(ErrorCode::InvalidArgument, "documents to merge that share a number");
    }
  }
  return success();
}

}  // namespace

Result<Bytes> merge_symbol_segments(std::span<const SymbolMergeInput> inputs,
                                    std::span<const std::uint64_t> document_keys, int level) {
  if (document_keys.size() > kSymbolDocumentsMax) return too_many_documents();
  COPSE_TRY_STATUS(check_numbers(inputs, document_keys.size()));
  std::vector<std::string> kinds;
  std::vector<MergeSource> sources;
  sources.reserve(inputs.size());
  for (const SymbolMergeInput& input : inputs) {
    std::vector<std::uint8_t> numbers;
    for (const std::string& kind : input.segment->kinds()) {
      const auto number = number_in(kinds, kind);
      if (!number) return too_many_kinds();
      numbers.push_back(*number);
    }
    sources.emplace_back(input, std::move(numbers));
  }
  std::priority_queue<MergeSource*, std::vector<MergeSource*>, IsLater> queue;
  for (MergeSource& source : sources) {
    COPSE_TRY_STATUS(source.start());
    if (!source.at_end()) queue.push(&source);
  }
  SegmentWriter writer(document_keys, kinds, level);
  std::vector<MergeSource*> equal;
  std::vector<IndexedSymbol> places;
  while (!queue.empty()) {
    equal.clear();
    places.clear();
    do {
      equal.push_back(queue.top());
      queue.pop();
      places.insert(places.end(), equal.back()->places().begin(), equal.back()->places().end());
    } while (!queue.empty() && queue.top()->name() == equal.front()->name());
    if (equal.size() > 1) std::sort(places.begin(), places.end());
    for (const IndexedSymbol& place : places)
      writer.put(equal.front()->name(), place);
    for (MergeSource* source : equal) {
      COPSE_TRY_STATUS(source->next());
      if (!source->at_end()) queue.push(source);
    }
  }
  return writer.finish();
}

}  // namespace copse
