// Both segments' lists in one pass, keys and documents brought to what both share.
#include "postings/segment_compare.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/check.h"

namespace copse {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::uint64_t kEnd = UINT64_MAX;

// The lists of a table by shared keys, with the stored segment's numbers.
class Side {
 public:
  Side(const ListTable& table, const std::vector<std::uint32_t>& numbers, unsigned shift,
       std::span<const FactEdge> edges)
      : cursor_(table),
        first_(table.shape().first_document),
        numbers_(numbers),
        shift_(shift),
        edges_(edges) {}

  // To the next key.
  Status advance() {
    if (!begun_) {
      begun_ = true;
      COPSE_TRY_STATUS(step());
    }
    key = next_key_;
    documents.clear();
    while (key != kEnd && next_key_ == key) {
      for (const std::uint32_t document : cursor_.documents()) {
        const std::uint32_t number = numbers_[first_ + document];
        if (number != kNone) documents.push_back(number);
      }
      COPSE_TRY_STATUS(step());
    }
    std::sort(documents.begin(), documents.end());
    documents.erase(std::unique(documents.begin(), documents.end()), documents.end());
    return success();
  }

  std::uint64_t key = 0;
  std::vector<std::uint32_t> documents;

 private:
  Status step() {
    COPSE_TRY(const bool more, cursor_.next());
    next_key_ = kEnd;
    if (!more) return success();
    next_key_ = cursor_.key() >> shift_;
    if (!edges_.empty()) {
      const FactEdge& edge = edges_[cursor_.key()];
      next_key_ = std::uint64_t{edge.parent} << 32 | std::uint64_t{edge.field} << 16 | edge.child;
    }
    return success();
  }

  ListCursor cursor_;
  std::uint32_t first_;
  const std::vector<std::uint32_t>& numbers_;
  unsigned shift_;
  std::span<const FactEdge> edges_;
  bool begun_ = false;
  std::uint64_t next_key_ = 0;
};

std::string kind_text(const Grammar& grammar, std::uint64_t key) {
  if (key == kMissingList) return "a missing node";
  if (key == kAnyWordList) return "words that are not known";
  const auto symbol = static_cast<std::uint16_t>(key);
  return std::string("the kind ") +
         (grammar.symbol_known(symbol) ? grammar.symbol_name(symbol) : "that is none");
}

std::string edge_text(const Grammar& grammar, std::uint64_t key) {
  const auto name = [&](std::uint64_t symbol) {
    const auto id = static_cast<std::uint16_t>(symbol);
    return std::string(grammar.symbol_known(id) ? grammar.symbol_name(id) : "no kind");
  };
  const std::uint64_t field = key >> 16 & UINT16_MAX;
  std::string text = "a " + name(key >> 32) + " with ";
  if (field != 0 && field <= grammar.tables().field_count) {
    text += std::string(grammar.field_name(static_cast<std::uint16_t>(field))) + ": ";
  }
  return text + name(key & UINT16_MAX);
}

class Comparison {
 public:
  Comparison(const PostingsSegment& stored, const PostingsSegment& fresh,
             const std::function<bool(const PostingsDifference&)>& visit)
      : stored_(stored), fresh_(fresh), visit_(visit) {
    std::unordered_map<std::uint64_t, std::uint32_t> by_key;
    for (std::uint32_t i = 0; i < stored.document_count(); ++i)
      by_key.emplace(stored.key(i), i);
    stored_numbers_.assign(stored.document_count(), kNone);
    for (std::uint32_t i = 0; i < fresh.document_count(); ++i) {
      const auto found = by_key.find(fresh.key(i));
      fresh_numbers_.push_back(found == by_key.end() ? kNone : found->second);
      if (found != by_key.end()) stored_numbers_[found->second] = found->second;
    }
  }

  // A table of each: `text` says what a key stands for.
  template <typename Text>
  Status compare(const ListTable& stored, const ListTable& fresh, unsigned shift, bool are_edges,
                 const Text& text) {
    Side left(stored, stored_numbers_, 0,
              are_edges ? stored_.edges() : std::span<const FactEdge>());
    Side right(fresh, fresh_numbers_, shift,
               are_edges ? fresh_.edges() : std::span<const FactEdge>());
    COPSE_TRY_STATUS(left.advance());
    COPSE_TRY_STATUS(right.advance());
    const std::vector<std::uint32_t> none;
    while (going_on_ && (left.key != kEnd || right.key != kEnd)) {
      const std::uint64_t key = std::min(left.key, right.key);
      const bool in_left = left.key == key;
      const bool in_right = right.key == key;
      compare_lists(in_left ? left.documents : none, in_right ? right.documents : none,
                    [&] { return text(key); });
      if (in_left) COPSE_TRY_STATUS(left.advance());
      if (in_right) COPSE_TRY_STATUS(right.advance());
    }
    return success();
  }

 private:
  template <typename Text>
  void compare_lists(const std::vector<std::uint32_t>& stored,
                     const std::vector<std::uint32_t>& fresh, const Text& text) {
    std::vector<std::uint32_t> different;
    std::set_symmetric_difference(stored.begin(), stored.end(), fresh.begin(), fresh.end(),
                                  std::back_inserter(different));
    for (const std::uint32_t document : different) {
      const bool has = std::binary_search(stored.begin(), stored.end(), document);
      if (!going_on_) return;
      going_on_ = visit_({document, (has ? "have " : "lack ") + text()});
    }
  }

  const PostingsSegment& stored_;
  const PostingsSegment& fresh_;
  const std::function<bool(const PostingsDifference&)>& visit_;
  std::vector<std::uint32_t> stored_numbers_;
  std::vector<std::uint32_t> fresh_numbers_;
  bool going_on_ = true;
};

}  // namespace

Status compare_segments(const PostingsSegment& stored, const PostingsSegment& fresh,
                        const Grammar& grammar,
                        const std::function<bool(const PostingsDifference&)>& visit) {
  Comparison comparison(stored, fresh, visit);
  COPSE_TRY_STATUS(comparison.compare(stored.kind_table(), fresh.kind_table(), 0, false,
                                      [&](std::uint64_t key) { return kind_text(grammar, key); }));
  COPSE_TRY_STATUS(comparison.compare(stored.edge_table(), fresh.edge_table(), 0, true,
                                      [&](std::uint64_t key) { return edge_text(grammar, key); }));
  for (std::size_t tier = 0; tier < kWordTiers; ++tier) {
    COPSE_CHECK(fresh.word_bits(tier) >= stored.word_bits(tier));
    COPSE_TRY_STATUS(comparison.compare(
        stored.word_table(tier), fresh.word_table(tier),
        fresh.word_bits(tier) - stored.word_bits(tier), false, [&](std::uint64_t key) {
          return "a word of number " + std::to_string(key) + " in " +
                 std::to_string(stored.word_bits(tier)) + " bits";
        }));
  }
  return success();
}

}  // namespace copse
