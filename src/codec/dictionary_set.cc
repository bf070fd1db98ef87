// The sets of dictionaries, and the frames that name one of them.
#include "codec/dictionary_set.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "codec/frame_codec.h"
#include "core/check.h"
#include "core/hash.h"

namespace copse {
namespace {

constexpr std::uint32_t kMagic = 0x53445043;  // "CPDS"
constexpr std::uint8_t kVersion = 1;
// What the smallest type and dictionary take in the bytes of a set.
constexpr std::size_t kTypeBytesMin = 7;
constexpr std::size_t kEntryBytesMin = 12;

struct Entry {
  DictionaryFacts facts;
  std::shared_ptr<const Dictionary> dictionary;
};

struct ContentType {
  std::uint32_t last_version = 0;
  DictionaryId current;
};

DictionaryId id_of(std::string_view content_type, ByteView bytes) {
  const std::uint64_t sum = checksum64(bytes, checksum64(as_bytes(content_type)));
  const auto value = static_cast<std::uint32_t>(sum);
  return {value == 0 ? 1 : value};
}

Error corrupt(const std::string& what) {
  return Error(ErrorCode::Corrupt, "dictionary set: " + what);
}

std::string number_text(DictionaryId id) {
  return "dictionary " + std::to_string(id.value);
}

}  // namespace

// The mutex guards all of it.
struct DictionarySet::State {
  // Invariants: 1. the current dictionary of a type is among the entries, or 0; 2. an entry's type
  // is among the types.
  mutable std::mutex mutex;
  std::map<std::string, ContentType, std::less<>> types;
  std::map<DictionaryId, Entry> entries;
  std::uint64_t dictionary_bytes = 0;  // of all together

  const Entry* current_of(std::string_view content_type) const {
    const auto type = types.find(content_type);
    if (type == types.end() || type->second.current == DictionaryId{}) return nullptr;
    return &entries.at(type->second.current);
  }

  bool is_current(const Entry& entry) const {
    const auto type = types.find(entry.facts.content_type);
    return type != types.end() && type->second.current == entry.facts.id;
  }

  DictionaryFacts facts_of(const Entry& entry) const {
    DictionaryFacts facts = entry.facts;
    facts.is_current = is_current(entry);
    return facts;
  }

  std::size_t collect() {
    return std::erase_if(entries, [this](const auto& each) {
      const Entry& entry = each.second;
      const bool unused = entry.facts.references == 0 && !is_current(entry);
      if (unused) dictionary_bytes -= entry.dictionary->bytes().size();
      return unused;
    });
  }

  Status check_room(const DictionaryFacts& facts, std::uint64_t more_bytes) {
    const std::string& type = facts.content_type;
    if (type.empty() || type.size() > kContentTypeBytesMax) {
      return Error(ErrorCode::InvalidArgument,
                   "a content type's name has 1 to " + std::to_string(kContentTypeBytesMax) +
                       " bytes, this has " + std::to_string(type.size()));
    }
    if (!types.contains(type) && types.size() >= kContentTypesMax) {
      return Error(
          ErrorCode::LimitExceeded,
          "a dictionary set has " + std::to_string(kContentTypesMax) + " content types at most");
    }
    if (entries.size() >= kDictionariesMax ||
        dictionary_bytes + more_bytes > kDictionarySetBytesMax) {
      return Error(ErrorCode::LimitExceeded,
                   "a dictionary set has " + std::to_string(kDictionariesMax) +
                       " dictionaries of " + std::to_string(kDictionarySetBytesMax) +
                       " bytes at most");
    }
    return success();
  }

  void insert(Entry entry) {
    dictionary_bytes += entry.dictionary->bytes().size();
    const DictionaryId id = entry.facts.id;
    const bool is_new = entries.emplace(id, std::move(entry)).second;
    COPSE_CHECK(is_new);
  }

