// What is said of a file that did not go the usual way.
#pragma once

#include <string>

namespace copse {

// A file that was kept as plain source, or could not be read, and why.
struct FileProblem {
  std::string path;
  std::string reason;
};

}  // namespace copse
