#include "codec/levels.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "codec/adaptive_compressor.h"
#include "common/corpus.h"
#include "common/json_line.h"
#include "core/io/cpu_load.h"

namespace copse::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFrameBytes = std::size_t{64} << 10;
constexpr auto kTraceInterval = std::chrono::milliseconds(100);
// An offer that is so late is not made up for: a stream does not wait.
constexpr auto kLateMax = std::chrono::milliseconds(200);

class Stream {
 public:
  Stream(std::string text, double mb_per_s, const AdaptiveOptions& options)
      : text_(std::move(text)),
        mb_per_s_(mb_per_s),
        compressor_(options, real_cpu_load(), nullptr, nullptr) {
    if (text_.size() < kFrameBytes) give_up("the file is too short");
  }

  void run(double seconds, unsigned threads) {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < threads; ++i) {
      workers.emplace_back([this, i, threads] { work(i, threads); });
    }
    const auto begin = Clock::now();
    const auto end = begin + std::chrono::duration<double>(seconds);
    for (auto next = begin; next < end; next += kTraceInterval) {
      std::this_thread::sleep_until(next);
      print_state(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    stop_ = true;
  }

 private:
  void work(unsigned worker, unsigned workers) {
    const std::size_t frames = text_.size() / kFrameBytes;
    const std::chrono::duration<double> interval(
        mb_per_s_ > 0 ? static_cast<double>(kFrameBytes) * workers / (mb_per_s_ * 1e6) : 0);
    auto due = Clock::now();
    for (std::size_t i = worker; !stop_; i += workers) {
      compressor_.compress("stream", as_bytes(std::string_view(text_).substr(
                                         i % frames * kFrameBytes, kFrameBytes)));
      due += std::chrono::duration_cast<Clock::duration>(interval);
      if (mb_per_s_ <= 0) continue;
      const auto now = Clock::now();
      if (now - due > kLateMax) {
        late_ += 1;
        due = now;
      }
      std::this_thread::sleep_until(due);
    }
  }

  void print_state(double at_s) const {
    const LevelState state = compressor_.level_state();
    const AdaptiveCounters counters = compressor_.counters();
    JsonLine()
        .add("at_s", std::optional(at_s))
        .add("level", static_cast<std::uint64_t>(state.level))
        .add("process_share", std::optional(state.process_share))
        .add("host_share", std::optional(state.host_share))
        .add("allowed_share", std::optional(state.allowed_share))
        .add("raw_bytes", counters.raw_bytes)
        .add("frame_bytes", counters.frame_bytes)
        .add("rest_ns", counters.rest_ns)
        .add("late", late_.load())
        .add("level_changes", state.level_changes)
        .print();
  }

  const std::string text_;
  const double mb_per_s_;
  AdaptiveCompressor compressor_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> late_ = 0;
};

}  // namespace

int bench_levels(int argc, char** argv) {
  if (argc != 7) give_up("levels FILE MB_PER_S SECONDS THREADS WISH FIXED");
  std::string text;
  read_source(argv[1], text);
  AdaptiveOptions options;
  const auto wish = std::strtoul(argv[5], nullptr, 10);
  if (wish >= kLevelCount) give_up("WISH is 0 to 3");
  options.level.wish = static_cast<LevelName>(wish);
  options.enable_adaptive = std::strtoul(argv[6], nullptr, 10) == 0;
  Stream stream(std::move(text), std::strtod(argv[2], nullptr), options);
  stream.run(std::strtod(argv[3], nullptr),
             static_cast<unsigned>(std::strtoul(argv[4], nullptr, 10)));
  return 0;
}

}  // namespace copse::bench