  Status read_types(ByteReader& in, std::vector<std::string>& names);
  Status read_entry(ByteReader& in, const std::vector<std::string>& names);
};

DictionarySet::DictionarySet() : state_(std::make_unique<State>()) {}
DictionarySet::DictionarySet(DictionarySet&&) noexcept = default;
DictionarySet& DictionarySet::operator=(DictionarySet&&) noexcept = default;
DictionarySet::~DictionarySet() = default;

Result<DictionaryId> DictionarySet::add(std::string_view content_type,
                                        std::shared_ptr<const Dictionary> dictionary,
                                        std::int64_t trained_at_ns, std::uint32_t gain_per_10000) {
  Entry entry;
  entry.facts.id = id_of(content_type, dictionary->bytes());
  entry.facts.content_type = content_type;
  entry.facts.trained_at_ns = trained_at_ns;
  entry.facts.gain_per_10000 = gain_per_10000;
  entry.dictionary = std::move(dictionary);
  const std::lock_guard lock(state_->mutex);
  const auto same = state_->entries.find(entry.facts.id);
  if (same != state_->entries.end()) {
    Entry& known = same->second;
    if (known.facts.content_type != content_type ||
        known.dictionary->bytes() != entry.dictionary->bytes()) {
      return Error(ErrorCode::Busy, number_text(entry.facts.id) + " has other bytes");
    }
    known.facts.trained_at_ns = trained_at_ns;
    known.facts.gain_per_10000 = gain_per_10000;
    state_->types.find(content_type)->second.current = known.facts.id;
    return known.facts.id;
  }
  const std::size_t size = entry.dictionary->bytes().size();
  if (!state_->check_room(entry.facts, size).ok()) state_->collect();
  COPSE_TRY_STATUS(state_->check_room(entry.facts, size));
  ContentType& type = state_->types[entry.facts.content_type];
  if (type.last_version == std::numeric_limits<std::uint32_t>::max()) {
    return Error(ErrorCode::LimitExceeded, "no version of a dictionary is left");
  }
  entry.facts.version = ++type.last_version;
  type.current = entry.facts.id;
  state_->insert(std::move(entry));
  return type.current;
}

void DictionarySet::retire(std::string_view content_type) {
  const std::lock_guard lock(state_->mutex);
  const auto type = state_->types.find(content_type);
  if (type != state_->types.end()) type->second.current = {};
}

CurrentDictionary DictionarySet::current(std::string_view content_type) const {
  const std::lock_guard lock(state_->mutex);
  const Entry* entry = state_->current_of(content_type);
  if (entry == nullptr) return {};
  return {state_->facts_of(*entry), entry->dictionary};
}

CurrentDictionary DictionarySet::acquire(std::string_view content_type) {
  const std::lock_guard lock(state_->mutex);
  const Entry* current = state_->current_of(content_type);
  if (current == nullptr) return {};
  Entry& entry = state_->entries.at(current->facts.id);
  ++entry.facts.references;
  return {state_->facts_of(entry), entry.dictionary};
}

std::shared_ptr<const Dictionary> DictionarySet::find(DictionaryId id) const {
  const std::lock_guard lock(state_->mutex);
  const auto entry = state_->entries.find(id);
  return entry == state_->entries.end() ? nullptr : entry->second.dictionary;
}

Status DictionarySet::add_references(DictionaryId id, std::uint64_t count) {
  const std::lock_guard lock(state_->mutex);
  const auto entry = state_->entries.find(id);
  if (entry == state_->entries.end()) {
    return Error(ErrorCode::NotFound, number_text(id) + " is not there");
  }
  if (count > std::numeric_limits<std::uint64_t>::max() - entry->second.facts.references) {
    return Error(ErrorCode::LimitExceeded, number_text(id) + " has too many references");
  }
  entry->second.facts.references += count;
  return success();
}

Status DictionarySet::drop_references(DictionaryId id, std::uint64_t count) {
  const std::lock_guard lock(state_->mutex);
  const auto entry = state_->entries.find(id);
  if (entry == state_->entries.end() || entry->second.facts.references < count) {
    return Error(ErrorCode::NotFound,
                 number_text(id) + " has no " + std::to_string(count) + " references to drop");
  }
  entry->second.facts.references -= count;
  return success();
}

std::size_t DictionarySet::collect() {
  const std::lock_guard lock(state_->mutex);
  return state_->collect();
}

std::vector<DictionaryFacts> DictionarySet::all() const {
  std::vector<DictionaryFacts> all;
  const std::lock_guard lock(state_->mutex);
  for (const auto& [id, entry] : state_->entries) {
    all.push_back(state_->facts_of(entry));
  }
  std::sort(all.begin(), all.end(), [](const DictionaryFacts& a, const DictionaryFacts& b) {
    return std::tie(a.content_type, a.version) < std::tie(b.content_type, b.version);
  });
  return all;
}

Bytes DictionarySet::to_bytes() const {
  Bytes bytes;
  ByteWriter out(bytes);
  const std::lock_guard lock(state_->mutex);
  out.u32(kMagic);
  out.u8(kVersion);
  out.varint(state_->types.size());
  for (const auto& [name, type] : state_->types) {
    out.text(name);
    out.varint(type.last_version);
    out.u32(type.current.value);
  }
  out.varint(state_->entries.size());
  for (const auto& [id, entry] : state_->entries) {
    const auto type = state_->types.find(entry.facts.content_type);
    out.u32(id.value);
    out.varint(static_cast<std::uint64_t>(std::distance(state_->types.begin(), type)));
    out.varint(entry.facts.version);
    out.zigzag(entry.facts.trained_at_ns);
    out.varint(entry.facts.gain_per_10000);
    out.varint(entry.facts.references);
    const FramePayload frame = compress_small(entry.dictionary->bytes(), kSmallLevel, nullptr);
    out.varint(frame.raw_bytes);
    out.u8(static_cast<std::uint8_t>(frame.codec));
    out.varint(frame.bytes.size());
    out.raw(frame.bytes);
  }
  out.u64(checksum64(bytes));
  return bytes;
}

Status DictionarySet::State::read_types(ByteReader& in, std::vector<std::string>& names) {
  const std::size_t count = in.count(kTypeBytesMin);
  if (count > kContentTypesMax) return corrupt("it has too many content types");
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    std::string name(in.text());
    ContentType type;
    type.last_version = in.varint32();
    type.current.value = in.u32();
    // Ascending, as they are written: none twice.
    const bool ascends = names.empty() || names.back() < name;
    if (in.failed() || name.empty() || name.size() > kContentTypeBytesMax || !ascends) {
      return corrupt("content type " + std::to_string(i) + " makes no sense");
    }
    types.emplace(name, type);
    names.push_back(std::move(name));
  }
  return success();
}

