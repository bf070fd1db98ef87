#include "codec/cover_coder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "codec/cover_model.h"
#include "codec/rolling_delta.h"
#include "codec/zstd_prefix.h"
#include "core/check.h"

namespace copse {
namespace {

// So many literals are new content more than change: there the highest levels take five times as
// long for a tenth of the size.
constexpr std::size_t kBestLevelLiterals = std::size_t{512} << 10;
constexpr int kLevelOfMany = 12;
constexpr std::uint8_t kLiteralsRaw = 0;
constexpr std::uint8_t kLiteralsZstd = 1;
// How much of the base counts as the place of some literals: this much for each of them, at either
// end of what the covers leave between them; and what lies around it, as far as there are few
// places.
constexpr std::size_t kContextShare = 2;
constexpr std::size_t kContextMargin = 128;
constexpr std::size_t kAroundBytesMax = 4096;
constexpr std::size_t kAroundBytesTotal = std::size_t{64} << 10;

Error corrupt(const std::string& what) {
  return {ErrorCode::Corrupt, "delta: " + what};
}

// Gathers what the base has where literals stand. The same while encoding and decoding.
class LiteralContext {
 public:
  LiteralContext(ByteView base, std::uint64_t covers)
      : base_(base), around_(std::min(kAroundBytesMax, kAroundBytesTotal / (covers + 1))) {}

  // Literals between two covers, of which the base has [base_begin, base_end) between.
  void add(std::uint64_t literals, std::uint64_t base_begin, std::uint64_t base_end) {
    if (literals == 0) return;
    base_end = std::max(base_begin, base_end);
    const std::uint64_t room = literals * kContextShare + kContextMargin;
    if (base_end - base_begin <= 2 * room) {
      take(base_begin - std::min<std::uint64_t>(around_, base_begin),
           base_end + std::min<std::uint64_t>(around_, base_.size() - base_end));
    } else {
      take(base_begin - std::min<std::uint64_t>(around_, base_begin), base_begin + room);
      take(base_end - room, base_end + std::min<std::uint64_t>(around_, base_.size() - base_end));
    }
  }

  ByteView bytes() const { return bytes_; }

 private:
  void take(std::uint64_t begin, std::uint64_t end) {
    // What was taken for the place in front is there already.
    if (begin < taken_end_ && end > taken_begin_)
      begin = std::max(begin, std::min(taken_end_, end));
    taken_begin_ = begin;
    taken_end_ = end;
    const std::size_t size =
        std::min(static_cast<std::size_t>(end - begin), kLiteralContextBytesMax - bytes_.size());
    const auto from = base_.begin() + static_cast<std::ptrdiff_t>(begin);
    bytes_.insert(bytes_.end(), from, from + static_cast<std::ptrdiff_t>(size));
  }

  ByteView base_;
  std::uint64_t around_;
  std::uint64_t taken_begin_ = 0;
  std::uint64_t taken_end_ = 0;
  Bytes bytes_;
};

// One cover after another, each checked against base and target.
class CoverReader {
 public:
  CoverReader(ByteView base, ByteView controls, std::uint64_t count, std::uint64_t target_begin,
              std::uint64_t target_bytes)
      : base_(base),
        in_(controls),
        model_(std::make_unique<CoverModel>(target_begin)),
        left_(count),
        target_bytes_(target_bytes) {}

  bool at_end() const { return left_ == 0; }

  Result<DeltaCover> next() {
    --left_;
    const DeltaCover cover = model_->decode(in_);
    const bool in_base =
        cover.base_begin <= base_.size() && cover.length <= base_.size() - cover.base_begin;
    // A sum that wrapped around lies before the end of the cover in front.
    const bool in_target = cover.target_begin >= target_end_ &&
                           cover.target_begin <= target_bytes_ && cover.length > 0 &&
                           cover.length <= target_bytes_ - cover.target_begin;
    if (!in_base || !in_target || in_.overrun()) {
      return corrupt("a cover lies outside of base or target");
    }
    target_end_ = cover.target_end();
    return cover;
  }

 private:
  ByteView base_;
  BinaryDecoder in_;
  std::unique_ptr<CoverModel> model_;
  std::uint64_t left_;
  std::uint64_t target_bytes_;
  std::uint64_t target_end_ = 0;
};

// Where the bytes of covers, one cover after another, differ from the base, and by how much.
struct DifferenceModel {
  NumberModel<1> equal;
  std::array<std::array<BitModel, 256>, 256> values;  // by the value in front

