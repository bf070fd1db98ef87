// All dictionaries that are in use: the one that each type of content is written with now, and
// older ones for as long as something that is kept needs them.
//
// Thread-safe. Memory: the dictionaries, and what they are prepared for (codec/dictionary.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "codec/dictionary.h"
#include "codec/sealed_frame.h"
#include "core/bytes.h"

namespace copse {

inline constexpr std::size_t kContentTypesMax = 64;
inline constexpr std::size_t kContentTypeBytesMax = 64;  // of a type's name
inline constexpr std::size_t kDictionariesMax = 1024;
inline constexpr std::uint64_t kDictionarySetBytesMax = std::uint64_t{256} << 20;

// What is on record for a dictionary.
struct DictionaryFacts {
  DictionaryId id;
  std::string content_type;
  std::uint32_t version = 0;         // counts from 1 for each type, and never falls
  std::int64_t trained_at_ns = 0;    // since the epoch
  std::uint32_t gain_per_10000 = 0;  // of held-out bytes, over frames without a dictionary
  std::uint64_t references = 0;
  bool is_current = false;
};

struct CurrentDictionary {
  DictionaryFacts facts;
  std::shared_ptr<const Dictionary> dictionary;  // null when a type has none
};

class DictionarySet {
 public:
  DictionarySet();
  DictionarySet(DictionarySet&&) noexcept;
  DictionarySet& operator=(DictionarySet&&) noexcept;
  ~DictionarySet();

  // Makes it the current one of its type, as the next version; when the set has it already, that
  // one. LimitExceeded when a limit above would be passed, InvalidArgument for a type without a
  // name, Busy in the unlikely case that a dictionary of other bytes has its number.
  Result<DictionaryId> add(std::string_view content_type,
                           std::shared_ptr<const Dictionary> dictionary, std::int64_t trained_at_ns,
                           std::uint32_t gain_per_10000);
  // From now on the type is written without one.
  void retire(std::string_view content_type);

  CurrentDictionary current(std::string_view content_type) const;
  // The same with a reference for what will be written with it.
  CurrentDictionary acquire(std::string_view content_type);
  // Null when the set has none of that number.
  std::shared_ptr<const Dictionary> find(DictionaryId id) const;

  // For every frame that is kept one reference. NotFound when the dictionary is not there, or has
  // no reference to drop.
  Status add_references(DictionaryId id, std::uint64_t count = 1);
  Status drop_references(DictionaryId id, std::uint64_t count = 1);

  // Forgets what is neither current nor referred to; says how many.
  std::size_t collect();

  // By type, then version.
  std::vector<DictionaryFacts> all() const;

  // As docs/formats/dictionary_set.md has it; deterministic. Reading is Corrupt when a checksum
  // does not match or something makes no sense, Unsupported when a newer copse wrote it.
  Bytes to_bytes() const;
  static Result<DictionarySet> from_bytes(ByteView bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What the frame holds. NotFound when the set lacks the dictionary that it names, else as
// read_sealed_frame() and decompress_frame().
Result<Bytes> open_sealed_frame(ByteView sealed, const DictionarySet& dictionaries,
                                std::uint64_t raw_bytes_max);

}  // namespace copse
