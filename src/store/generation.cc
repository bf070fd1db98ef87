// Loads what HEAD names.
#include "store/generation.h"

#include <utility>

namespace copse {
namespace {

constexpr int kMaxAttempts = 100;  // each one means that a whole commit came in between

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

Result<Generation> load_generation(FileSystem& file_system, const std::string& directory,
                                   PackAccess access) {
  COPSE_TRY(HeadState state, read_head(file_system, directory));
  for (int attempt = 1;; ++attempt) {
    Generation generation = load_named(file_system, directory, access, std::move(state));
    if (generation.damages.empty() || attempt == kMaxAttempts) return generation;
    // Damage, or a writer that removed what this generation names: then there is a newer one.
    COPSE_TRY(state, read_head(file_system, directory));
    if (state.head == generation.head) return generation;
  }
}

}  // namespace copse
