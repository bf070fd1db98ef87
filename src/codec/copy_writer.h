// Writes copies and the literals between them into a segment's streams.
#pragma once

#include <cstdint>

#include "codec/page_delta_format.h"
#include "core/bytes.h"

namespace copse {

// Takes a segment's copies in ascending order; what lies between two of them becomes literals.
// Copies that go on where the one before ended are made one. Not thread-safe.
class CopyWriter {
 public:
  // Both images, of which [begin, end) is the segment, and the streams must outlive it.
  CopyWriter(ByteView base, ByteView target, std::uint64_t begin, PageStreams& streams)
      : base_(base), target_(target), streams_(streams), written_(begin) {}

  // Bytes of the base, `displacement` behind the target's address. REQUIRES: they are equal.
  void copy(std::uint64_t begin, std::uint64_t size, std::int64_t displacement);
  void zeros(std::uint64_t begin, std::uint64_t size);

  // What is left up to `end` becomes literals.
  void finish(std::uint64_t end);

  // Where the last copy ended: what is behind it is not known yet.
  std::uint64_t position() const {
    return pending_bytes_ == 0 ? written_ : pending_ + pending_bytes_;
  }
  bool in_zeros() const { return pending_bytes_ != 0 && pending_zero_; }
  // That of the last copy from the base.
  std::int64_t displacement() const { return pending_zero_ ? 0 : pending_displacement_; }

 private:
  void append(std::uint64_t begin, std::uint64_t size, std::int64_t displacement, bool zero);
  void flush();
  void write_literals(std::uint64_t begin, std::uint64_t end, bool patch,
                      std::int64_t displacement);

  ByteView base_;
  ByteView target_;
  PageStreams& streams_;
  std::uint64_t written_;  // everything in front of it is in the streams
  // The copy that may still grow.
  std::uint64_t pending_ = 0;
  std::uint64_t pending_bytes_ = 0;
  std::int64_t pending_displacement_ = 0;
  bool pending_zero_ = false;
  // Of the copies that were written.
  bool from_base_ = false;  // the last one
  std::int64_t displacement_ = 0;
  std::int64_t far_displacement_ = 0;  // the last one that was not 0
};

}  // namespace copse
