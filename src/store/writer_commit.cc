// Publishes what a writer gathered: packs, then the catalogue, then HEAD.
#include <algorithm>
#include <utility>

#include "core/check.h"
#include "store/writer_state.h"

namespace copse {
namespace {

using State = StoreWriter::State;

Status sync_packs(State& state) {
  bool created = false;
  for (SessionPack& pack : state.session_packs) {
    if (pack.synced_bytes == pack.written_bytes) continue;
    created = created || pack.synced_bytes == 0;
    COPSE_TRY_STATUS(pack.file->sync());
    pack.synced_bytes = pack.written_bytes;
  }
  if (created) {
    COPSE_TRY_STATUS(
        state.file_system.sync_directory(state.full_path(std::string(kPackDirectory))));
  }
  if (state.shared_changed) {
    COPSE_TRY_STATUS(
        state.file_system.sync_directory(state.full_path(std::string(kSharedDirectory))));
  }
  return success();
}

// The number of the oldest segment that the new one takes in; their count when it takes in none.
std::size_t first_merged(const State& state) {
  const auto& segments = state.committed.catalogue.segments();
  // What lies before a loss stays apart: a merged segment could not say what is uncertain in it.
  std::size_t lowest = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!segments[i]->lost.empty()) lowest = i + 1;
  }
  if (state.merge_all) return lowest;
  std::size_t first = segments.size();
  std::uint64_t records = state.pending.size();
  while (first > lowest) {
    const std::uint64_t older = segments[first - 1]->entry.record_count;
    if (older > kMergeRatio * records) break;
    records += older;
    --first;
  }
  // A damaged mirror heals by being written anew.
  for (std::size_t i = lowest; i < first; ++i) {
    if (segments[i]->mirror_damaged) first = i;
  }
  return first;
}

// The records of the merged segments with the pending ones laid over them.
Bytes build_segment(const State& state, std::size_t first, SegmentId id) {
  const auto& segments = state.committed.catalogue.segments();
  const bool is_base = first == 0;  // nothing older is left that a removal could speak of
  const Catalogue merged({segments.begin() + static_cast<std::ptrdiff_t>(first), segments.end()},
                         !is_base);
  SegmentBuilder builder(id);
  auto pending = state.pending.begin();
  const auto add_pending = [&] {
    if (pending->second) {
      builder.add(*pending->second);
    } else if (!is_base) {
      builder.add_removed(pending->first);
    }
    ++pending;
  };
  for (std::size_t i = 0; i < merged.size(); ++i) {
    const Row row = merged.row(i);
    while (pending != state.pending.end() && pending->first < row.path) {
      add_pending();
    }
    if (pending != state.pending.end() && pending->first == row.path) {
      add_pending();
    } else if (row.removed) {
      builder.add_removed(row.path);
    } else {
      builder.add(merged.record(i));
    }
  }
  while (pending != state.pending.end()) {
    add_pending();
  }
  return builder.finish();
}

Status write_segment(State& state, SegmentId id, const Bytes& bytes) {
  for (const Mirror mirror : kMirrors) {
    COPSE_TRY(const auto file, state.file_system.create(state.full_path(segment_name(id, mirror))));
    COPSE_TRY_STATUS(file->append(bytes));
    COPSE_TRY_STATUS(file->sync());
    COPSE_TRY_STATUS(file->close());
  }
  return state.file_system.sync_directory(state.full_path(std::string(kSegmentDirectory)));
}

// Counts of references to each pack after the pending records and names are in force.
void count_references(const State& state, std::vector<PackEntry>& packs) {
  const auto change_one = [&](const FrameRef& ref, bool more) {
    for (PackEntry& pack : packs) {
      if (pack.id != ref.pack) continue;
      if (more) ++pack.references;
      if (!more && pack.references > 0) --pack.references;
    }
  };
  const auto change = [&](const FileRecord& record, bool more) {
    visit_frames(record, [&](const FrameRef& ref) { change_one(ref, more); });
  };
  for (const NamedFrameEntry& named : state.committed.head.frames) {
    change_one(named.frame, false);
  }
  for (const auto& [name, frame] : state.named_frames) {
    change_one(frame, true);
  }
  for (const auto& [path, record] : state.pending) {
    const auto before = state.committed.catalogue.find(path);
    // What is lost keeps its references: it may be seen again.
    if (before.ok() && before.value()) change(*before.value(), false);
    if (record) change(*record, true);
  }
}

