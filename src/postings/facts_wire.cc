// Facts between processes.
#include <algorithm>

#include "postings/document_facts.h"

namespace copse {
namespace {

constexpr std::uint8_t kHasMissing = 1;
constexpr std::uint8_t kAnyWord = 2;

}  // namespace

void sort_facts(DocumentFacts& facts) {
  std::sort(facts.kinds.begin(), facts.kinds.end());
  std::sort(facts.edges.begin(), facts.edges.end());
  std::sort(facts.words.begin(), facts.words.end());
}

Bytes write_facts(const DocumentFacts& facts) {
  Bytes bytes;
  bytes.reserve(facts.memory_bytes());
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>((facts.has_missing ? kHasMissing : 0) |
                                   (facts.any_word ? kAnyWord : 0)));
  out.varint(facts.kinds.size());
  out.varint(facts.edges.size());
  out.varint(facts.words.size());
  for (const std::uint16_t kind : facts.kinds)
    out.u16(kind);
  for (const FactEdge& edge : facts.edges) {
    out.u16(edge.parent);
    out.u16(edge.field);
    out.u16(edge.child);
  }
  for (const std::uint32_t word : facts.words)
    out.u32(word);
  return bytes;
}

Result<DocumentFacts> read_facts(ByteView bytes, const Grammar& grammar) {
  ByteReader in(bytes);
  DocumentFacts facts;
  const std::uint8_t flags = in.u8();
  facts.has_missing = (flags & kHasMissing) != 0;
  facts.any_word = (flags & kAnyWord) != 0;
  const std::uint64_t kinds = in.varint();
  const std::uint64_t edges = in.varint();
  const std::uint64_t words = in.varint();
  const std::uint64_t rest = in.remaining();
  bool fits = !in.failed() && flags <= (kHasMissing | kAnyWord) && kinds <= rest && edges <= rest &&
              words <= rest && kinds * 2 + edges * 6 + words * 4 == rest;
  if (fits) {
    facts.kinds.resize(static_cast<std::size_t>(kinds));
    for (std::uint16_t& kind : facts.kinds) {
      kind = in.u16();
      fits = fits && grammar.symbol_known(kind);
    }
    facts.edges.resize(static_cast<std::size_t>(edges));
    for (FactEdge& edge : facts.edges) {
      edge.parent = in.u16();
      edge.field = in.u16();
      edge.child = in.u16();
      fits = fits && grammar.symbol_known(edge.parent) && grammar.symbol_known(edge.child) &&
             edge.field <= grammar.tables().field_count;
    }
    facts.words.resize(static_cast<std::size_t>(words));
    for (std::uint32_t& word : facts.words)
      word = in.u32();
  }
  if (!fits) return Error(ErrorCode::Corrupt, "a parse process answered with damaged facts");
  return facts;
}

}  // namespace copse
