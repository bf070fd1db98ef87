// What a store remembers of how a language's model and dictionary were learnt.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "store/records.h"

namespace copse {

inline constexpr std::uint8_t kLearningVersion = 2;

// What a model and a dictionary were learnt for.
struct Learning {
  std::uint64_t source_bytes = 0;
  std::uint64_t dictionary_bytes = 0;  // the options
  bool small_trees = false;
  SharedId grammar;

  Bytes encode() const {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u8(kLearningVersion);
    out.varint(source_bytes);
    out.varint(dictionary_bytes);
    out.u8(small_trees ? 1 : 0);
    out.raw(grammar.content.digest);
    return bytes;
  }

  // Absent when it makes no sense: then it is learnt again.
  static std::optional<Learning> decode(ByteView bytes) {
    ByteReader in(bytes);
    Learning learning;
    const bool known = in.u8() == kLearningVersion;
    learning.source_bytes = in.varint();
    learning.dictionary_bytes = in.varint();
    learning.small_trees = in.u8() != 0;
    const ByteView digest = in.raw(ContentId::kSizeBytes);
    if (!known || in.failed() || !in.at_end()) return std::nullopt;
    std::copy(digest.begin(), digest.end(), learning.grammar.content.digest.begin());
    return learning;
  }
};

}  // namespace copse
