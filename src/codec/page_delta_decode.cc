#include <algorithm>
#include <string>

#include "codec/page_delta.h"
#include "codec/page_delta_format.h"
#include "core/hash.h"
#include "core/parallel.h"

namespace copse {
namespace {

Error corrupt(const std::string& what) {
  return Error(ErrorCode::Corrupt, "page delta: " + what);
}

// Replays a segment's copies. Everything is checked against what is left of the streams, of the
// segment and of the base.
class SegmentReader {
 public:
  SegmentReader(ByteView base, std::uint64_t begin, std::span<std::uint8_t> out,
                const PageStreams& streams)
      : base_(base),
        begin_(begin),
        out_(out),
        literals_(at(streams, PageStream::Literals)),
        lengths_(at(streams, PageStream::Lengths)),
        displacements_(at(streams, PageStream::Displacements)),
        patches_(at(streams, PageStream::Patches)),
        fresh_(at(streams, PageStream::Fresh)),
        kinds_(at(streams, PageStream::Kinds)) {}

  Status replay() {
    for (const std::uint8_t kind : kinds_) {
      if (kind >= kCopyKindCount) return corrupt("a copy is of no known kind");
      if (!replay_copy(static_cast<CopyKind>(kind))) {
        return corrupt("a copy leaves its segment or the base");
      }
    }
    const std::size_t left = out_.size() - done_;
    const bool whole = take(fresh_, left) && fresh_.at_end() && patches_.at_end() &&
                       literals_.at_end() && lengths_.at_end() && displacements_.at_end();
    return whole ? success() : Status(corrupt("a segment has too many literals or too few"));
  }

 private:
  static ByteView at(const PageStreams& streams, PageStream which) {
    return streams[static_cast<std::size_t>(which)];
  }

  // Where the next bytes come from, counted from the base's start.
  std::int64_t source() const { return static_cast<std::int64_t>(begin_ + done_) + displacement_; }

  bool take(ByteReader& from, std::size_t size) {
    const ByteView bytes = from.raw(size);
    if (from.failed()) return false;
    std::copy(bytes.begin(), bytes.end(), out_.data() + done_);
    done_ += size;
    return true;
  }

  bool replay_copy(CopyKind kind) {
    const std::uint64_t literals = literals_.varint();
    const std::uint64_t length = lengths_.varint();
    const std::size_t left = out_.size() - done_;
    if (literals > left || length > left - literals) return false;
    std::int64_t next = 0;
    if (kind == CopyKind::Moved) {
      const std::int64_t step = displacements_.zigzag();
      constexpr auto kStepMax = static_cast<std::int64_t>(2 * kPageDeltaBytesMax);
      if (step > kStepMax || step < -kStepMax) return false;
      far_displacement_ += step;
      if (far_displacement_ > kStepMax || far_displacement_ < -kStepMax) return false;
    }
    if (kind == CopyKind::Moved || kind == CopyKind::Repeat) next = far_displacement_;
    const bool zero = kind == CopyKind::Zero;
    const bool patch = literals <= kPatchBytesMax && from_base_ && !zero && displacement_ == next;
    if (patch ? !take_patch(static_cast<std::size_t>(literals))
              : !take(fresh_, static_cast<std::size_t>(literals))) {
      return false;
    }
    from_base_ = !zero;
    displacement_ = next;
    return zero ? write_zeros(static_cast<std::size_t>(length))
                : copy(static_cast<std::size_t>(length));
  }

  bool take_patch(std::size_t size) {
    const ByteView differences = patches_.raw(size);
    if (patches_.failed() || !in_base(size)) return false;
    const std::uint8_t* theirs = base_.data() + source();
    for (std::size_t i = 0; i < size; ++i) {
      out_[done_ + i] = static_cast<std::uint8_t>(theirs[i] + differences[i]);
    }
    done_ += size;
    return true;
  }

  bool in_base(std::size_t size) const {
    return source() >= 0 && static_cast<std::uint64_t>(source()) <= base_.size() &&
           size <= base_.size() - static_cast<std::uint64_t>(source());
  }

  bool copy(std::size_t size) {
    if (!in_base(size)) return false;
    std::copy_n(base_.data() + source(), size, out_.data() + done_);
    done_ += size;
    return true;
  }

  bool write_zeros(std::size_t size) {
    std::fill_n(out_.data() + done_, size, std::uint8_t{0});
    done_ += size;
    return true;
  }

  ByteView base_;
  std::uint64_t begin_;
  std::span<std::uint8_t> out_;
  ByteReader literals_;
  ByteReader lengths_;
  ByteReader displacements_;
  ByteReader patches_;
  ByteReader fresh_;
  ByteView kinds_;
  std::size_t done_ = 0;
  bool from_base_ = false;
  std::int64_t displacement_ = 0;
  std::int64_t far_displacement_ = 0;
};

Status decode_segment(ByteView base, const PageSegmentView& segment,
                      std::span<std::uint8_t> target) {
  if (checksum64(segment.stored) != segment.checksum) {
    return corrupt("the checksum of a segment does not match");
  }
  PageStreams streams;
  COPSE_TRY_STATUS(load_streams(segment.stored, segment.target_bytes, streams));
  return SegmentReader(base, segment.target_begin,
                       target.subspan(static_cast<std::size_t>(segment.target_begin),
                                      static_cast<std::size_t>(segment.target_bytes)),
                       streams)
      .replay();
}

}  // namespace

Status decode_page_delta(ByteView base, ByteView payload, std::span<std::uint8_t> target,
                         unsigned threads) {
  COPSE_TRY(const auto segments, read_page_header(payload, target.size()));
  if (threads <= 1) {
    for (const PageSegmentView& segment : segments)
      COPSE_TRY_STATUS(decode_segment(base, segment, target));
    return success();
  }
  ParallelOptions options;
  options.threads = std::min(threads, kThreadsMax);
  options.delivery = Delivery::InOrder;  // so that of several errors the first is told
  Status outcome = success();
  parallel_map<Status>(
      segments.size(), options,
      [&](unsigned, std::size_t i) { return decode_segment(base, segments[i], target); },
      [&](std::size_t, Status status) {
        outcome = std::move(status);
        return outcome.ok();
      });
  return outcome;
}

}  // namespace copse
