// One committed state of a store as a reader or a writer holds it in memory.
#pragma once

#include <string>
#include <vector>

#include "copse/result.h"

#include "core/io/file_system.h"
#include "store/catalogue.h"
#include "store/head.h"
#include "store/pack.h"
#include "store/records.h"

namespace copse {

struct Generation {
  Head head;
  Catalogue catalogue;
  PackSet packs;
  // HEAD itself answered (not its copy), and the copy says the same.
  bool from_first = true;
  bool copy_agrees = true;
  std::vector<Damage> damages;
};

// Opens the newest generation. When files vanish because a writer replaced them meanwhile, it
// starts over with the newer one. Errors as Store::open.
Result<Generation> load_generation(FileSystem& file_system, const std::string& directory,
                                   PackAccess access);

// Calls `visit(const FrameRef&)` for every frame a record refers to.
template <typename Visit>
void visit_frames(const FileRecord& record, Visit visit) {
  visit(record.source);
  if (record.tree) visit(*record.tree);
}

}  // namespace copse
