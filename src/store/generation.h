// One committed state of a store as a reader or a writer holds it in memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "store/catalogue.h"
#include "store/head.h"
#include "store/pack.h"
#include "store/records.h"

namespace copse {

// A reader keeps this many shared objects open: a writer removes those that its newer generation
// does not need. More than this many are read from their names alone.
inline constexpr std::size_t kMaxHeldObjects = 256;

struct Generation {
  Head head;
  Catalogue catalogue;
  PackSet packs;
  std::map<SharedId, std::unique_ptr<ReadableFile>> objects;  // held open, for readers
  // HEAD itself answered (not its copy), and the copy says the same.
  bool from_first = true;
  bool copy_agrees = true;
  std::vector<Damage> damages;
};

struct LoadOptions {
  PackAccess packs = PackAccess::Plain;
  bool hold_objects = false;
};

// Every shared object that a root or a segment of the catalogue names, each once, in order.
std::vector<SharedId> named_shared_objects(const Generation& generation);

// Opens the newest generation. When files vanish because a writer replaced them meanwhile, it
// starts over with the newer one. Errors as Store::open.
Result<Generation> load_generation(FileSystem& file_system, const std::string& directory,
                                   const LoadOptions& options);

// Calls `visit(const FrameRef&)` for every frame a record refers to.
template <typename Visit>
void visit_frames(const FileRecord& record, Visit visit) {
  visit(record.source);
  if (record.tree) visit(*record.tree);
  for (const FrameRef& base : record.bases) {
    visit(base);
  }
}

// Calls `visit(const FrameRef&)` for every frame anything in a generation refers to: records, then
// names. A frame comes as often as it is referred to.
template <typename Visit>
void visit_frames(const Generation& generation, Visit visit) {
  for (std::size_t i = 0; i < generation.catalogue.size(); ++i) {
    visit_frames(generation.catalogue.record(i), visit);
  }
  for (const NamedFrameEntry& named : generation.head.frames) {
    visit(named.frame);
  }
}

}  // namespace copse
