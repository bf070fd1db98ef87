// CSS's An+B, as nthChild takes it.
#include "query/rule_document.h"

namespace copse {
namespace {

// A number, or a sign and a number, with spaces anywhere.
class PositionReader {
 public:
  explicit PositionReader(std::string_view text) : text_(text) {}

  Result<ChildPosition> read() {
    const std::int32_t sign = read_sign();
    COPSE_TRY(const bool has_digits, read_number());
    if (!at_n()) {
      if (!has_digits) return fail();
      COPSE_TRY_STATUS(expect_end());
      return ChildPosition{0, sign * number_};
    }
    ChildPosition position;
    position.step = sign * (has_digits ? number_ : 1);
    ++at_;
    skip_spaces();
    if (at_ == text_.size()) return position;
    if (text_[at_] != '+' && text_[at_] != '-') return fail();
    const std::int32_t offset_sign = read_sign();
    COPSE_TRY(const bool has_offset, read_number());
    if (!has_offset) return fail();
    COPSE_TRY_STATUS(expect_end());
    position.offset = offset_sign * number_;
    return position;
  }

 private:
  static constexpr std::int32_t kNumberMax = 100'000'000;

  void skip_spaces() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r'))) {
      ++at_;
    }
  }
  bool at_n() const { return at_ < text_.size() && (text_[at_] == 'n' || text_[at_] == 'N'); }
  std::int32_t read_sign() {
    skip_spaces();
    if (at_ == text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return 1;
    const std::int32_t sign = text_[at_] == '-' ? -1 : 1;
    ++at_;
    return sign;
  }
  // Digits, which spaces may part. Whether there are any.
  Result<bool> read_number() {
    number_ = 0;
    bool any = false;
    for (skip_spaces(); at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9';
         skip_spaces()) {
      number_ = number_ * 10 + (text_[at_] - '0');
      if (number_ > kNumberMax) return fail();
      any = true;
      ++at_;
    }
    return any;
  }
  Status expect_end() const {
    if (at_ == text_.size()) return success();
    return fail();
  }
  // The words are ast-grep's.
  Error fail() const {
    if (at_ < text_.size()) {
      const char byte = text_[at_];
      const bool legal = std::string_view("+-nN0123456789").find(byte) != std::string_view::npos;
      if (!legal) {
        return {ErrorCode::InvalidArgument,
                "nthChild: Illegal character " + std::string(1, byte) + " encountered"};
      }
    }
    return {ErrorCode::InvalidArgument, "nthChild: Invalid syntax"};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::int32_t number_ = 0;
};

}  // namespace

bool ChildPosition::holds(std::size_t index) const {
  const std::int64_t rank = static_cast<std::int64_t>(index) + 1;
  if (step == 0) return rank == offset;
  const std::int64_t distance = rank - offset;
  return distance / step >= 0 && distance % step == 0;
}

Result<ChildPosition> parse_child_position(std::string_view text) {
  return PositionReader(text).read();
}

}  // namespace copse
