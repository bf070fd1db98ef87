// Segments as they come, and fewer of them later.
#include "workspace/postings_writer.h"

#include <algorithm>
#include <utility>

#include "postings/segment_merge.h"

namespace copse {
namespace {

// From which of the segments on a merge pays; all of them stay where there are too few.
std::size_t first_to_merge(const std::vector<std::uint64_t>& sizes) {
  std::size_t first = sizes.size() - 1;
  std::uint64_t taken = sizes[first];
  while (first > 0 && sizes[first - 1] <= taken * PostingsWriter::kMergeRatio)
    taken += sizes[--first];
  const bool too_many = first + 1 > PostingsWriter::kSegmentsMax;
  return too_many ? PostingsWriter::kSegmentsMax - 1 : first;
}

}  // namespace

Status PostingsWriter::add(const FileRecord& record, const DocumentFacts& facts) {
  const std::uint64_t key = document_key(record);
  Waiting& waiting =
      waiting_.try_emplace(record.grammar, Waiting{PostingsBuilder(record.grammar.content), {}})
          .first->second;
  if (!waiting.keys.insert(key).second) return success();
  waiting.builder.add(key, facts);
  std::size_t bytes = 0;
  for (const auto& [grammar, each] : waiting_)
    bytes += each.builder.memory_bytes();
  const bool full = waiting.builder.document_count() == kSegmentDocumentsMax;
  return bytes < kGatheredBytesMax && !full ? success() : flush();
}

Status PostingsWriter::flush() {
  for (auto& [grammar, waiting] : waiting_) {
    if (waiting.builder.document_count() == 0) continue;
    COPSE_TRY_STATUS(put_postings(writer_, new_name(postings_grammar(grammar.content)),
                                  waiting.builder.finish()));
  }
  waiting_.clear();
  return success();
}

PostingsName PostingsWriter::new_name(const std::string& grammar) const {
  const auto numbers = postings_numbers(writer_.named_frames());
  const auto found = numbers.find(grammar);
  return {grammar, found == numbers.end() ? 1 : found->second.back() + 1};
}

// Whether most of what the segments have is of files that are gone.
bool PostingsWriter::is_mostly_dead(const Store& store, const std::string& grammar,
                                    const std::vector<std::uint64_t>& numbers) {
  std::uint64_t documents = 0;
  for (const std::uint64_t number : numbers) {
    auto segment = open_postings(store, {grammar, number});
    if (segment.ok()) documents += segment.value().document_count();
  }
  return documents > kDeadDocumentsMin + 2 * live_keys(store, grammar).size();
}

Status PostingsWriter::merge(bool all) {
  std::optional<Store> store;
  if (all) {
    COPSE_TRY(store, Store::open(file_system_, store_directory_));
  }
  for (const auto& [grammar, numbers] : postings_numbers(writer_.named_frames())) {
    if (all && is_mostly_dead(*store, grammar, numbers)) {
      COPSE_TRY_STATUS(merge_grammar(*store, grammar, numbers, 0));
      continue;
    }
    if (numbers.size() < 2 || (!all && numbers.size() <= kSegmentsMax)) continue;
    std::vector<std::uint64_t> sizes;
    for (const std::uint64_t number : numbers)
      sizes.push_back(writer_.named_frame(PostingsName{grammar, number}.text())->stored_bytes);
    const std::size_t first = first_to_merge(sizes);
    if (first + 1 == numbers.size()) continue;
    // The writer reads into memory; a reader of the committed generation maps.
    if (!store) {
      COPSE_TRY(store, Store::open(file_system_, store_directory_));
    }
    COPSE_TRY_STATUS(merge_grammar(*store, grammar, numbers, first));
  }
  return success();
}

Status PostingsWriter::merge_grammar(const Store& store, const std::string& grammar,
                                     const std::vector<std::uint64_t>& numbers, std::size_t first) {
  std::vector<PostingsSegment> segments;
  for (std::size_t i = first; i < numbers.size(); ++i) {
    auto segment = open_postings(store, {grammar, numbers[i]});
    // What cannot be read answers nothing: its files are candidates without it.
    if (!segment.ok() || !segment.value().check_pages().ok()) continue;
    if (!segments.empty() && segments.front().grammar() != segment.value().grammar()) continue;
    segments.push_back(std::move(segment).value());
  }
  const PostingsName name = new_name(grammar);
  if (!segments.empty()) {
    // When all is taken in, what no record has any more is left out.
    const auto documents =
        first == 0 ? documents_of(segments, live_keys(store, grammar)) : all_documents(segments);
    // More than fits stays apart.
    if (documents.size() > kSegmentDocumentsMax) return success();
    COPSE_TRY(const Bytes merged, merge_segments(segments, documents));
    if (!documents.empty()) COPSE_TRY_STATUS(put_postings(writer_, name, merged));
  }
  for (std::size_t i = first; i < numbers.size(); ++i)
    COPSE_TRY_STATUS(writer_.set_named_frame(PostingsName{grammar, numbers[i]}.text(), {}));
  return success();
}

std::vector<std::uint64_t> live_keys(const Store& store, const std::string& grammar) {
  std::vector<std::uint64_t> keys;
  std::unordered_set<std::uint64_t> seen;
  SharedId wanted;
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    if (!record.tree) continue;
    if (wanted.none() && postings_grammar(record.grammar.content) == grammar) {
      wanted = record.grammar;
    }
    if (record.grammar != wanted) continue;
    const std::uint64_t key = document_key(record);
    if (seen.insert(key).second) keys.push_back(key);
  }
  return keys;
}

}  // namespace copse
