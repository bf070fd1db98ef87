// What a Store holds; shared by its source files.
#pragma once

#include <string>

#include "store/damage_log.h"
#include "store/generation.h"
#include "store/shown_files.h"
#include "store/store.h"

namespace copse {

struct Store::State {
  State(FileSystem& system, std::string path, PackAccess how)
      : file_system(system), directory(std::move(path)), access(how) {}

  LoadOptions load_options() const { return {access, true}; }

  FileSystem& file_system;
  std::string directory;
  PackAccess access;
  Generation generation;
  ShownFiles shown;
  mutable DamageLog damages;
};

}  // namespace copse
