// Any bytes as a set of dictionaries: it is refused, or it is written and read as the same set.

#include "codec/dictionary_set.h"
#include "core/check.h"
#include "core/hash.h"

namespace {

using namespace copse;

void try_set(ByteView bytes) {
  auto set = DictionarySet::from_bytes(bytes);
  if (!set.ok()) return;
  const Bytes written = set.value().to_bytes();
  const auto again = DictionarySet::from_bytes(written);
  COPSE_CHECK(again.ok() && again.value().to_bytes() == written);
  for (const DictionaryFacts& facts : set.value().all()) {
    COPSE_CHECK(set.value().find(facts.id) != nullptr);
    if (facts.references > 0) COPSE_CHECK(set.value().drop_references(facts.id).ok());
  }
  set.value().collect();
}

}  // namespace

// As it is, and with a right checksum.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  try_set(bytes);
  Bytes mended(bytes.begin(), bytes.end());
  ByteWriter(mended).u64(checksum64(bytes));
  try_set(mended);
  return 0;
}
