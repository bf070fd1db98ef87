// Lists of revisions against the records of contents.
#include "workspace/revision_verify.h"

#include <utility>

#include "workspace/revision_reader.h"

namespace copse {
namespace {

// Named of one revision; the rest is counted.
constexpr std::size_t kMissingNamedMax = 10;

}  // namespace

void verify_revisions(const Workspace::Impl& workspace,
                      const std::function<void(const std::string&)>& difference,
                      VerifyReport& report) {
  const auto found = [&](const std::string& text) {
    ++report.differences;
    difference(text);
  };
  const RevisionReader reader(workspace);
  const auto ids = reader.ids();
  if (!ids.ok()) return found("revisions: " + ids.error().message());
  for (const ObjectId& id : ids.value()) {
    const std::string name = "revision " + id.hex();
    const auto revision = reader.read(id);
    if (!revision.ok()) {
      found(name + ": " + revision.error().message());
      continue;
    }
    // The files that it has from its base are for the base to check.
    std::size_t missing = 0;
    for (const RevisionChange& change : revision.value().changes) {
      if (!change.content) continue;
      const std::string path = content_record_path(*change.content);
      const auto record = workspace.store.find_record(path);
      if (record.ok() && record.value()) continue;
      if (++missing <= kMissingNamedMax) {
        found(name + ": " + change.path + ": " + shown_path(path) + " is not in the store");
      }
    }
    if (missing > kMissingNamedMax) {
      report.differences += missing - kMissingNamedMax;
      difference(name + ": and " + std::to_string(missing - kMissingNamedMax) +
                 " more contents that are not in the store");
    }
    const auto files = reader.files(id);
    if (!files.ok()) found(name + ": " + files.error().message());
  }
}

}  // namespace copse
