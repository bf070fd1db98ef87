// Posting lists by ascending keys, in pages that are checked and read alone.
//
// A table is an index, one entry a page, and the pages. A page is found by binary search; in it,
// keys and lengths stand first, then the lists one after another. Layout: docs/formats/postings.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "postings/posting_list.h"

namespace copse {

// Bits after which a page is closed: what a lookup decodes half of.
inline constexpr std::size_t kPageBits = 8192;
inline constexpr std::uint32_t kPageListsMax = 4096;
inline constexpr std::size_t kPageEntryBytes = 12;
inline constexpr std::size_t kTableBytesMax = UINT32_MAX;

// One table's facts, as a segment's head states them.
struct ListTableShape {
  std::uint32_t first_document = 0;  // that number 0 of the lists stands for
  std::uint32_t documents = 0;       // the lists' numbers are below this
  std::uint32_t key_end = 0;         // keys are below this
  std::uint32_t lists = 0;
  std::uint32_t pages = 0;
  std::uint64_t data_bytes = 0;

  bool operator==(const ListTableShape&) const = default;
};

// Writes one table. For one thread. Memory: what is written.
class ListTableWriter {
 public:
  ListTableWriter(std::uint32_t first_document, std::uint32_t documents, std::uint32_t key_end);

  // REQUIRES: keys ascend; the list is not empty, ascends, and is below `documents`.
  void put(std::uint32_t key, std::span<const std::uint32_t> documents);
  void finish() { close_page(); }

  // REQUIRES: finish() was called.
  const ListTableShape& shape() const { return shape_; }
  const Bytes& index() const { return index_; }
  const Bytes& data() const { return data_; }

 private:
  void close_page();

  ListTableShape shape_;
  Bytes index_;
  Bytes data_;
  // The page that is being filled.
  std::vector<std::uint32_t> keys_;
  std::vector<std::uint32_t> counts_;
  BitWriter lists_;
};

// Reads one table where it lies. Immutable; for many threads. Trusts nothing.
class ListTable {
 public:
  ListTable() = default;
  // Corrupt when index and shape do not fit each other. Does not look at the pages.
  static Result<ListTable> open(const ListTableShape& shape, ByteView index, ByteView data);

  const ListTableShape& shape() const { return shape_; }

  // The documents of a key, first_document added; none when there is no such key. Corrupt when the
  // page is damaged. Cost: some microseconds.
  Result<std::vector<std::uint32_t>> find(std::uint32_t key) const;
  // The checksums of all pages. Corrupt at the first that is wrong.
  Status check_pages() const;

 private:
  friend class ListCursor;

  struct Page {
    std::uint32_t first_key = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t checksum = 0;
  };
  // What stands before a page's lists.
  struct PageHead {
    std::vector<std::uint32_t> keys;
    std::vector<std::uint32_t> counts;
  };

  Page page(std::uint32_t number) const;
  Error damaged(std::uint32_t number) const;
  // Checks the page. The reader then stands at its first list.
  Result<BitReader> open_page(std::uint32_t number, PageHead& head) const;

  ListTableShape shape_;
  ByteView index_;
  ByteView data_;
};

// All lists of a table, in order. For one thread; borrows the table.
class ListCursor {
 public:
  explicit ListCursor(const ListTable& table) : table_(&table), in_(ByteView()) {}

  // False at the end. Corrupt at a damaged page.
  Result<bool> next();
  // REQUIRES: next() said true.
  std::uint32_t key() const { return head_.keys[at_]; }
  // Without first_document.
  std::span<const std::uint32_t> documents() const { return documents_; }

 private:
  const ListTable* table_;
  std::uint32_t next_page_ = 0;
  ListTable::PageHead head_;
  std::size_t at_ = 0;
  BitReader in_;
  std::vector<std::uint32_t> documents_;
};

}  // namespace copse
