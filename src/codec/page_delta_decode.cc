#include <algorithm>
#include <string>

#include "codec/page_delta.h"
#include "codec/page_delta_format.h"
#include "codec/page_map.h"
#include "core/hash.h"
#include "core/parallel.h"

namespace copse {
namespace {

Error corrupt(const std::string& what) {
  return Error(ErrorCode::Corrupt, "page delta: " + what);
}

// From this size on a copy of a mapped file is read.
constexpr std::size_t kReadBytesMin = std::size_t{16} << 10;

// Where decoded bytes go: memory that has room for all of them, or that is handed on when it is
// full.
class Output {
 public:
  explicit Output(std::span<std::uint8_t> room) : room_(room) {}
  Output(std::span<std::uint8_t> room, const WriteStretch& write) : room_(room), write_(&write) {}

  // Where the next bytes go, at most `size`; empty when they cannot go anywhere.
  std::span<std::uint8_t> next(std::size_t size) {
    if (used_ == room_.size() && !flush()) return {};
    const auto stretch = room_.subspan(used_, std::min(size, room_.size() - used_));
    used_ += stretch.size();
    return stretch;
  }

  bool flush() {
    if (write_ == nullptr || !status_.ok()) return false;
    if (used_ > 0) status_ = (*write_)(ByteView(room_).first(used_));
    used_ = 0;
    return status_.ok();
  }

  // What handing on failed with.
  Status take_status() { return std::move(status_); }
  bool failed() const { return !status_.ok(); }

 private:
  std::span<std::uint8_t> room_;
  const WriteStretch* write_ = nullptr;
  std::size_t used_ = 0;
  Status status_ = success();
};

// Replays a segment's copies. Everything is checked against what is left of the streams, of the
// segment and of the base.
class SegmentReader {
 public:
  SegmentReader(ByteView base, const ReadPages& read_base, const PageSegmentView& segment,
                const PageStreams& streams, Output& out)
      : base_(base),
        read_base_(read_base),
        begin_(segment.target_begin),
        size_(segment.target_bytes),
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
        return out_.failed() ? out_.take_status()
                             : corrupt("a copy leaves its segment or the base");
      }
    }
    const std::uint64_t left = size_ - done_;
    const bool whole = take(fresh_, left) && fresh_.at_end() && patches_.at_end() &&
                       literals_.at_end() && lengths_.at_end() && displacements_.at_end();
    if (out_.failed()) return out_.take_status();
    return whole ? success() : Status(corrupt("a segment has too many literals or too few"));
  }

 private:
  static ByteView at(const PageStreams& streams, PageStream which) {
    return streams[static_cast<std::size_t>(which)];
  }

  // Where the next bytes come from, counted from the base's start.
  std::int64_t source() const { return static_cast<std::int64_t>(begin_ + done_) + displacement_; }

  // Calls fill(out, offset) for stretches that are `size` bytes together.
  template <typename Fill>
  bool write(std::uint64_t size, const Fill& fill) {
    for (std::uint64_t done = 0; done < size;) {
      const auto left = static_cast<std::size_t>(size - done);
      const std::span<std::uint8_t> out = out_.next(left);
      if (out.empty()) return false;
      fill(out, static_cast<std::size_t>(done));
      done += out.size();
    }
    done_ += size;
    return true;
  }

  bool take(ByteReader& from, std::uint64_t size) {
    const ByteView bytes = from.raw(static_cast<std::size_t>(size));
    if (from.failed()) return false;
    return write(size, [&](std::span<std::uint8_t> out, std::size_t offset) {
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    });
  }

  bool replay_copy(CopyKind kind) {
    const std::uint64_t literals = literals_.varint();
    const std::uint64_t length = lengths_.varint();
    const std::uint64_t left = size_ - done_;
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
    if (patch ? !take_patch(static_cast<std::size_t>(literals)) : !take(fresh_, literals)) {
      return false;
    }
    from_base_ = !zero;
    displacement_ = next;
    return zero ? write_zeros(length) : copy(length);
  }

  bool take_patch(std::size_t size) {
    const ByteView differences = patches_.raw(size);
    if (patches_.failed() || !in_base(size)) return false;
    const std::uint8_t* theirs = base_.data() + source();
    return write(size, [&](std::span<std::uint8_t> out, std::size_t offset) {
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<std::uint8_t>(theirs[offset + i] + differences[offset + i]);
      }
    });
  }

  bool in_base(std::uint64_t size) const {
    return source() >= 0 && static_cast<std::uint64_t>(source()) <= base_.size() &&
           size <= base_.size() - static_cast<std::uint64_t>(source());
  }

  bool copy(std::uint64_t size) {
    if (!in_base(size)) return false;
    const auto begin = static_cast<std::size_t>(source());
    return write(size, [&](std::span<std::uint8_t> out, std::size_t offset) {
      const std::uint64_t from = begin + offset;
      const bool read = read_base_ && out.size() >= kReadBytesMin;
      const PageWindow window =
          window_of(base_, read ? read_base_ : by_view_, from, from + out.size());
      std::copy(window.bytes.begin(), window.bytes.end(), out.begin());
    });
  }

  bool write_zeros(std::uint64_t size) {
    return write(size, [](std::span<std::uint8_t> out, std::size_t) {
      std::fill(out.begin(), out.end(), std::uint8_t{0});
    });
  }

  ByteView base_;
  const ReadPages& read_base_;
  const ReadPages by_view_;
  std::uint64_t begin_;
  std::uint64_t size_;
  Output& out_;
  ByteReader literals_;
  ByteReader lengths_;
  ByteReader displacements_;
  ByteReader patches_;
  ByteReader fresh_;
  ByteView kinds_;
  std::uint64_t done_ = 0;
  bool from_base_ = false;
  std::int64_t displacement_ = 0;
  std::int64_t far_displacement_ = 0;
};

