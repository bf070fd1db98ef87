// The frozen form of a file out of one generation of a store.
#pragma once

#include "copse/result.h"
#include "copse/tiers.h"

#include "tiers/packed_tree.h"
#include "workspace/workspace_impl.h"

namespace copse {

// Its frames where they lie, checked, with what it takes to read them. NotFound when the file was
// kept as plain source; Corrupt. Errors name the path.
Result<PackedTree> view_packed(const Workspace::Impl& workspace, const FileRecord& record);

StoredPlace place_of(const FileRecord& record);
SourceHash hash_of(const ContentKey& content);
ContentKey key_of(const SourceHash& hash);

}  // namespace copse
