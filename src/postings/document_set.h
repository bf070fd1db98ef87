// A set of documents or of files, as a compressed bitmap (CRoaring) that owns its memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

struct roaring_bitmap_s;

namespace copse {

// Numbers up to 2^32 - 1. Moves are cheap, copies cost what they hold. For one thread while it is
// changed, for many while it is not.
class DocumentSet {
 public:
  DocumentSet();
  // 0 to `count` - 1.
  static DocumentSet below(std::uint32_t count);
  // REQUIRES: ascending, none twice.
  static DocumentSet of(std::span<const std::uint32_t> ascending);

  DocumentSet(const DocumentSet& other);
  DocumentSet& operator=(const DocumentSet& other);
  DocumentSet(DocumentSet&& other) noexcept;
  DocumentSet& operator=(DocumentSet&& other) noexcept;
  ~DocumentSet();

  std::uint64_t count() const;
  bool empty() const;
  bool contains(std::uint32_t document) const;
  // Whether all of this set is in the other.
  bool is_within(const DocumentSet& other) const;
  std::vector<std::uint32_t> to_vector() const;

  void add(std::uint32_t document);
  void add_all(std::span<const std::uint32_t> documents);
  DocumentSet& operator|=(const DocumentSet& other);
  DocumentSet& operator&=(const DocumentSet& other);
  DocumentSet& operator-=(const DocumentSet& other);

  bool operator==(const DocumentSet& other) const;

 private:
  explicit DocumentSet(roaring_bitmap_s* bitmap) : bitmap_(bitmap) {}

  roaring_bitmap_s* bitmap_;
};

}  // namespace copse
