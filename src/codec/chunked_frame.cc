#include "codec/chunked_frame.h"

#include <algorithm>
#include <string>

#include "core/hash.h"

namespace copse {
namespace {

constexpr std::uint32_t kChunkBytesMin = 4096;

template <typename Compress>
FramePayload in_chunks(ByteView bytes, const Compress& compress) {
  FramePayload frame;
  frame.codec = FrameCodec::Chunked;
  frame.raw_bytes = bytes.size();
  std::vector<FramePayload> chunks;
  for (std::size_t at = 0; at < bytes.size(); at += kChunkBytes) {
    chunks.push_back(
        compress(bytes.subspan(at, std::min<std::size_t>(kChunkBytes, bytes.size() - at))));
  }
  ByteWriter out(frame.bytes);
  out.u32(kChunkBytes);
  out.varint(chunks.size());
  for (const FramePayload& chunk : chunks) {
    out.u8(static_cast<std::uint8_t>(chunk.codec));
    out.varint(chunk.bytes.size());
    out.u64(checksum64(chunk.bytes));
  }
  out.u64(checksum64(frame.bytes));
  for (const FramePayload& chunk : chunks) {
    out.raw(chunk.bytes);
  }
  return frame;
}

Error corrupt(const std::string& what) {
  return Error(ErrorCode::Corrupt, "chunked frame: " + what);
}

}  // namespace

FramePayload compress_source(ByteView bytes, int level) {
  const auto compress = [level](ByteView chunk) { return compress_frame(chunk, level); };
  return bytes.size() < kChunkedBytesMin ? compress(bytes) : in_chunks(bytes, compress);
}

FramePayload compress_source_small(ByteView bytes, int level, const Dictionary* dictionary) {
  const auto compress = [&](ByteView chunk) { return compress_small(chunk, level, dictionary); };
  return bytes.size() < kChunkedBytesMin ? compress(bytes) : in_chunks(bytes, compress);
}

Result<ChunkedFrame> ChunkedFrame::read(ByteView payload, std::uint64_t raw_bytes) {
  ByteReader in(payload);
  ChunkedFrame frame;
  frame.raw_bytes_ = raw_bytes;
  frame.chunk_bytes_ = in.u32();
  const std::size_t count = in.count(10);
  if (in.failed() || frame.chunk_bytes_ < kChunkBytesMin) return corrupt("its header is damaged");
  if (count != (raw_bytes + frame.chunk_bytes_ - 1) / frame.chunk_bytes_) {
    return corrupt("has " + std::to_string(count) + " chunks, too many or too few for " +
                   std::to_string(raw_bytes) + " bytes");
  }
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < count; ++i) {
    Chunk chunk;
    chunk.codec = in.u8();
    sizes.push_back(in.varint());
    chunk.checksum = in.u64();
    frame.chunks_.push_back(chunk);
  }
  const std::size_t header_bytes = in.position();
  if (in.u64() != checksum64(payload.first(header_bytes)) || in.failed()) {
    return corrupt("its header is damaged");
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (sizes[i] > in.remaining()) return corrupt("its chunks end early");
    frame.chunks_[i].stored = in.raw(static_cast<std::size_t>(sizes[i]));
  }
  if (!in.at_end()) return corrupt("goes on behind its chunks");
  return frame;
}

std::uint64_t ChunkedFrame::bytes_of(std::size_t chunk) const {
  return std::min<std::uint64_t>(chunk_bytes_, raw_bytes_ - chunk * std::uint64_t{chunk_bytes_});
}

bool ChunkedFrame::has_codec(FrameCodec codec) const {
  return std::any_of(chunks_.begin(), chunks_.end(), [codec](const Chunk& chunk) {
    return chunk.codec == static_cast<std::uint8_t>(codec);
  });
}

Status ChunkedFrame::decode(std::size_t index, const Dictionary* dictionary,
                            std::span<std::uint8_t> out) const {
  const Chunk& chunk = chunks_[index];
  if (checksum64(chunk.stored) != chunk.checksum) {
    return corrupt("the checksum of chunk " + std::to_string(index) + " does not match");
  }
  // Chunks in chunks would be a way to nest without end.
  if (chunk.codec == static_cast<std::uint8_t>(FrameCodec::Chunked)) {
    return corrupt("chunk " + std::to_string(index) + " is of no known codec");
  }
  return decompress_into(chunk.codec, chunk.stored, dictionary, out);
}

}  // namespace copse
