// Reads every byte of a store that matters and names what is damaged.
#include <algorithm>
#include <utility>

#include "core/hash.h"
#include "store/shared_object.h"
#include "store/store.h"
#include "store/store_state.h"

namespace copse {
namespace {

// Walks one generation; counts and reports.
class Verifier {
 public:
  Verifier(const Store::State& state, const std::function<void(const Damage&)>& visit)
      : state_(state), visit_(visit) {}

  VerifySummary run() {
    check_heads();
    for (const SegmentEntry& entry : state_.generation.head.segments) {
      for (const Mirror mirror : kMirrors) {
        check_segment(entry, mirror);
      }
    }
    check_pack_headers();
    check_frames();
    for (const SharedId& id : named_shared_objects(state_.generation)) {
      for (const Mirror mirror : kMirrors) {
        check_shared(id, mirror);
      }
      ++summary_.shared_objects;
    }
    return summary_;
  }

 private:
  std::string full_path(const std::string& name) const { return join_path(state_.directory, name); }

  void report(const std::string& file, std::uint64_t offset, const Error& error) {
    ++summary_.damages;
    visit_({file, offset, error.message()});
  }

  // No value, and a report, when it cannot be read.
  std::optional<Bytes> read(const std::string& name, std::uint64_t limit_bytes) {
    auto bytes = state_.file_system.read_file(full_path(name), limit_bytes);
    if (!bytes.ok()) {
      report(name, 0, bytes.error());
      return std::nullopt;
    }
    summary_.bytes += bytes.value().size();
    return std::move(bytes).value();
  }

  // A head of another generation is no damage: a commit that was cut off between HEAD and its copy
  // leaves one, and so does a writer who committed meanwhile. The first commit has no copy yet.
  void check_heads() {
    const Head& held = state_.generation.head;
    for (const Mirror mirror : kMirrors) {
      const std::string name = head_name(mirror);
      if (mirror == Mirror::Copy && copy_may_be_missing(held)) {
        const auto info = state_.file_system.stat(full_path(name));
        if (!info.ok() && info.error().code() == ErrorCode::NotFound) continue;
      }
      const auto bytes = read(name, kMaxHeadBytes);
      if (!bytes) continue;
      const auto head = decode_head(*bytes, name);
      if (!head.ok()) {
        report(name, 0, head.error());
      } else if (head.value().store_id != held.store_id ||
                 (head.value().generation == held.generation && head.value() != held)) {
        report(name, 0,
               Error(ErrorCode::Corrupt, name + " at offset 0: not the head of generation " +
                                             std::to_string(held.generation) + " of this store"));
      }
    }
  }

  void check_segment(const SegmentEntry& entry, Mirror mirror) {
    const std::string name = segment_name(entry.id, mirror);
    const auto bytes = read(name, kMaxSegmentBytes);
    if (!bytes) return;
    const auto index = parse_segment_index(*bytes, name);
    if (!index.ok()) return report(name, 0, index.error());
    if (index.value().checksum != entry.checksum || bytes->size() != entry.file_bytes) {
      report(name, 0,
             Error(ErrorCode::Corrupt, name + " at offset 0: not the segment that HEAD names"));
    }
    for (std::size_t i = 0; i < index.value().blocks.size(); ++i) {
      const auto block = parse_block(*bytes, index.value(), i, name);
      if (!block.ok()) report(name, index.value().blocks[i].offset, block.error());
    }
  }

  void check_pack_headers() {
    for (const PackEntry& pack : state_.generation.head.packs) {
      const std::string name = pack_name(pack.id);
      auto file = state_.file_system.open(full_path(name));
      if (!file.ok()) {
        report(name, 0, file.error());
        continue;
      }
      std::uint8_t header[kPackHeaderBytes] = {};
      const Status status = file.value()->read_at(0, header);
      const auto version =
          check_pack_header(header, pack.id, state_.generation.head.store_id, name);
      if (!status.ok()) {
        report(name, 0, status.error());
      } else if (!version.ok()) {
        report(name, 0, version.error());
      }
      summary_.bytes += kPackHeaderBytes;
    }
  }

  void check_frames() {
    summary_.files = state_.generation.catalogue.size();
    std::vector<FrameRef> frames;
    visit_frames(state_.generation, [&](const FrameRef& ref) { frames.push_back(ref); });
    std::sort(frames.begin(), frames.end());
    frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
    for (const FrameRef& ref : frames) {
      const auto frame = state_.generation.packs.read(ref);
      if (!frame.ok()) report(pack_name(ref.pack), ref.offset, frame.error());
      summary_.bytes += state_.generation.packs.frame_bytes(ref);
    }
    summary_.frames = frames.size();
  }

  void check_shared(const SharedId& id, Mirror mirror) {
    const std::string name = shared_name(id, mirror);
    const auto bytes = read(name, kMaxSharedBytes + kSharedOverheadBytes);
    if (!bytes) return;
    const auto object = decode_shared(*bytes, id, std::nullopt, name);
    if (!object.ok()) return report(name, 0, object.error());
    if (shared_id(object.value().kind, object.value().bytes) != id) {
      report(name, 0, Error(ErrorCode::Corrupt, name + " at offset 0: the content has another id"));
    }
  }

  const Store::State& state_;
  const std::function<void(const Damage&)>& visit_;
  VerifySummary summary_;
};

}  // namespace

Result<VerifySummary> Store::verify(const std::function<void(const Damage&)>& visit) const {
  std::vector<Damage> damages;
  const VerifySummary summary =
      Verifier(*state_, [&](const Damage& damage) { damages.push_back(damage); }).run();
  if (!damages.empty()) {
    // What a writer replaced meanwhile is not damaged.
    const auto newest = read_head(state_->file_system, state_->directory);
    if (newest.ok() && newest.value().head.generation > generation()) {
      return Error(ErrorCode::NotFound, "generation " + std::to_string(generation()) +
                                            " was replaced while it was verified");
    }
  }
  for (const Damage& damage : damages) {
    visit(damage);
  }
  return summary;
}

}  // namespace copse
