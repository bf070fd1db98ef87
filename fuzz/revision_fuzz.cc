// Any bytes as a revision: reading never leaves them, and what is accepted keeps to its limits and
// is written again as it was.
#include <cstdlib>

#include "store/revision.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const copse::ByteView bytes(data, size);
  const auto revision = copse::decode_revision(bytes, "fuzz");
  if (!revision.ok()) return 0;
  const auto again = copse::decode_revision(copse::encode_revision(revision.value()), "fuzz");
  if (!again.ok() || again.value() != revision.value()) std::abort();
  const auto& changes = revision.value().changes;
  if (const auto files = copse::apply_changes({}, changes); files.ok()) {
    if (copse::changes_between({}, files.value()) != changes) std::abort();
  }
  return 0;
}
