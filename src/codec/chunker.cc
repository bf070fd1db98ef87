// Boundaries: a cheap hash everywhere, a good one where it says so.
#include "codec/chunker.h"

#include <algorithm>
#include <bit>
#include <string>

#include "core/check.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace copse {
namespace {

// Part of what stored chunks depend on: none of these may change.
//
// The first step: the sum of kFactor^k times the k-th byte back, modulo 256, over kPassBytes bytes.
// The factor and its squares are one more than a power of two, which is what vectors of bytes can
// multiply by. All factors are odd and eight is even, so a run of equal bytes sums up to an even
// number: the odd kPass never stands in one.
constexpr std::size_t kPassBytes = 8;
constexpr unsigned kFactor = 17;
constexpr std::uint8_t kPass = 0x4D;
constexpr std::uint64_t kPassOneIn = 256;
// The second step.
constexpr std::size_t kHashBytes = 32;
constexpr std::uint64_t kKeys[] = {0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                                   0x27D4EB2F165667C5};
// How much rarer boundaries are before the normal size, and more frequent behind it.
constexpr std::uint64_t kNormalization = 4;
// The normal size as a part of the average: what makes the mean of random data the average, with a
// quarter of it skipped. Of 4 - 3.75 e = 0.75 for e = exp(-(x - 0.25) / 4).
constexpr std::uint64_t kNormalPart = 842;
constexpr std::uint64_t kNormalWhole = 1024;

static_assert(kHashBytes <= kChunkBytesMin);

std::uint64_t word_at(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

__extension__ using Wide = unsigned __int128;

std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Of the kHashBytes bytes before `end`.
std::uint64_t hash_before(const std::uint8_t* end) {
  const std::uint64_t first =
      folded_product(word_at(end - 32) ^ kKeys[0], word_at(end - 24) ^ kKeys[1]);
  const std::uint64_t second =
      folded_product(word_at(end - 16) ^ kKeys[2], word_at(end - 8) ^ kKeys[3]);
  return folded_product(first ^ kKeys[1], second ^ kKeys[2]);
}

std::uint8_t pass_sum(const std::uint8_t* end) {
  unsigned sum = 0;
  for (std::size_t back = kPassBytes; back > 0; --back) {
    sum = sum * kFactor + end[-static_cast<std::ptrdiff_t>(back)];
  }
  return static_cast<std::uint8_t>(sum);
}

// The first end in [from, to] whose hashes make it a boundary, or to + 1.
std::size_t find_plain(const std::uint8_t* data, std::size_t from, std::size_t to,
                       std::uint64_t below) {
  constexpr unsigned kLeaving = [] {
    unsigned power = 1;
    for (std::size_t i = 0; i < kPassBytes; ++i) {
      power = power * kFactor % 256;
    }
    return power;
  }();
  unsigned sum = from <= to ? pass_sum(data + from) : 0;
  for (std::size_t end = from; end <= to; ++end) {
    if (static_cast<std::uint8_t>(sum) == kPass && hash_before(data + end) < below) return end;
    if (end < to) sum = sum * kFactor + data[end] - kLeaving * data[end - kPassBytes];
  }
  return to + 1;
}

#if defined(__x86_64__)

constexpr std::size_t kVectorBytes = 32;

// `current` with its bytes moved up by kBack; those before it come from `before`.
template <int kBack>
__attribute__((target("avx2"), always_inline)) inline __m256i moved(__m256i before,
                                                                    __m256i current) {
  const __m256i middle = _mm256_permute2x128_si256(before, current, 0x21);
  return _mm256_alignr_epi8(current, middle, 16 - kBack);
}

// Each byte times 2^kShift + 1, modulo 256.
template <int kShift>
__attribute__((target("avx2"), always_inline)) inline __m256i times(__m256i bytes) {
  const __m256i mask = _mm256_set1_epi8(static_cast<char>(0xFF << kShift));
  return _mm256_add_epi8(bytes, _mm256_and_si256(_mm256_slli_epi16(bytes, kShift), mask));
}

// Sums of the eight bytes up to each, in three steps: of two bytes, of two of these, of two of
// those (17^2 = 33 and 17^4 = 65 modulo 256).
struct PassSums {
  __m256i bytes;
  __m256i of_two;
  __m256i of_four;

  // The sums of the next vector.
  __attribute__((target("avx2"), always_inline)) __m256i next(const std::uint8_t* at) {
    const __m256i now = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i two = _mm256_add_epi8(now, times<4>(moved<1>(bytes, now)));
    const __m256i four = _mm256_add_epi8(two, times<5>(moved<2>(of_two, two)));
    const __m256i eight = _mm256_add_epi8(four, times<6>(moved<4>(of_four, four)));
    bytes = now;
    of_two = two;
    of_four = four;
    return eight;
  }
};

// As find_plain(), which it leaves the last bytes to. REQUIRES: a vector of bytes before `from`.
__attribute__((target("avx2"))) std::size_t find_avx2(const std::uint8_t* data, std::size_t from,
                                                      std::size_t to, std::uint64_t below) {
  std::size_t at = from - 1;  // of the byte that the end `from` follows
  if (at + kVectorBytes <= to) {
    const __m256i pass = _mm256_set1_epi8(static_cast<char>(kPass));
    PassSums sums{_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    // The first sums lack what lies before; the last seven of them are all that is needed.
    static_cast<void>(sums.next(data + at - kVectorBytes));
    for (; at + kVectorBytes <= to; at += kVectorBytes) {
      const __m256i passing = _mm256_cmpeq_epi8(sums.next(data + at), pass);
      auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(passing));
      for (; mask != 0; mask &= mask - 1) {
        const std::size_t end = at + static_cast<std::size_t>(std::countr_zero(mask)) + 1;
        if (hash_before(data + end) < below) return end;
      }
    }
  }
  return find_plain(data, at + 1, to, below);
}

bool has_avx2() {
  static const bool kHas = __builtin_cpu_supports("avx2") != 0;
  return kHas;
}

#endif

template <bool kPlain>
std::size_t find_boundary(const std::uint8_t* data, std::size_t from, std::size_t to,
                          std::uint64_t below) {
#if defined(__x86_64__)
  if (!kPlain && has_avx2()) return find_avx2(data, from, to, below);
#endif
  return find_plain(data, from, to, below);
}

// One in `one_in` of all positions, of those that pass the first step.
std::uint64_t below_for(std::uint64_t one_in) {
  return one_in <= kPassOneIn ? UINT64_MAX : UINT64_MAX / one_in * kPassOneIn;
}

}  // namespace

Chunker::Chunker() {
  auto made = create({});
  COPSE_CHECK(made.ok());
  *this = made.value();
}

Result<Chunker> Chunker::create(const ChunkerOptions& options) {
  const std::uint64_t average = options.average_bytes;
  const std::uint64_t least = options.min_bytes == 0 ? average / 4 : options.min_bytes;
  const std::uint64_t most = options.max_bytes == 0 ? average * 8 : options.max_bytes;
  if (average < kChunkAverageBytesMin || average > kChunkAverageBytesMax ||
      least < kChunkBytesMin || least >= average || most <= average || most > kChunkBytesMax) {
    return Error(ErrorCode::InvalidArgument,
                 "chunks of " + std::to_string(least) + " to " + std::to_string(most) + " bytes, " +
                     std::to_string(average) + " on average, cannot be made");
  }
  Chunker chunker(Unset{});
  chunker.min_bytes_ = least;
  chunker.max_bytes_ = most;
  chunker.normal_bytes_ = std::max<std::uint64_t>(least, average * kNormalPart / kNormalWhole);
  chunker.rare_below_ = below_for(average * kNormalization);
  chunker.often_below_ = below_for(average / kNormalization);
  return chunker;
}

// Looks at ends from `from` on, or from the smallest one allowed.
template <bool kPlain>
std::size_t Chunker::find_end(ByteView data, std::size_t from) const {
  const std::size_t last = std::min(data.size(), max_bytes_);
  const std::size_t normal = std::min(normal_bytes_, last);
  from = std::max(from, min_bytes_);
  if (from <= normal) {
    const std::size_t end = find_boundary<kPlain>(data.data(), from, normal, rare_below_);
    if (end <= normal) return end;
    from = normal + 1;
  }
  if (from <= last) {
    const std::size_t end = find_boundary<kPlain>(data.data(), from, last, often_below_);
    if (end <= last) return end;
  }
  return last == max_bytes_ ? max_bytes_ : 0;
}

std::size_t Chunker::next_known(ByteView data, std::size_t searched) const {
  return find_end<false>(data, searched + 1);
}

std::size_t Chunker::next(ByteView data) const {
  const std::size_t end = find_end<false>(data, 0);
  return end == 0 ? data.size() : end;
}

std::size_t Chunker::next_plain(ByteView data) const {
  const std::size_t end = find_end<true>(data, 0);
  return end == 0 ? data.size() : end;
}

ByteView ChunkStream::complete_pending(ByteView piece, const Sink& sink) {
  const std::size_t before = pending_.size();
  const std::size_t taken = std::min(piece.size(), chunker_.max_bytes() - before);
  pending_.insert(pending_.end(), piece.begin(),
                  piece.begin() + static_cast<std::ptrdiff_t>(taken));
  const std::size_t end = chunker_.next_known(pending_, before);
  if (end == 0) return piece.subspan(taken);
  sink(ByteView(pending_).first(end));
  pending_.clear();
  return piece.subspan(end - before);
}

void ChunkStream::feed(ByteView piece, const Sink& sink) {
  if (!pending_.empty()) piece = complete_pending(piece, sink);
  while (!piece.empty()) {
    const std::size_t end = chunker_.next_known(piece, 0);
    if (end == 0) break;
    sink(piece.first(end));
    piece = piece.subspan(end);
  }
  pending_.insert(pending_.end(), piece.begin(), piece.end());
}

void ChunkStream::finish(const Sink& sink) {
  if (!pending_.empty()) sink(pending_);
  pending_.clear();
}

}  // namespace copse
