// Looks up what is called of libgit2.
#include "workspace/git_library.h"

#include <optional>
#include <utility>

#include "core/check.h"
#include "core/io/dynamic_library.h"

namespace copse {
namespace {

template <typename Function>
Status find(const DynamicLibrary& library, const char* name, Function& function) {
  COPSE_TRY(void* const address, library.symbol(name));
  function = reinterpret_cast<Function>(address);
  return success();
}

Result<GitFunctions> look_up() {
  // COPSE_LIBGIT2 is the name, with its version, of the one whose headers this was built with.
  COPSE_TRY(DynamicLibrary library, DynamicLibrary::open_system(COPSE_LIBGIT2));
  GitFunctions functions;
#define COPSE_GIT_FUNCTION(name) COPSE_TRY_STATUS(find(library, "git_" #name, functions.name));
  COPSE_GIT_FUNCTIONS(COPSE_GIT_FUNCTION)
#undef COPSE_GIT_FUNCTION
  library.keep_loaded();
  functions.libgit2_init();
  return functions;
}

const Result<GitFunctions>& functions() {
  static const Result<GitFunctions> kFunctions = look_up();
  return kFunctions;
}

}  // namespace

Status load_git() {
  const Result<GitFunctions>& loaded = functions();
  return loaded.ok() ? success() : Status(Error(loaded.error()));
}

const GitFunctions& git() {
  COPSE_CHECK(functions().ok());
  return functions().value();
}

}  // namespace copse
