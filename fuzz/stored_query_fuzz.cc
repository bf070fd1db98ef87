// Any bytes as a compiled query for JSON: reading never leaves the bytes, and what is accepted is
// stored again as it is, ends over any tree, and captures nothing outside of it. The checksum is
// mended on the way, as damage alone would hardly ever get past it, and so is the grammar's
// identity, so that seeds outlive an upgrade.
#include <algorithm>
#include <cstring>
#include <string>

#include "copse/query.h"

#include "fuzz_support.h"
#include "syntax/tree_data.h"

namespace {

using namespace copse;

constexpr std::size_t kInputBytesMax = 8192;
constexpr std::size_t kSizeAt = 12;
constexpr std::size_t kIdentityAt = 16;
constexpr std::size_t kChecksumBytes = 8;
constexpr int kMatchesMax = 200;

const Tree& tree() {
  static const Tree kTree = [] {
    std::string source =
        R"({"a": 1, "b": [1, 2, null], "a": {"x": true}, "c": [[], [3, 4], tru, "z"], "d": [1})";
    FlatTree flat = fuzz::parse(source);
    return Tree(make_tree_data(fuzz::json().grammar(), std::move(source), std::move(flat)));
  }();
  return kTree;
}

std::string mended(std::string bytes) {
  const auto& identity = fuzz::json().grammar()->identity().digest;
  if (bytes.size() < kIdentityAt + identity.size() + kChecksumBytes) return bytes;
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(bytes.data() + kSizeAt, &size, sizeof(size));
  std::copy(identity.begin(), identity.end(), bytes.begin() + kIdentityAt);
  const std::uint64_t sum = checksum64(as_bytes(bytes).first(bytes.size() - kChecksumBytes));
  std::memcpy(bytes.data() + bytes.size() - kChecksumBytes, &sum, kChecksumBytes);
  return bytes;
}

void ask_facts(const Query& query) {
  std::uint32_t asked = 0;
  for (std::uint32_t pattern = 0; pattern < query.pattern_count(); ++pattern) {
    const PatternFacts facts = query.pattern_facts(pattern);
    fuzz::require(facts.begin_byte <= facts.end_byte);
    for (std::uint32_t i = 0; i < query.capture_names().size(); ++i) {
      asked += query.capture_quantifier(pattern, i) != CaptureQuantifier::Zero ? 1U : 0U;
    }
    for (const QueryProperty& property : query.properties(pattern)) {
      fuzz::require(!property.capture || *property.capture < query.capture_names().size());
    }
  }
  asked += query.is_guaranteed_at(asked) ? 1U : 0U;
}

void read(const std::string& bytes) {
  const auto query = Query::from_bytes(Language(fuzz::json().grammar()), bytes);
  if (!query.ok()) return;
  const std::string again = query.value().to_bytes();
  const auto reread = Query::from_bytes(Language(fuzz::json().grammar()), again);
  fuzz::require(reread.ok() && reread.value().to_bytes() == again);
  ask_facts(query.value());
  int matches = 0;
  const auto status = query.value().matches(tree(), {.match_limit = 32}, [&](const Match& match) {
    fuzz::require(match.pattern < query.value().pattern_count());
    for (const Capture& capture : *match.captures) {
      fuzz::require(capture.index < query.value().capture_names().size());
      fuzz::require(capture.node.index() < tree().node_count());
    }
    return ++matches < kMatchesMax;
  });
  fuzz::require(status.ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kInputBytesMax) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  read(mended(bytes));
  return 0;
}
