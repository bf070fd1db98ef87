// Names and bits of phases, and the object that keeps them.
#include "workspace/store_phases.h"

#include <algorithm>
#include <utility>

#include "codec/chunked_frame.h"
#include "workspace/syntax_objects.h"

namespace copse {
namespace {

struct Named {
  std::string_view name;
  StorePhase phase;
};

constexpr Named kNames[] = {
    {"phase1_varint", StorePhase::Varint},       {"phase1_packing", StorePhase::Packing},
    {"phase1_interning", StorePhase::Interning}, {"phase2_delta", StorePhase::Delta},
    {"phase2_chunking", StorePhase::Chunking},   {"phase3_bytecode", StorePhase::Bytecode},
    {"phase4a_frozen", StorePhase::Frozen},      {"phase4b_mmap", StorePhase::Mmap},
    {"phase4c_segments", StorePhase::Segments},  {"enable_compression", StorePhase::Compression},
};
constexpr std::string_view kNone = "none";
constexpr std::uint16_t kAllBits = 1023;
constexpr std::uint8_t kVersion = 1;
constexpr std::uint16_t kTreeBits = 0x7F;

static_assert(static_cast<unsigned>(StorePhase::Varint) ==
              static_cast<unsigned>(TreePhase::Varint));
static_assert(static_cast<unsigned>(StorePhase::Segments) ==
              static_cast<unsigned>(TreePhase::Segments));

// Reader and writer of a store answer alike.
template <typename From>
Result<StorePhases> read_from(const From& store) {
  const auto root = store.root(kPhasesRoot);
  if (!root) return StorePhases();
  COPSE_TRY(const Bytes bytes, store.read_shared(*root, kPhasesObject));
  return StorePhases::decode(bytes);
}

}  // namespace

Result<StorePhases> StorePhases::without(const std::vector<std::string>& names) {
  StorePhases phases;
  if (names.size() == 1 && names.front() == kNone) return phases;
  for (const std::string& name : names) {
    const auto* const found = std::find_if(std::begin(kNames), std::end(kNames),
                                           [&](const Named& each) { return each.name == name; });
    if (found == std::end(kNames)) {
      std::string known;
      for (const Named& each : kNames) {
        known.append(each.name).append(", ");
      }
      return Error(ErrorCode::InvalidArgument, "no phase of compression is called '" + name +
                                                   "'; there are: " + known + "or " +
                                                   std::string(kNone) + " for none of them");
    }
    phases.off_ |= static_cast<std::uint16_t>(found->phase);
  }
  return phases;
}

std::vector<std::string> StorePhases::names_off() const {
  std::vector<std::string> names;
  for (const Named& each : kNames) {
    if ((off_ & static_cast<std::uint16_t>(each.phase)) != 0) names.emplace_back(each.name);
  }
  return names;
}

std::uint16_t StorePhases::implied() const {
  const bool nothing = (off_ & static_cast<std::uint16_t>(StorePhase::Compression)) != 0;
  return nothing ? kAllBits : std::uint16_t{0};
}

TreePhases StorePhases::of_trees() const {
  const auto off = static_cast<std::uint8_t>((off_ | implied()) & kTreeBits);
  return TreePhases::from_off_bits(off).value_or(TreePhases());
}

FramePayload StorePhases::compress_source(ByteView source) const {
  if (on(StorePhase::Compression)) {
    return on(StorePhase::Segments) ? copse::compress_source(source, kFastLevel)
                                    : compress_frame(source, kFastLevel);
  }
  return {FrameCodec::Raw, source.size(), Bytes(source.begin(), source.end())};
}

FramePayload StorePhases::compress_source_small(ByteView source, int level,
                                                const Dictionary* dictionary) const {
  if (!on(StorePhase::Frozen) || !on(StorePhase::Compression)) return compress_source(source);
  return on(StorePhase::Segments) ? copse::compress_source_small(source, level, dictionary)
                                  : compress_small(source, level, dictionary);
}

Bytes StorePhases::encode() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(kVersion);
  out.varint(off_);
  return bytes;
}

Result<StorePhases> StorePhases::decode(ByteView bytes) {
  ByteReader in(bytes);
  const std::uint8_t version = in.u8();
  const std::uint64_t off = in.varint();
  if (in.failed()) return Error(ErrorCode::Corrupt, "the store's phases are cut short");
  if (version != kVersion || off > kAllBits) {
    return Error(ErrorCode::Unsupported,
                 "the store goes without a phase of compression that this copse does not know");
  }
  if (!in.at_end()) return Error(ErrorCode::Corrupt, "the store's phases go on behind their end");
  StorePhases phases;
  phases.off_ = static_cast<std::uint16_t>(off);
  return phases;
}

Result<StorePhases> StorePhases::of(const Store& store) {
  return read_from(store);
}

Result<StorePhases> StorePhases::of(const StoreWriter& writer) {
  return read_from(writer);
}

Status StorePhases::put(StoreWriter& writer) const {
  if (*this == StorePhases()) return writer.set_root(kPhasesRoot, {});
  COPSE_TRY(const SharedId id, writer.put_shared(kPhasesObject, encode()));
  return writer.set_root(kPhasesRoot, id);
}

}  // namespace copse