Status decode_segment(ByteView base, const ReadPages& read_base, const PageSegmentView& segment,
                      Output& out) {
  if (checksum64(segment.stored) != segment.checksum) {
    return corrupt("the checksum of a segment does not match");
  }
  PageStreams streams;
  COPSE_TRY_STATUS(load_streams(segment.stored, segment.target_bytes, streams));
  return SegmentReader(base, read_base, segment, streams, out).replay();
}

}  // namespace

Status decode_page_delta(ByteView base, ByteView payload, std::span<std::uint8_t> target,
                         unsigned threads) {
  COPSE_TRY(const auto segments, read_page_header(payload, target.size()));
  const auto decode = [&](std::size_t i) {
    Output out(target.subspan(static_cast<std::size_t>(segments[i].target_begin),
                              static_cast<std::size_t>(segments[i].target_bytes)));
    return decode_segment(base, {}, segments[i], out);
  };
  if (threads <= 1) {
    for (std::size_t i = 0; i < segments.size(); ++i)
      COPSE_TRY_STATUS(decode(i));
    return success();
  }
  ParallelOptions options;
  options.threads = std::min(threads, kThreadsMax);
  options.delivery = Delivery::InOrder;  // so that of several errors the first is told
  Status outcome = success();
  parallel_map<Status>(
      segments.size(), options, [&](unsigned, std::size_t i) { return decode(i); },
      [&](std::size_t, Status status) {
        outcome = std::move(status);
        return outcome.ok();
      });
  return outcome;
}

Status decode_page_delta_in_order(ByteView base, const ReadPages& read_base, ByteView payload,
                                  std::uint64_t target_bytes, const WriteStretch& write) {
  COPSE_TRY(const auto segments, read_page_header(payload, target_bytes));
  Bytes room(kPageStretchBytes);
  Output out(room, write);
  for (const PageSegmentView& segment : segments)
    COPSE_TRY_STATUS(decode_segment(base, read_base, segment, out));
  if (!out.flush()) return out.take_status();
  return success();
}

}  // namespace copse