Status DictionarySet::State::read_entry(ByteReader& in, const std::vector<std::string>& names) {
  Entry entry;
  entry.facts.id.value = in.u32();
  const std::uint64_t type = in.varint();
  entry.facts.version = in.varint32();
  entry.facts.trained_at_ns = in.zigzag();
  entry.facts.gain_per_10000 = in.varint32();
  entry.facts.references = in.varint();
  const std::uint64_t raw_bytes = in.varint();
  const std::uint8_t codec = in.u8();
  const std::uint64_t stored_bytes = in.varint();
  if (in.failed() || type >= names.size() || stored_bytes > in.remaining() ||
      entry.facts.version == 0 || entry.facts.version > types.at(names[type]).last_version) {
    return corrupt(number_text(entry.facts.id) + " makes no sense");
  }
  entry.facts.content_type = names[type];
  COPSE_TRY(Bytes bytes, decompress_frame(codec, in.raw(static_cast<std::size_t>(stored_bytes)),
                                          raw_bytes, kDictionaryBytesMax));
  if (id_of(entry.facts.content_type, bytes) != entry.facts.id ||
      entries.contains(entry.facts.id)) {
    return corrupt(number_text(entry.facts.id) + " has other bytes");
  }
  COPSE_TRY_STATUS(check_room(entry.facts, bytes.size()));
  COPSE_TRY(entry.dictionary, Dictionary::from_bytes(std::move(bytes)));
  insert(std::move(entry));
  return success();
}

Result<DictionarySet> DictionarySet::from_bytes(ByteView bytes) {
  ByteReader in(bytes);
  if (in.u32() != kMagic || in.failed()) return corrupt("it does not begin like one");
  const std::uint8_t version = in.u8();
  if (!in.failed() && version != kVersion) {
    return Error(ErrorCode::Unsupported, "dictionary set: it is of version " +
                                             std::to_string(version) + ", this copse knows " +
                                             std::to_string(kVersion));
  }
  constexpr std::size_t kChecksumBytes = sizeof(std::uint64_t);
  if (in.failed() || in.remaining() < kChecksumBytes) return corrupt("it ends early");
  const ByteView content = bytes.first(bytes.size() - kChecksumBytes);
  ByteReader checksum(bytes.last(kChecksumBytes));
  if (checksum.u64() != checksum64(content)) return corrupt("its checksum does not match");

  DictionarySet set;
  ByteReader rest(content.subspan(in.position()));
  std::vector<std::string> names;
  COPSE_TRY_STATUS(set.state_->read_types(rest, names));
  const std::size_t count = rest.count(kEntryBytesMin);
  for (std::size_t i = 0; i < count && !rest.failed(); ++i) {
    COPSE_TRY_STATUS(set.state_->read_entry(rest, names));
  }
  if (rest.failed() || !rest.at_end()) return corrupt("it has another end");
  for (const auto& [name, type] : set.state_->types) {
    if (type.current == DictionaryId{}) continue;
    const auto entry = set.state_->entries.find(type.current);
    if (entry == set.state_->entries.end() || entry->second.facts.content_type != name) {
      return corrupt("the dictionary of " + name + " is not in it");
    }
  }
  return set;
}

Result<Bytes> open_sealed_frame(ByteView sealed, const DictionarySet& dictionaries,
                                std::uint64_t raw_bytes_max) {
  COPSE_TRY(const SealedFrame frame, read_sealed_frame(sealed));
  std::shared_ptr<const Dictionary> dictionary;
  if (frame.dictionary != DictionaryId{}) {
    dictionary = dictionaries.find(frame.dictionary);
    if (dictionary == nullptr) {
      return Error(ErrorCode::NotFound,
                   "the frame needs " + number_text(frame.dictionary) + ", which is not there");
    }
  }
  return decompress_frame(frame.codec, frame.payload, frame.raw_bytes, raw_bytes_max,
                          dictionary.get());
}

}  // namespace copse
