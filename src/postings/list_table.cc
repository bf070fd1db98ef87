// Pages of posting lists.
#include "postings/list_table.h"

#include <algorithm>
#include <string>

#include "core/check.h"
#include "core/hash.h"

namespace copse {
namespace {

constexpr unsigned kParameterBits = 5;
constexpr unsigned kParameterMax = 31;
// A key and a length take about this much.
constexpr std::size_t kHeadBits = 12;
constexpr unsigned kListsParameter = 8;

std::uint32_t page_checksum(ByteView page) {
  return static_cast<std::uint32_t>(checksum64(page));
}

// The parameter that makes the numbers shortest, of those around their mean.
template <typename Cost>
unsigned best_parameter(const std::vector<std::uint32_t>& numbers, const Cost& cost) {
  std::uint64_t sum = 0;
  for (const std::uint32_t number : numbers)
    sum += number;
  const std::uint64_t mean = numbers.empty() ? 0 : sum / numbers.size();
  const auto middle = static_cast<unsigned>(std::bit_width(mean));
  unsigned best = 0;
  std::uint64_t best_bits = UINT64_MAX;
  for (unsigned k = middle < 3 ? 0 : middle - 3; k <= std::min(middle + 1, kParameterMax); ++k) {
    std::uint64_t bits = 0;
    for (const std::uint32_t number : numbers)
      bits += cost(number, k);
    if (bits < best_bits) {
      best_bits = bits;
      best = k;
    }
  }
  return best;
}

std::uint64_t rice_bits(std::uint64_t value, unsigned k) {
  return (value >> k) + 1 + k;
}

std::uint64_t golomb_bits(std::uint64_t value, unsigned k) {
  const auto width = static_cast<unsigned>(std::bit_width(value + (std::uint64_t{1} << k))) - 1;
  return std::uint64_t{2} * width - k + 1;
}

}  // namespace

// ---- writing -----------------------------------------------------------------------------------

ListTableWriter::ListTableWriter(std::uint32_t first_document, std::uint32_t documents,
                                 std::uint32_t key_end) {
  shape_.first_document = first_document;
  shape_.documents = documents;
  shape_.key_end = key_end;
}

void ListTableWriter::put(std::uint32_t key, std::span<const std::uint32_t> documents) {
  COPSE_CHECK(!documents.empty() && key < shape_.key_end);
  COPSE_CHECK(keys_.empty() || keys_.back() < key);
  keys_.push_back(key);
  counts_.push_back(static_cast<std::uint32_t>(documents.size()));
  put_posting_list(lists_, documents, shape_.documents);
  ++shape_.lists;
  const std::size_t bits = lists_.bit_count() + keys_.size() * kHeadBits;
  if (bits >= kPageBits || keys_.size() == kPageListsMax) close_page();
}

void ListTableWriter::close_page() {
  if (keys_.empty()) return;
  std::vector<std::uint32_t> gaps;
  for (std::size_t i = 1; i < keys_.size(); ++i)
    gaps.push_back(keys_[i] - keys_[i - 1] - 1);
  std::vector<std::uint32_t> counts;
  for (const std::uint32_t count : counts_)
    counts.push_back(count - 1);
  const unsigned gap_k = best_parameter(gaps, rice_bits);
  const unsigned count_k = best_parameter(counts, golomb_bits);
  BitWriter page;
  page.put(gap_k, kParameterBits);
  page.put(count_k, kParameterBits);
  page.put_golomb(keys_.size() - 1, kListsParameter);
  for (const std::uint32_t gap : gaps)
    page.put_rice(gap, gap_k);
  for (const std::uint32_t count : counts)
    page.put_golomb(count, count_k);
  page.append(lists_);
  const Bytes bytes = page.finish();
  ByteWriter index(index_);
  index.u32(keys_.front());
  index.u32(static_cast<std::uint32_t>(data_.size()));
  index.u32(page_checksum(bytes));
  data_.insert(data_.end(), bytes.begin(), bytes.end());
  COPSE_CHECK(data_.size() <= kTableBytesMax);
  ++shape_.pages;
  shape_.data_bytes = data_.size();
  keys_.clear();
  counts_.clear();
  lists_ = BitWriter();
}

// ---- reading -----------------------------------------------------------------------------------

Result<ListTable> ListTable::open(const ListTableShape& shape, ByteView index, ByteView data) {
  const bool fits = index.size() == std::size_t{shape.pages} * kPageEntryBytes &&
                    data.size() == shape.data_bytes && shape.documents <= kSegmentDocumentsMax &&
                    shape.lists >= shape.pages;
  if (!fits) return Error(ErrorCode::Corrupt, "a table of posting lists is not of its stated size");
  ListTable table;
  table.shape_ = shape;
  table.index_ = index;
  table.data_ = data;
  std::uint64_t next_key = 0;
  std::size_t next_begin = 0;
  for (std::uint32_t i = 0; i < shape.pages; ++i) {
    const Page page = table.page(i);
    const bool ordered = i == 0 ? page.begin == 0 : page.begin > next_begin;
    if (!ordered || page.begin >= page.end || page.end > data.size() || page.first_key < next_key ||
        page.first_key >= shape.key_end) {
      return Error(ErrorCode::Corrupt,
                   "page " + std::to_string(i) + " of posting lists is out of order");
    }
    next_key = std::uint64_t{page.first_key} + 1;
    next_begin = page.begin;
  }
  if (shape.pages == 0 && !data.empty()) {
    return Error(ErrorCode::Corrupt, "posting lists without a page");
  }
  return table;
}

ListTable::Page ListTable::page(std::uint32_t number) const {
  ByteReader in(index_.subspan(std::size_t{number} * kPageEntryBytes));
  Page page;
  page.first_key = in.u32();
  page.begin = in.u32();
  page.checksum = in.u32();
  if (number + 1 == shape_.pages) {
    page.end = data_.size();
  } else {
    in.u32();
    page.end = in.u32();
  }
  return page;
}

Error ListTable::damaged(std::uint32_t number) const {
  return Error(ErrorCode::Corrupt, "page " + std::to_string(number) +
                                       " of posting lists is damaged (" +
                                       std::to_string(shape_.pages) + " pages, documents from " +
                                       std::to_string(shape_.first_document) + " on)");
}

Result<BitReader> ListTable::open_page(std::uint32_t number, PageHead& head) const {
  const Page page = this->page(number);
  const ByteView bytes = data_.subspan(page.begin, page.end - page.begin);
  if (page_checksum(bytes) != page.checksum) return damaged(number);
  BitReader in(bytes);
  const auto gap_k = static_cast<unsigned>(in.get(kParameterBits));
  const auto count_k = static_cast<unsigned>(in.get(kParameterBits));
  const std::uint64_t lists = in.get_golomb(kListsParameter) + 1;
  if (in.failed() || lists > kPageListsMax) return damaged(number);
  head.keys.resize(static_cast<std::size_t>(lists));
  head.counts.resize(static_cast<std::size_t>(lists));
  std::uint64_t key = page.first_key;
  head.keys[0] = page.first_key;
  for (std::size_t i = 1; i < head.keys.size(); ++i) {
    key += in.get_rice(gap_k) + 1;
    if (key >= shape_.key_end) return damaged(number);
    head.keys[i] = static_cast<std::uint32_t>(key);
  }
  for (std::uint32_t& count : head.counts) {
    const std::uint64_t value = in.get_golomb(count_k) + 1;
    if (value > shape_.documents) return damaged(number);
    count = static_cast<std::uint32_t>(value);
  }
  if (in.failed()) return damaged(number);
  return in;
}

Result<std::vector<std::uint32_t>> ListTable::find(std::uint32_t key) const {
  std::vector<std::uint32_t> documents;
  std::uint32_t low = 0;
  std::uint32_t high = shape_.pages;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (page(middle).first_key <= key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return documents;
  PageHead head;
  COPSE_TRY(BitReader in, open_page(low - 1, head));
  const auto found = std::lower_bound(head.keys.begin(), head.keys.end(), key);
  if (found == head.keys.end() || *found != key) return documents;
  const auto wanted = static_cast<std::size_t>(found - head.keys.begin());
  for (std::size_t i = 0; i <= wanted; ++i) {
    if (!get_posting_list(in, head.counts[i], shape_.documents, documents)) return damaged(low - 1);
  }
  for (std::uint32_t& document : documents)
    document += shape_.first_document;
  return documents;
}

Status ListTable::check_pages() const {
  for (std::uint32_t i = 0; i < shape_.pages; ++i) {
    const Page page = this->page(i);
    if (page_checksum(data_.subspan(page.begin, page.end - page.begin)) != page.checksum) {
      return damaged(i);
    }
  }
  return success();
}

Result<bool> ListCursor::next() {
  if (++at_ >= head_.keys.size()) {
    if (next_page_ == table_->shape().pages) {
      head_.keys.clear();
      return false;
    }
    const std::uint32_t last_key = head_.keys.empty() ? 0 : head_.keys.back();
    const bool first = next_page_ == 0;
    COPSE_TRY(in_, table_->open_page(next_page_, head_));
    if (!first && head_.keys.front() <= last_key) return table_->damaged(next_page_);
    ++next_page_;
    at_ = 0;
  }
  if (!get_posting_list(in_, head_.counts[at_], table_->shape().documents, documents_)) {
    return table_->damaged(next_page_ - 1);
  }
  return true;
}

}  // namespace copse