  void encode(BinaryEncoder& out, std::uint64_t equal_bytes_before, std::uint8_t value) {
    equal.encode(out, 0, equal_bytes_before);
    std::size_t node = 1;
    for (unsigned bit = 8; bit-- > 0;) {
      const bool set = (value >> bit & 1) != 0;
      out.put(values[last][node], set);
      node = node << 1 | (set ? 1U : 0U);
    }
    last = value;
  }

  std::uint8_t decode_value(BinaryDecoder& in) {
    std::size_t node = 1;
    for (unsigned bit = 0; bit < 8; ++bit) {
      node = node << 1 | (in.take_bit(values[last][node]) ? 1U : 0U);
    }
    last = static_cast<std::uint8_t>(node);
    return last;
  }

  std::uint8_t last = 0;
};

class DifferenceWriter {
 public:
  void add(const std::uint8_t* base, const std::uint8_t* target, std::size_t size) {
    for (std::size_t at = 0;;) {
      const std::size_t equal = equal_bytes(base + at, target + at, size - at);
      equal_ += equal;
      at += equal;
      if (at == size) return;
      if (model_ == nullptr) model_ = std::make_unique<DifferenceModel>();
      model_->encode(out_, equal_, static_cast<std::uint8_t>(target[at] - base[at]));
      ++count_;
      equal_ = 0;
      ++at;
    }
  }

  std::uint64_t count() const { return count_; }
  Bytes finish() { return count_ == 0 ? Bytes() : out_.finish(); }

 private:
  std::unique_ptr<DifferenceModel> model_;  // made when there is a first difference
  BinaryEncoder out_;
  std::uint64_t count_ = 0;
  std::uint64_t equal_ = 0;
};

class DifferenceReader {
 public:
  DifferenceReader(ByteView bytes, std::uint64_t count) : in_(bytes), left_(count) { advance(); }

  // Changes the bytes of the next cover.
  void apply(std::span<std::uint8_t> cover) {
    std::size_t at = 0;
    while (pending_ && next_ < cover.size() - at) {
      at += static_cast<std::size_t>(next_);
      cover[at] = static_cast<std::uint8_t>(cover[at] + model_->decode_value(in_));
      ++at;
      advance();
    }
    if (pending_) next_ -= cover.size() - at;
  }

  bool all_taken() const { return !pending_ && !in_.overrun(); }

 private:
  void advance() {
    pending_ = left_ > 0;
    if (!pending_) return;
    if (model_ == nullptr) model_ = std::make_unique<DifferenceModel>();
    --left_;
    next_ = model_->equal.decode(in_, 0);
  }

