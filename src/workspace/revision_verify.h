// Checks revisions: that every list makes sense and what it names is there.
#pragma once

#include <functional>
#include <string>

#include "copse/workspace.h"

#include "workspace/workspace_impl.h"

namespace copse {

// Calls `difference` for each thing that is wrong, and counts it in the report. Cost: the frame of
// each revision, and a search in the catalogue for each file that changed in it.
void verify_revisions(const Workspace::Impl& workspace,
                      const std::function<void(const std::string&)>& difference,
                      VerifyReport& report);

}  // namespace copse
