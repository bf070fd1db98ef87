// Any bytes as a segment of postings, and as the facts that a parse process sends: reading never
// leaves the bytes, lists ascend and keep to their limits, and what was accepted can be looked up,
// merged and compared. The checksums are mended on the way, as damage alone would hardly ever get
// past them.
//
// Bound: segments that state more than kDocumentsMax documents or kListsMax lists are not walked.
#include <cstring>

#include "core/check.h"
#include "fuzz_support.h"
#include "postings/segment_compare.h"
#include "postings/segment_merge.h"
#include "postings/segment_parts.h"

namespace {

using namespace copse;

constexpr std::uint32_t kDocumentsMax = 4096;
constexpr std::uint32_t kListsMax = 20'000;

struct Table {
  std::uint64_t pages = 0;
  std::uint64_t data_bytes = 0;
};

// The head, the directory, and the pages that they name, as far as there is room for them.
void mend(Bytes& bytes) {
  ByteReader in(bytes);
  in.raw(12);
  const std::uint32_t head_bytes = in.u32();
  ByteReader body(in.raw(head_bytes));
  const std::size_t head_end = in.position();
  in.u64();
  if (in.failed()) return;
  body.raw(ContentId::kSizeBytes);
  const std::uint64_t documents = body.varint();
  const std::uint64_t edges = body.varint();
  for (std::size_t i = 0; i < kWordTiers; ++i)
    body.varint();
  body.raw(kWordTiers);
  std::vector<Table> tables(kPostingsTables);
  std::uint64_t pages = 0;
  for (Table& table : tables) {
    body.varint();
    table.pages = body.varint();
    table.data_bytes = body.varint();
    pages += table.pages;
  }
  const std::uint64_t limit = bytes.size();
  if (body.failed() || documents > limit || edges > limit || pages > limit) return;
  const std::size_t begin = in.position();
  in.raw(static_cast<std::size_t>(documents * 9 + edges * 6));
  std::size_t index = in.position();
  in.raw(static_cast<std::size_t>(pages * kPageEntryBytes));
  const std::size_t end = in.position();
  in.u64();
  if (in.failed()) return;
  for (const Table& table : tables) {
    const ByteView data = in.raw(static_cast<std::size_t>(table.data_bytes));
    if (in.failed()) break;
    for (std::uint64_t i = 0; i < table.pages; ++i, index += kPageEntryBytes) {
      std::uint32_t from = 0;
      std::memcpy(&from, bytes.data() + index + 4, sizeof(from));
      std::uint32_t to = static_cast<std::uint32_t>(data.size());
      if (i + 1 < table.pages) std::memcpy(&to, bytes.data() + index + 16, sizeof(to));
      if (from > to || to > data.size()) continue;
      const auto sum = static_cast<std::uint32_t>(checksum64(data.subspan(from, to - from)));
      std::memcpy(bytes.data() + index + 8, &sum, sizeof(sum));
    }
  }
  const std::uint64_t directory = checksum64(ByteView(bytes).subspan(begin, end - begin));
  std::memcpy(bytes.data() + end, &directory, sizeof(directory));
  const std::uint64_t head = checksum64(ByteView(bytes).first(head_end));
  std::memcpy(bytes.data() + head_end, &head, sizeof(head));
}

bool walk(const ListTable& table) {
  ListCursor cursor(table);
  std::uint64_t next_key = 0;
  for (;;) {
    const auto more = cursor.next();
    if (!more.ok()) return false;
    if (!more.value()) return true;
    COPSE_CHECK(cursor.key() >= next_key && cursor.key() < table.shape().key_end);
    next_key = std::uint64_t{cursor.key()} + 1;
    std::uint64_t next = 0;
    for (const std::uint32_t document : cursor.documents()) {
      COPSE_CHECK(document >= next && document < table.shape().documents);
      next = std::uint64_t{document} + 1;
    }
  }
}

void check_segment(const Bytes& bytes) {
  auto opened = PostingsSegment::open(bytes, nullptr);
  if (!opened.ok() || opened.value().document_count() > kDocumentsMax) return;
  const std::vector<PostingsSegment> segments{opened.value(), opened.value()};
  const PostingsSegment& segment = segments.front();
  bool sound = segment.check_pages().ok();
  for (const ListTable* table : {&segment.kind_table(), &segment.edge_table(),
                                 &segment.word_table(0), &segment.word_table(1)}) {
    if (table->shape().lists > kListsMax) return;
    sound = walk(*table) && sound;
  }
  for (const std::uint16_t symbol : std::initializer_list<std::uint16_t>{0, 1, 5, 300})
    segment.documents_with_kind(symbol).ok();
  segment.documents_with_edge({}).ok();
  segment.documents_with_missing().ok();
  for (const std::uint32_t word : {1U, 0x12345678U, 0xFFFFFFFFU})
    segment.documents_with_word(word).ok();
  const auto documents = all_documents(segments);
  const auto merged = merge_segments(segments, documents, MergedWords::Whole);
  COPSE_CHECK(!sound || merged.ok());
  if (!merged.ok()) return;
  const auto again = PostingsSegment::open(merged.value(), nullptr);
  COPSE_CHECK(again.ok() && again.value().check_pages().ok());
  std::uint64_t differences = 0;
  const Status compared =
      compare_segments(segment, again.value(), *fuzz::json().grammar(),
                       [&](const PostingsDifference&) { return ++differences < 10; });
  // Where keys repeat, one document stands for several.
  COPSE_CHECK(!sound || !compared.ok() || differences == 0 ||
              documents.size() < segment.document_count());
}

}  // namespace

// 0 and a segment, or 1 and facts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView input(data + 1, size - 1);
  if (data[0] % 2 == 1) {
    const auto facts = read_facts(input, *fuzz::json().grammar());
    if (facts.ok())
      COPSE_CHECK(read_facts(write_facts(facts.value()), *fuzz::json().grammar()).ok());
    return 0;
  }
  Bytes bytes(input.begin(), input.end());
  check_segment(bytes);
  mend(bytes);
  check_segment(bytes);
  return 0;
}