  BinaryDecoder in_;
  std::uint64_t left_;
  std::unique_ptr<DifferenceModel> model_;
  bool pending_ = false;
  std::uint64_t next_ = 0;  // equal bytes until the next difference
};

struct CoverParts {
  std::uint64_t difference_count = 0;
  ByteView differences;
  std::uint64_t count = 0;
  std::size_t literal_bytes = 0;
  std::uint8_t literal_codec = 0;
  ByteView controls;
  ByteView literals;
};

Result<CoverParts> read_parts(ByteView payload, std::size_t target_bytes) {
  ByteReader in(payload);
  CoverParts parts;
  parts.count = in.varint();
  const std::uint64_t literal_bytes = in.varint();
  const std::uint64_t control_bytes = in.varint();
  parts.difference_count = in.varint();
  const std::uint64_t difference_bytes = parts.difference_count == 0 ? 0 : in.varint();
  parts.literal_codec = in.u8();
  if (in.failed() || control_bytes > in.remaining() ||
      difference_bytes > in.remaining() - control_bytes) {
    return corrupt("its parts are cut short");
  }
  // A cover is a byte at least.
  if (literal_bytes > target_bytes || parts.count > target_bytes - literal_bytes ||
      parts.difference_count > target_bytes - literal_bytes) {
    return corrupt("has more covers, differences and literals than bytes");
  }
  parts.literal_bytes = static_cast<std::size_t>(literal_bytes);
  parts.controls = in.raw(static_cast<std::size_t>(control_bytes));
  parts.differences = in.raw(static_cast<std::size_t>(difference_bytes));
  parts.literals = in.raw(in.remaining());
  return parts;
}

Status restore_literals(const CoverParts& parts, ByteView context, std::span<std::uint8_t> out) {
  if (parts.literal_codec == kLiteralsZstd) {
    return restore_with_prefix(parts.literals, context, out);
  }
  if (parts.literal_codec != kLiteralsRaw || parts.literals.size() != out.size()) {
    return corrupt("its literals are not what is stated");
  }
  std::copy(parts.literals.begin(), parts.literals.end(), out.begin());
  return success();
}

}  // namespace

CodedCovers encode_covers(ByteView base, const TargetPart& part, const DeltaCovers& covers,
                          const CoverCoding& coding) {
  const auto model = std::make_unique<CoverModel>(part.begin);
  BinaryEncoder controls;
  DifferenceWriter differences;
  LiteralContext context(base, covers.size());
  Bytes literals;
  std::uint64_t base_end = 0;
  std::uint64_t target_end = 0;
  const auto add_literals = [&](std::uint64_t end) {
    const auto begin = part.bytes.begin();
    literals.insert(literals.end(), begin + static_cast<std::ptrdiff_t>(target_end),
                    begin + static_cast<std::ptrdiff_t>(end));
  };
  for (const DeltaCover& cover : covers) {
    COPSE_CHECK(cover.length > 0 && cover.base_end() <= base.size() &&
                cover.target_begin >= target_end && cover.target_end() <= part.bytes.size());
    model->encode(controls, cover);
    context.add(cover.target_begin - target_end, base_end, cover.base_begin);
    add_literals(cover.target_begin);
    differences.add(base.data() + cover.base_begin, part.bytes.data() + cover.target_begin,
                    static_cast<std::size_t>(cover.length));
    base_end = cover.base_end();
    target_end = cover.target_end();
  }
  context.add(part.bytes.size() - target_end, base_end, base.size());
  add_literals(part.bytes.size());

  const Bytes control_bytes = controls.finish();
  const Bytes difference_bytes = differences.finish();
  const int level = literals.size() > kBestLevelLiterals ? std::min(coding.level, kLevelOfMany)
                                                         : coding.level;
  const Bytes packed = compress_with_prefix(literals, context.bytes(), {.level = level});
  const bool raw = packed.size() >= literals.size();
  CodedCovers coded;
  coded.decoder_bytes = raw ? 0 : context.bytes().size();
  ByteWriter out(coded.payload);
  out.varint(covers.size());
  out.varint(literals.size());
  out.varint(control_bytes.size());
  out.varint(differences.count());
  if (differences.count() > 0) out.varint(difference_bytes.size());
  out.u8(raw ? kLiteralsRaw : kLiteralsZstd);
  out.raw(control_bytes);
  out.raw(difference_bytes);
  out.raw(raw ? literals : packed);
  return coded;
}

Status decode_covers(ByteView base, ByteView payload, std::uint64_t target_begin,
                     std::span<std::uint8_t> out) {
  COPSE_TRY(const CoverParts parts, read_parts(payload, out.size()));
  LiteralContext context(base, parts.count);
  const auto reader = [&] {
    return CoverReader(base, parts.controls, parts.count, target_begin, out.size());
  };
  std::uint64_t base_end = 0;
  std::uint64_t target_end = 0;
  std::uint64_t literal_bytes = 0;
  for (CoverReader in = reader(); !in.at_end();) {
    COPSE_TRY(const DeltaCover cover, in.next());
    literal_bytes += cover.target_begin - target_end;
    context.add(cover.target_begin - target_end, base_end, cover.base_begin);
    base_end = cover.base_end();
    target_end = cover.target_end();
  }
  context.add(out.size() - target_end, base_end, base.size());
  literal_bytes += out.size() - target_end;
  if (literal_bytes != parts.literal_bytes) {
    return corrupt("states " + std::to_string(parts.literal_bytes) + " literals and needs " +
                   std::to_string(literal_bytes));
  }
  // Literals are restored at the end of the target and move to their places from there: what is
  // written never catches up with what is still to be moved.
  std::uint8_t* literals = out.data() + (out.size() - parts.literal_bytes);
  COPSE_TRY_STATUS(
      restore_literals(parts, context.bytes(), out.subspan(out.size() - parts.literal_bytes)));
  DifferenceReader differences(parts.differences, parts.difference_count);
  std::uint8_t* to = out.data();
  for (CoverReader in = reader(); !in.at_end();) {
    COPSE_TRY(const DeltaCover cover, in.next());
    const std::size_t gap =
        static_cast<std::size_t>(cover.target_begin) - static_cast<std::size_t>(to - out.data());
    if (gap > 0) std::memmove(to, literals, gap);
    literals += gap;
    to += gap;
    std::memcpy(to, base.data() + cover.base_begin, static_cast<std::size_t>(cover.length));
    differences.apply({to, static_cast<std::size_t>(cover.length)});
    to += cover.length;
  }
  if (!differences.all_taken()) return corrupt("has differences beyond its covers");
  return success();
}

}  // namespace copse
