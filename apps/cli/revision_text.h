// Revisions as the commands print them.
#pragma once

#include <string>
#include <string_view>

#include "copse/revisions.h"

#include "json_output.h"

namespace copse::cli {

// "89e6c98d92"
std::string short_revision(std::string_view id);
// "2026-12-01", where the committer was.
std::string date_text(const RevisionInfo& revision);
// "2026-12-01T04:05:06+01:00"
std::string time_text(const RevisionInfo& revision);
// Keys and values of an object that was begun.
void print_revision(JsonWriter& json, const RevisionInfo& revision);

}  // namespace copse::cli
