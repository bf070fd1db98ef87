// Which algorithm suits a part of a target, and the part as a frame. include/copse/delta.h has what
// users see.
//
// Pure; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "copse/delta.h"
#include "copse/result.h"

#include "codec/block_index.h"
#include "codec/cover_coder.h"
#include "codec/delta_frame.h"
#include "codec/page_delta.h"
#include "core/bytes.h"

namespace copse {

// A target is encoded in parts of this size, whatever the number of threads; images of memory in
// one, where pages make them smaller.
inline constexpr std::size_t kDeltaPartBytes = std::size_t{32} << 20;

// A base and what is worth knowing of it once. Keeps a view. Index and hash are made when they are
// first asked for; memory: that of a BlockIndex.
class DeltaBase {
 public:
  DeltaBase(ByteView bytes, DeltaSetting setting);

  ByteView bytes() const { return bytes_; }
  const Hash128& hash() const;
  // From one who has read the whole base anyway. REQUIRES: that it is its hash.
  void set_hash(const Hash128& hash) const;
  const BlockIndex& index() const;

  // How to read the base in one pass, where that is not its view. Before it is used.
  void set_reader(ReadPages read) { read_ = std::move(read); }
  const ReadPages& reader() const { return read_; }

 private:
  ByteView bytes_;
  DeltaSetting setting_;
  ReadPages read_;
  mutable std::once_flag hashed_;
  mutable Hash128 hash_;
  mutable std::once_flag indexed_;
  mutable std::optional<BlockIndex> index_;
};

struct CodedPart {
  Bytes payload;
  std::uint64_t decoder_bytes = 0;  // what decoding takes beside base and target
  // Of the part, from an encoder that has read all of it once.
  std::optional<Hash128> target_hash = {};
};

struct PartOptions {
  DeltaSetting setting = DeltaSetting::Default;
  unsigned threads = 1;
  const ReadPages* read_target = nullptr;  // null: its view does
};

using PartEncoder = Result<CodedPart> (*)(const DeltaBase& base, const TargetPart& part,
                                          const PartOptions& options);

// By the number of the algorithm. Null: not there.
using PartEncoders = std::array<PartEncoder, kDeltaAlgorithmCount>;
const PartEncoders& part_encoders();

// The algorithm that a sample of the part speaks for.
DeltaAlgorithm choose_algorithm(const PartEncoders& encoders, const DeltaBase& base,
                                const TargetPart& part, DeltaSetting setting);

// Encodes the parts of one target in their order.
class DeltaEncoder {
 public:
  // The base outlives the encoder. Another table is for tests.
  DeltaEncoder(const DeltaBase& base, const DeltaOptions& options,
               const PartEncoders& encoders = part_encoders());

  // How to read the target in one pass, where that is not its view: for targets of one part.
  void set_target_reader(ReadPages read) { read_target_ = std::move(read); }

  // A whole target as one frame of pages, where the options ask for that or both look like images
  // of memory. False when it is not for pages, or they make it no smaller: then nothing was
  // appended, and its parts are for add(). REQUIRES: nothing was added before.
  bool add_image(ByteView target, Bytes& out);

  // Appends a frame for each part, several at a time where there are threads. `last`: whether the
  // target ends with the last of them; a target has at least one part. Interrupted when asked to
  // stop.
  Status add(std::span<const ByteView> parts, bool last, Bytes& out);

  const DeltaReport& report() const { return report_; }

 private:
  struct Encoded {
    DeltaAlgorithm algorithm = DeltaAlgorithm::Raw;
    CodedPart part;
    Hash128 target_hash;
    std::uint64_t fallbacks = 0;
    std::string fallback_reason;
  };

  Encoded encode(const TargetPart& part, unsigned threads) const;
  Encoded encode_unhashed(const TargetPart& part, unsigned threads) const;
  bool try_algorithm(DeltaAlgorithm algorithm, const TargetPart& part, unsigned threads,
                     Encoded& encoded) const;
  void write(const TargetPart& part, const Encoded& encoded, bool last, Bytes& out);

  const DeltaBase& base_;
  DeltaOptions options_;
  const PartEncoders& encoders_;
  ReadPages read_target_;
  DeltaReport report_;
  std::uint32_t previous_ = 0;
};

// A whole target in parts for DeltaEncoder::add().
std::vector<ByteView> parts_of_target(ByteView target);

// Checks that a chain of frames is one delta of this base, frame by frame.
class DeltaChain {
 public:
  // `read_base`: how to read it in one pass, where that is not its view.
  explicit DeltaChain(ByteView base, ReadPages read_base = {})
      : base_(base), read_base_(std::move(read_base)) {}

  // The header at the beginning of `bytes`. `base` is hashed at the first.
  Result<DeltaFrameHeader> next(ByteView bytes);
  bool ended() const { return ended_; }
  std::uint64_t target_bytes() const { return target_bytes_; }

 private:
  ByteView base_;
  ReadPages read_base_;
  std::optional<Hash128> base_hash_;
  std::uint32_t previous_ = 0;
  std::uint64_t target_bytes_ = 0;
  bool ended_ = false;
};

// Fills `out`, whose size the header states, and checks it.
Status decode_part(ByteView base, const DeltaFrameHeader& header, ByteView payload,
                   std::span<std::uint8_t> out, unsigned threads);

// Whether a part can be decoded in stretches, in the memory of a few of them.
bool decodes_in_order(const DeltaFrameHeader& header);

// Hands the part over in stretches, in order, then says whether they were right. What is damaged by
// chance is found before the first of them. REQUIRES: decodes_in_order().
Status decode_part_in_order(ByteView base, const ReadPages& read_base,
                            const DeltaFrameHeader& header, ByteView payload,
                            const WriteStretch& write);

}  // namespace copse
