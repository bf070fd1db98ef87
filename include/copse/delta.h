// Deltas: what turns one sequence of bytes (the base) into another (the target), small.
//
//   encode_delta(), decode_delta()   in memory
//   write_delta(), apply_delta()     files and streams of any size, in bounded memory
//
// A delta is one frame or more, each of which names its algorithm, its base by length and hash, the
// part of the target it stands for, and the checksums of all that. What decodes is the target, or
// an error says why not. All functions are thread-safe and deterministic: the same input gives the
// same bytes, whatever the number of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

namespace copse {

// On disk: never renumber.
enum class DeltaAlgorithm : std::uint8_t {
  Raw = 0,         // the target itself, where nothing makes it smaller
  Xor = 1,         // against the same place of the base: for what is changed and never moves
  Rolling = 2,     // blocks of the base, found by a rolling hash wherever they are
  Suffix = 3,      // the same with short and inexact matches, found by suffix sorting
  ZstdPrefix = 4,  // zstd with the base in front
  Pages = 5,       // images of memory, page by page
};
inline constexpr std::size_t kDeltaAlgorithmCount = 6;

// "raw", "xor", "rolling", "suffix", "zstd_prefix", "pages".
std::string_view delta_algorithm_name(DeltaAlgorithm algorithm);
std::optional<DeltaAlgorithm> find_delta_algorithm(std::string_view name);

// What matters: time, both, or size.
enum class DeltaSetting : std::uint8_t { Fast, Default, Small };

struct DeltaOptions {
  DeltaSetting setting = DeltaSetting::Default;
  // Absent: tried out on a sample of the target.
  std::optional<DeltaAlgorithm> algorithm = {};
  // 0: one for each processor.
  unsigned threads = 1;
  // Stop soon after this becomes true, with Interrupted.
  const std::atomic<bool>* stop = nullptr;
};

struct DeltaReport {
  std::uint64_t base_bytes = 0;
  std::uint64_t target_bytes = 0;
  std::uint64_t delta_bytes = 0;
  std::uint64_t frames = 0;
  // Frames of each algorithm, by its number.
  std::uint64_t frames_of[kDeltaAlgorithmCount] = {};
  // Algorithms that failed, so that another took their place; and what the last one said.
  std::uint64_t fallbacks = 0;
  std::string fallback_reason = {};
};

struct EncodedDelta {
  std::vector<std::uint8_t> bytes;
  DeltaReport report;
};

// Interrupted when asked to stop; nothing else fails. Memory beside the result: at most what
// write_delta() takes.
Result<EncodedDelta> encode_delta(std::span<const std::uint8_t> base,
                                  std::span<const std::uint8_t> target,
                                  const DeltaOptions& options = {});

inline constexpr std::uint64_t kDeltaTargetBytesMax = std::uint64_t{1} << 40;

// InvalidArgument when `base` is not the one the delta was made against; Corrupt when the delta is
// damaged, cut short or continued; Unsupported for what a newer version wrote; LimitExceeded when
// it stands for more than `target_bytes_max`. Any bytes are safe.
Result<std::vector<std::uint8_t>> decode_delta(std::span<const std::uint8_t> base,
                                               std::span<const std::uint8_t> delta,
                                               std::uint64_t target_bytes_max,
                                               unsigned threads = 1);

// ---- files and streams -------------------------------------------------------------------------

// Reads up to the size of the span; 0 is the end.
using ReadBytes = std::function<Result<std::size_t>(std::span<std::uint8_t>)>;
using WriteBytes = std::function<Status(std::span<const std::uint8_t>)>;

// A regular file, which is mapped, or a stream.
struct DeltaInput {
  std::string path;
  ReadBytes read;  // when set, the path is only its name in messages
};

// A file that appears, whole, when everything has succeeded, or a stream.
struct DeltaOutput {
  std::string path;
  bool replace =
      false;  // a file of that name, whose permissions stay; else InvalidArgument when there is one
  WriteBytes write;  // when set, the path is only its name in messages
};

// Writes what decode_delta() and apply_delta() take. The base must be a regular file, and neither
// file may be cut short meanwhile; InvalidArgument when the delta would replace one of them. Memory
// beside mapped files: at most 400 MB with one thread at any length of the inputs, about 200 MB
// more for each further one.
Result<DeltaReport> write_delta(const std::string& base_path, const DeltaInput& target,
                                const DeltaOutput& delta, const DeltaOptions& options = {});

// Errors as decode_delta(). Of the options, `threads` and `stop` count. Memory beside mapped files:
// at most 200 MB with one thread, 100 MB more for each further one; and from a stream, the largest
// payload of a frame. Images of memory are handed to a stream as they are
// decoded: should one turn out wrong at its end, an error follows what was written.
Result<DeltaReport> apply_delta(const std::string& base_path, const DeltaInput& delta,
                                const DeltaOutput& target, const DeltaOptions& options = {});

// Removes what unfinished calls of the two have begun beside their outputs. Safe in a signal
// handler that then ends the process; without it, a signal leaves "<output>.part-<number>".
void discard_delta_outputs();

}  // namespace copse
