// How fast XOR deltas are, beside a plain copy of the same bytes: `xor [megabytes] [rounds]`.
#include "codec/xor_speed.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <vector>

#include "codec/xor_delta.h"
#include "common/json_line.h"
#include "core/check.h"

namespace copse::bench {
namespace {

constexpr std::size_t kMb = std::size_t{1} << 20;
constexpr std::size_t kWindowBytes = std::size_t{64} << 10;

double processor_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <typename Work>
void take_best(double& best, const Work& work) {
  const double begin = processor_s();
  work();
  best = std::min(best, processor_s() - begin);
}

}  // namespace

int bench_xor(int argc, char** argv) {
  const std::size_t size = (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 512) * kMb;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  Bytes base(size);
  std::uint64_t state = 1;
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    std::memcpy(base.data() + i, &state, 8);
  }
  Bytes target = base;
  // One page in a hundred has changed in sixteen places.
  for (std::size_t i = 0; i < size; i += 409600 / 16)
    target[i] ^= 1;
  Bytes out(size);
  Bytes window(kWindowBytes);
  constexpr double kNever = 1e9;
  double copy = kNever;
  double plain = kNever;
  double windows = kNever;
  double encode = kNever;
  double decode = kNever;
  Bytes payload;
  for (int round = 0; round < rounds; ++round) {
    take_best(copy, [&] { std::memcpy(out.data(), target.data(), size); });
    take_best(plain, [&] { xor_bytes(out, target, base); });
    take_best(windows, [&] {
      for (std::size_t at = 0; at < size; at += kWindowBytes) {
        xor_bytes(window, ByteView(target).subspan(at, kWindowBytes),
                  ByteView(base).subspan(at, kWindowBytes));
      }
    });
    take_best(encode, [&] { payload = encode_xor(base, {target, 0}, 1); });
    take_best(decode, [&] { COPSE_CHECK(decode_xor(base, payload, 0, out).ok()); });
    COPSE_CHECK(out == target);
  }
  const auto speed = [&](double s) -> std::optional<double> {
    return static_cast<double>(size) / s / 1e9;
  };
  JsonLine()
      .add("bytes", static_cast<std::uint64_t>(size))
      .add("copy_gb_per_s", speed(copy))
      .add("xor_to_memory_gb_per_s", speed(plain))
      .add("xor_to_window_gb_per_s", speed(windows))
      .add("encode_gb_per_s", speed(encode))
      .add("decode_gb_per_s", speed(decode))
      .add("payload_bytes", static_cast<std::uint64_t>(payload.size()))
      .print();
  return 0;
}

}  // namespace copse::bench
