#include "codec/copy_writer.h"

#include "core/check.h"

namespace copse {

void CopyWriter::copy(std::uint64_t begin, std::uint64_t size, std::int64_t displacement) {
  append(begin, size, displacement, false);
}

void CopyWriter::zeros(std::uint64_t begin, std::uint64_t size) {
  append(begin, size, 0, true);
}

void CopyWriter::append(std::uint64_t begin, std::uint64_t size, std::int64_t displacement,
                        bool zero) {
  COPSE_CHECK(begin >= position());
  if (size == 0) return;
  if (pending_bytes_ != 0 && begin == pending_ + pending_bytes_ && zero == pending_zero_ &&
      displacement == pending_displacement_) {
    pending_bytes_ += size;
    return;
  }
  flush();
  pending_ = begin;
  pending_bytes_ = size;
  pending_displacement_ = displacement;
  pending_zero_ = zero;
}

void CopyWriter::flush() {
  if (pending_bytes_ == 0) return;
  CopyKind kind = CopyKind::Moved;
  if (pending_zero_) {
    kind = CopyKind::Zero;
  } else if (pending_displacement_ == 0) {
    kind = CopyKind::Same;
  } else if (pending_displacement_ == far_displacement_) {
    kind = CopyKind::Repeat;
  }
  ByteWriter(stream_of(streams_, PageStream::Kinds)).u8(static_cast<std::uint8_t>(kind));
  const std::uint64_t literals = pending_ - written_;
  ByteWriter(stream_of(streams_, PageStream::Literals)).varint(literals);
  ByteWriter(stream_of(streams_, PageStream::Lengths)).varint(pending_bytes_);
  if (kind == CopyKind::Moved) {
    ByteWriter(stream_of(streams_, PageStream::Displacements))
        .zigzag(pending_displacement_ - far_displacement_);
    far_displacement_ = pending_displacement_;
  }
  const bool patch = literals <= kPatchBytesMax && from_base_ && !pending_zero_ &&
                     displacement_ == pending_displacement_;
  write_literals(written_, pending_, patch, pending_displacement_);
  written_ = pending_ + pending_bytes_;
  from_base_ = !pending_zero_;
  displacement_ = pending_displacement_;
  pending_bytes_ = 0;
}

void CopyWriter::write_literals(std::uint64_t begin, std::uint64_t end, bool patch,
                                std::int64_t displacement) {
  if (!patch) {
    ByteWriter(stream_of(streams_, PageStream::Fresh))
        .raw(target_.subspan(static_cast<std::size_t>(begin),
                             static_cast<std::size_t>(end - begin)));
    return;
  }
  Bytes& patches = stream_of(streams_, PageStream::Patches);
  for (std::uint64_t i = begin; i < end; ++i) {
    const auto source = static_cast<std::size_t>(static_cast<std::int64_t>(i) + displacement);
    patches.push_back(
        static_cast<std::uint8_t>(target_[static_cast<std::size_t>(i)] - base_[source]));
  }
}

void CopyWriter::finish(std::uint64_t end) {
  flush();
  write_literals(written_, end, false, 0);
  written_ = end;
}

}  // namespace copse