// Packs that no record and no name needs, by count and then by looking at every one of them.
std::vector<PackId> dead_packs(const State& state, const std::vector<PackEntry>& packs,
                               const Catalogue& catalogue) {
  std::set<PackId> dead;
  if (!catalogue.check_complete().ok()) return {};
  for (const PackEntry& pack : packs) {
    if (pack.references == 0 && !is_session_pack(state, pack.id)) dead.insert(pack.id);
  }
  if (dead.empty()) return {};
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    visit_frames(catalogue.record(i), [&](const FrameRef& ref) { dead.erase(ref.pack); });
  }
  for (const auto& [name, frame] : state.named_frames) {
    dead.erase(frame.pack);
  }
  return {dead.begin(), dead.end()};
}

// The head that follows, but for its segments.
Head next_head(const State& state) {
  Head head = state.committed.head;
  ++head.generation;
  head.roots.clear();
  for (const auto& [name, id] : state.roots) {
    head.roots.push_back({name, id});
  }
  head.frames.clear();
  for (const auto& [name, frame] : state.named_frames) {
    head.frames.push_back({name, frame});
  }
  for (const SessionPack& session : state.session_packs) {
    const auto known = std::find_if(head.packs.begin(), head.packs.end(),
                                    [&](const PackEntry& pack) { return pack.id == session.id; });
    if (known != head.packs.end()) {
      known->committed_bytes = session.written_bytes;
    } else {
      head.packs.push_back({session.id, session.written_bytes, 0});
    }
  }
  count_references(state, head.packs);
  return head;
}

// After the new HEAD is durable in both files nobody needs these; a failure is made good by the
// next writer that opens.
void remove_replaced(State& state, const std::vector<SegmentEntry>& segments,
                     const std::vector<PackId>& packs) {
  for (const SegmentEntry& segment : segments) {
    for (const Mirror mirror : kMirrors) {
      static_cast<void>(
          state.file_system.remove(state.full_path(segment_name(segment.id, mirror))));
    }
  }
  for (const PackId pack : packs) {
    state.committed.packs.drop(pack);
    static_cast<void>(state.file_system.remove(state.full_path(pack_name(pack))));
  }
}

}  // namespace

Status commit_writer(State& state) {
  const bool changed = !state.pending.empty() || state.roots_changed ||
                       state.named_frames_changed || state.packs_changed || state.merge_all;
  if (!changed && !state.shared_changed) return success();
  COPSE_TRY_STATUS(sync_packs(state));
  state.shared_changed = false;
  if (!changed) return success();
  Head head = next_head(state);
  std::vector<SegmentPtr> segments = state.committed.catalogue.segments();
  std::vector<SegmentEntry> replaced;
  if (!state.pending.empty() || state.merge_all) {
    const std::size_t first = first_merged(state);
    if (first >= kMaxSegments) {
      return Error(ErrorCode::LimitExceeded, state.directory + " has too many damaged segments");
    }
    const SegmentId id{state.next_id++};
    const Bytes bytes = build_segment(state, first, id);
    COPSE_TRY_STATUS(write_segment(state, id, bytes));
    for (std::size_t i = first; i < segments.size(); ++i) {
      replaced.push_back(segments[i]->entry);
    }
    segments.resize(first);
    segments.push_back(parse_segment(bytes));
    head.segments.resize(first);
    head.segments.push_back(segments.back()->entry);
  }
  Catalogue catalogue(std::move(segments));
  const std::vector<PackId> dead = dead_packs(state, head.packs, catalogue);
  std::erase_if(head.packs, [&](const PackEntry& pack) {
    return std::find(dead.begin(), dead.end(), pack.id) != dead.end();
  });
  head.next_id = state.next_id;
  for (const Mirror mirror : kMirrors) {
    COPSE_TRY_STATUS(write_head(state.file_system, state.directory, head, mirror));
  }
  state.committed.head = std::move(head);
  state.committed.catalogue = std::move(catalogue);
  state.committed.from_first = true;
  state.pending.clear();
  state.roots_changed = false;
  state.named_frames_changed = false;
  state.packs_changed = false;
  state.merge_all = false;
  remove_replaced(state, replaced, dead);
  return success();
}

}  // namespace copse
