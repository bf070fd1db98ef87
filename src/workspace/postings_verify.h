// Postings against the trees that they are of.
#pragma once

#include <functional>
#include <string>

#include "copse/workspace.h"

#include "workspace/workspace_impl.h"

namespace copse {

// Collects the facts of every file that a segment covers anew and compares them with the segment:
// each posting that is too many or missing is a difference, named by path. Trees that cannot be
// read are left out: they are differences elsewhere. Memory: a segment and what it is made of.
Status verify_postings(Workspace::Impl& impl, const VerifyOptions& options,
                       const std::function<void(const std::string&)>& difference,
                       VerifyReport& report);

}  // namespace copse
