// What a Store holds; shared by its source files.
#pragma once

#include <string>

#include "store/damage_log.h"
#include "store/generation.h"
#include "store/store.h"

namespace copse {

struct Store::State {
  State(FileSystem& system, std::string path, PackAccess how)
      : file_system(system), directory(std::move(path)), access(how) {}

  FileSystem& file_system;
  std::string directory;
  PackAccess access;
  Generation generation;
  mutable DamageLog damages;
};

// Every shared object that a root or a segment of the catalogue names, each once, in order.
std::vector<SharedId> named_shared_objects(const Generation& generation);

}  // namespace copse
