// Copies frames that are still needed out of packs that are mostly not.
#include <algorithm>
#include <map>
#include <utility>

#include "store/writer_state.h"

namespace copse {
namespace {

using State = StoreWriter::State;

// Copies frames out of the chosen packs, each once.
class FrameMover {
 public:
  FrameMover(const State& state, StoreWriter& writer, const std::set<PackId>& chosen)
      : packs_(state.committed.packs), writer_(writer), chosen_(chosen) {}

  // Makes `ref` lead to the copy. False when the frame is damaged: what names it stays as it is,
  // and so does the pack.
  Result<bool> move(FrameRef& ref) {
    if (!chosen_.contains(ref.pack)) return true;
    if (const auto known = moved_.find(ref); known != moved_.end()) {
      ref = known->second;
      return true;
    }
    auto frame = packs_.read(ref);
    if (!frame.ok()) return false;
    const Frame& read = frame.value();
    COPSE_TRY(const FrameRef target,
              writer_.append_frame(read.type, read.codec, read.raw_bytes, read.payload()));
    moved_.emplace(ref, target);
    copied_bytes_ += packs_.frame_bytes(target);
    ref = target;
    return true;
  }

  std::uint64_t copied_bytes() const { return copied_bytes_; }

 private:
  const PackSet& packs_;
  StoreWriter& writer_;
  const std::set<PackId>& chosen_;
  std::map<FrameRef, FrameRef> moved_;
  std::uint64_t copied_bytes_ = 0;
};

// Unique bytes of frames in each pack that visible records and names refer to.
std::map<PackId, std::uint64_t> live_bytes(const std::vector<FrameRef>& frames,
                                           const PackSet& packs) {
  std::map<PackId, std::uint64_t> bytes;
  const FrameRef* last = nullptr;
  for (const FrameRef& ref : frames) {
    if (last == nullptr || *last != ref) bytes[ref.pack] += packs.frame_bytes(ref);
    last = &ref;
  }
  return bytes;
}

// Frames of committed and pending records and of names, in order.
std::vector<FrameRef> visible_frames(const State& state) {
  std::vector<FrameRef> frames;
  const auto take = [&](const FrameRef& ref) { frames.push_back(ref); };
  const Catalogue& catalogue = state.committed.catalogue;
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    if (!state.pending.contains(catalogue.path(i))) visit_frames(catalogue.record(i), take);
  }
  for (const auto& [path, record] : state.pending) {
    if (record) visit_frames(*record, take);
  }
  for (const auto& [name, frame] : state.named_frames) {
    take(frame);
  }
  std::sort(frames.begin(), frames.end());
  return frames;
}

}  // namespace

std::set<PackId> packs_below_share(const State& state, double min_live_share) {
  std::set<PackId> chosen;
  const auto live = live_bytes(visible_frames(state), state.committed.packs);
  for (const PackEntry& pack : state.committed.head.packs) {
    if (is_session_pack(state, pack.id)) continue;
    const auto found = live.find(pack.id);
    const std::uint64_t live_of_pack = found == live.end() ? 0 : found->second;
    const std::uint64_t all =
        pack.committed_bytes - std::min<std::uint64_t>(pack.committed_bytes, kPackHeaderBytes);
    if (static_cast<double>(live_of_pack) < min_live_share * static_cast<double>(all)) {
      chosen.insert(pack.id);
    }
  }
  return chosen;
}

Result<std::uint64_t> gather_packs(State& state, StoreWriter& writer,
                                   const std::set<PackId>& chosen) {
  if (chosen.empty()) return std::uint64_t{0};
  COPSE_TRY_STATUS(state.committed.catalogue.check_complete());
  COPSE_TRY(const std::vector<std::string> paths, writer.paths());
  FrameMover mover(state, writer, chosen);
  for (const std::string& path : paths) {
    COPSE_TRY(auto record, writer.find(path));
    if (!record) continue;
    FileRecord changed = *record;
    COPSE_TRY(bool whole, mover.move(changed.source));
    if (whole && changed.tree) {
      COPSE_TRY(whole, mover.move(*changed.tree));
    }
    for (std::size_t i = 0; whole && i < changed.bases.size(); ++i) {
      COPSE_TRY(whole, mover.move(changed.bases[i]));
    }
    if (whole && changed != *record) COPSE_TRY_STATUS(writer.put(std::move(changed)));
  }
  for (const std::string& name : writer.named_frames()) {
    FrameRef ref = *writer.named_frame(name);
    const FrameRef before = ref;
    COPSE_TRY(const bool whole, mover.move(ref));
    if (whole && ref != before) COPSE_TRY_STATUS(writer.set_named_frame(name, ref));
  }
  return mover.copied_bytes();
}

bool is_session_pack(const State& state, PackId id) {
  return std::any_of(state.session_packs.begin(), state.session_packs.end(),
                     [&](const SessionPack& pack) { return pack.id == id; });
}

std::set<PackId> smaller_half_of_packs(const State& state) {
  std::vector<PackEntry> packs = state.committed.head.packs;
  std::sort(packs.begin(), packs.end(), [](const PackEntry& a, const PackEntry& b) {
    return a.committed_bytes < b.committed_bytes;
  });
  packs.resize(packs.size() / 2);
  std::set<PackId> chosen;
  for (const PackEntry& pack : packs) {
    if (!is_session_pack(state, pack.id)) chosen.insert(pack.id);
  }
  return chosen;
}

Result<std::uint64_t> StoreWriter::gather(double min_live_share) {
  COPSE_TRY_STATUS(state_->check_usable());
  COPSE_TRY_STATUS(state_->committed.catalogue.check_complete());
  return gather_packs(*state_, *this, packs_below_share(*state_, min_live_share));
}

}  // namespace copse
