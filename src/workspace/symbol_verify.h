// Symbols against the trees that they are of.
#pragma once

#include <functional>
#include <string>

#include "copse/workspace.h"

#include "workspace/workspace_impl.h"

namespace copse {

// Collects the symbols of every file that a segment covers anew, and compares their sums with those
// of the segment: a file whose symbols are others is a difference, named by path. Trees that cannot
// be read are left out: they are differences elsewhere. Memory: eight bytes a document.
void verify_symbols(Workspace::Impl& impl, const VerifyOptions& options,
                    const std::function<void(const std::string&)>& difference,
                    VerifyReport& report);

}  // namespace copse
