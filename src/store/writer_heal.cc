// Mirrored files of which one is damaged are written anew from the other, and packs whose header is
// damaged are emptied.
#include <algorithm>
#include <utility>

#include "store/shared_object.h"
#include "store/writer_state.h"

namespace copse {
namespace {

using State = StoreWriter::State;

// One of the two files of a segment, read to the end.
bool segment_is_whole(const State& state, const SegmentEntry& entry, Mirror mirror) {
  const std::string name = segment_name(entry.id, mirror);
  const auto bytes = state.file_system.read_file(state.full_path(name), kMaxSegmentBytes);
  if (!bytes.ok() || bytes.value().size() != entry.file_bytes) return false;
  const auto index = parse_segment_index(bytes.value(), name);
  if (!index.ok() || index.value().checksum != entry.checksum) return false;
  for (std::size_t i = 0; i < index.value().blocks.size(); ++i) {
    if (!parse_block(bytes.value(), index.value(), i, name).ok()) return false;
  }
  return true;
}

// The object from whichever file has it whole.
std::optional<SharedObject> whole_object(const State& state, const SharedId& id) {
  for (const Mirror mirror : kMirrors) {
    const std::string name = shared_name(id, mirror);
    const auto bytes =
        state.file_system.read_file(state.full_path(name), kMaxSharedBytes + kSharedOverheadBytes);
    if (!bytes.ok()) continue;
    auto object = decode_shared(bytes.value(), id, std::nullopt, name);
    if (object.ok() && shared_id(object.value().kind, object.value().bytes) == id) {
      return std::move(object).value();
    }
  }
  return std::nullopt;
}

// Packs whose frames stand for themselves behind a header that does not.
std::set<PackId> packs_with_damaged_header(const State& state) {
  std::set<PackId> damaged;
  for (const PackEntry& pack : state.committed.head.packs) {
    const std::string name = pack_name(pack.id);
    auto file = state.file_system.open(state.full_path(name));
    std::uint8_t header[kPackHeaderBytes] = {};
    const bool whole = file.ok() && file.value()->read_at(0, header).ok() &&
                       check_pack_header(header, pack.id, state.committed.head.store_id, name).ok();
    if (!whole) damaged.insert(pack.id);
  }
  return damaged;
}

}  // namespace

Status StoreWriter::heal() {
  State& state = *state_;
  COPSE_TRY_STATUS(state.check_usable());
  for (const SharedId& id : state.known_shared) {
    const auto object = whole_object(state, id);
    if (!object) continue;
    auto written =
        write_shared_object(state.file_system, state.directory, id, object->kind, object->bytes);
    if (!written.ok()) return state.spend(Status(std::move(written).take_error()));
    state.shared_changed = state.shared_changed || written.value();
  }
  bool whole = state.committed.from_first;
  for (const SegmentEntry& entry : state.committed.head.segments) {
    whole = whole && segment_is_whole(state, entry, Mirror::First) &&
            segment_is_whole(state, entry, Mirror::Copy);
  }
  // One segment in the place of all, and both heads, with the next commit.
  if (!whole) state.merge_all = true;
  if (!state.committed.catalogue.check_complete().ok()) return success();
  auto gathered = gather_packs(state, *this, packs_with_damaged_header(state));
  return gathered.ok() ? success() : Status(std::move(gathered).take_error());
}

}  // namespace copse
