// Loads what HEAD names.
#include "store/generation.h"

#include <set>
#include <utility>

namespace copse {
namespace {

constexpr int kMaxAttempts = 100;  // each one means that a whole commit came in between

// False when one is missing: damage, or a writer that removed it meanwhile.
bool hold_objects(FileSystem& file_system, const std::string& directory, Generation& generation) {
  bool all = true;
  for (const SharedId& id : named_shared_objects(generation)) {
    if (generation.objects.size() == kMaxHeldObjects) break;
    auto file = file_system.open(join_path(directory, shared_name(id, Mirror::First)));
    if (file.ok()) {
      generation.objects.emplace(id, std::move(file).value());
    } else {
      all = all && file.error().code() != ErrorCode::NotFound;
    }
  }
  return all;
}

Generation load_named(FileSystem& file_system, const std::string& directory, PackAccess access,
                      HeadState state) {
  Generation generation;
  generation.head = std::move(state.head);
  generation.from_first = state.from_first;
  generation.copy_agrees = state.copy_agrees;
  generation.damages = std::move(state.damages);
  std::vector<SegmentPtr> segments;
  for (const SegmentEntry& entry : generation.head.segments) {
    segments.push_back(load_segment(file_system, directory, entry, generation.damages));
  }
  generation.catalogue = Catalogue(std::move(segments));
  generation.packs.open(file_system, directory, generation.head, access, generation.damages);
  return generation;
}

}  // namespace

std::vector<SharedId> named_shared_objects(const Generation& generation) {
  std::set<SharedId> ids;
  for (const RootEntry& root : generation.head.roots) {
    ids.insert(root.id);
  }
  for (const SegmentPtr& segment : generation.catalogue.segments()) {
    ids.insert(segment->tables.shared.begin(), segment->tables.shared.end());
  }
  return {ids.begin(), ids.end()};
}

Result<Generation> load_generation(FileSystem& file_system, const std::string& directory,
                                   const LoadOptions& options) {
  COPSE_TRY(HeadState state, read_head(file_system, directory));
  for (int attempt = 1;; ++attempt) {
    Generation generation = load_named(file_system, directory, options.packs, std::move(state));
    const bool held = !options.hold_objects || hold_objects(file_system, directory, generation);
    if ((generation.damages.empty() && held) || attempt == kMaxAttempts) return generation;
    // Damage, or a writer that removed what this generation names: then there is a newer one.
    COPSE_TRY(state, read_head(file_system, directory));
    if (state.head == generation.head) return generation;
  }
}

}  // namespace copse
