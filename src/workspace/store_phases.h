// Which phases of compression a store goes without, so that what each gains can be measured. All
// are on unless somebody turns some off (IndexOptions::phases_off); the store remembers it for all
// later runs. Frames say themselves what they are, so readers need not know, but for one phase:
// mapping.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "codec/frame_codec.h"
#include "core/bytes.h"
#include "store/store.h"
#include "store/store_writer.h"
#include "syntax/tree_phases.h"

namespace copse {

// Bits on disk: never renumber. The first seven are those of TreePhase. What a store without the
// phase does, beside what its trees do:
enum class StorePhase : std::uint16_t {
  Varint = 1,
  Packing = 2,
  Interning = 4,
  Delta = 8,  // sources are compressed without a dictionary of what others hold
  Bytecode = 16,
  Frozen = 32,  // sources are compressed for speed only
  Segments = 64,
  Chunking = 128,     // equal files are stored once each
  Mmap = 256,         // packs are read, not mapped
  Compression = 512,  // sources are stored as they are, and no other phase is on
};

// The root whose object says which phases are off; without it all are on.
inline constexpr const char* kPhasesRoot = "phases";

class StorePhases {
 public:
  StorePhases() = default;  // all are on

  // `names`: phase1_varint, phase1_packing, phase1_interning, phase2_delta, phase2_chunking,
  // phase3_bytecode, phase4a_frozen, phase4b_mmap, phase4c_segments, enable_compression; or "none"
  // alone. InvalidArgument for others.
  static Result<StorePhases> without(const std::vector<std::string>& names);
  // Their names, in that order.
  std::vector<std::string> names_off() const;

  bool on(StorePhase phase) const {
    return ((off_ | implied()) & static_cast<std::uint16_t>(phase)) == 0;
  }
  TreePhases of_trees() const;
  // A source on its way into the store, and when the store is brought to its smallest.
  FramePayload compress_source(ByteView source) const;
  FramePayload compress_source_small(ByteView source, int level,
                                     const Dictionary* dictionary) const;

  // As the shared object has them. Corrupt, or Unsupported when a newer copse knows more phases.
  Bytes encode() const;
  static Result<StorePhases> decode(ByteView bytes);

  // What a store goes without.
  static Result<StorePhases> of(const Store& store);
  static Result<StorePhases> of(const StoreWriter& writer);
  // Makes the store remember it, from the next commit on.
  Status put(StoreWriter& writer) const;

  bool operator==(const StorePhases&) const = default;

 private:
  std::uint16_t implied() const;

  std::uint16_t off_ = 0;
};

}  // namespace copse
