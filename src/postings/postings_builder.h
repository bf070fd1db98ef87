// Makes a segment of postings out of the facts of files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/hash.h"
#include "postings/document_facts.h"
#include "postings/postings_segment.h"

namespace copse {

// Facts that wait to become a segment. For one thread. Memory: memory_bytes(), and while finish()
// runs some four bytes for each word besides, and what comes out.
class PostingsBuilder {
 public:
  explicit PostingsBuilder(const ContentId& grammar);

  // A document is numbered by its size and then by when it came. REQUIRES: document_count() <
  // kSegmentDocumentsMax.
  void add(std::uint64_t key, const DocumentFacts& facts);

  std::size_t document_count() const { return documents_.size(); }
  std::size_t memory_bytes() const;

  // Leaves the builder empty. Words are known by kWordBitsMax bits each, so that later merges may
  // choose how many they need. Deterministic.
  Bytes finish();

 private:
  // Where a document's facts begin in what all share.
  struct Document {
    std::uint64_t key = 0;
    std::size_t lists = 0;
    std::size_t words = 0;
    std::uint8_t size_class = 0;
  };
  struct EdgeSlot {
    std::uint64_t key = 0;  // 0: empty
    std::uint32_t id = 0;
  };

  std::uint32_t edge_id(const FactEdge& edge);
  void grow_edges();
  void clear();

  ContentId grammar_;
  std::vector<Document> documents_;
  std::vector<std::uint32_t> lists_;  // keys of kinds, and kKindKeyEnd + id of edges
  std::vector<std::uint32_t> words_;  // hashes
  std::vector<FactEdge> edges_;       // by id
  std::vector<EdgeSlot> edge_slots_;
};

}  // namespace copse
