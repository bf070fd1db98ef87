// How a store is opened for reading.
#pragma once

#include <string>
#include <vector>

#include "copse/storage.h"

namespace copse {

struct OpenOptions {
  // Where the store's directory is.
  Storage storage = {};
  // As in IndexOptions. With grammars at hand a file whose tree is damaged is parsed again when it
  // is asked for, from its source as it was verified; damage_notes() tells of it. Nothing is loaded
  // and no process started before that.
  std::vector<std::string> grammar_path = {};
  std::vector<std::string> parse_command = {};
};

}  // namespace copse
