// How hard to compress, with so many others at work: the level that the processors have room for.
//
// Made for streams, whose rate is not ours to choose: what arrives has to be compressed in the time
// there is. Of four levels it takes the highest, up to the one that is wished for, whose predicted
// share of the machine fits between what others use and the ceiling; where not even the fastest
// fits, callers are told to rest. Who wants the smallest frames at any price needs no controller.
//
// Pure: time and load come in as readings. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "codec/frame_codec.h"
#include "core/io/cpu_load.h"

namespace copse {

enum class LevelName : std::uint8_t { Fastest, Default, Better, Best };
inline constexpr std::size_t kLevelCount = 4;

// What zstd calls them.
inline constexpr std::array<int, kLevelCount> kZstdLevels = {1, kFastLevel, 7, kSmallLevel};
constexpr int zstd_level(LevelName level) {
  return kZstdLevels[static_cast<std::size_t>(level)];
}
std::string_view level_text(LevelName level);

// Of all processors together: never above the ceiling, and no less than the floor when others want
// everything.
inline constexpr double kCpuCeiling = 0.8;
inline constexpr double kCpuFloor = 0.1;
// How often the load is worth reading, and for how long others must have left room before the level
// rises, a step a reading.
inline constexpr std::int64_t kReadingIntervalNs = 200'000'000;
inline constexpr int kCalmReadings = 2;
// Frames that a recent ratio is taken from.
inline constexpr std::size_t kRecentFrames = 100;
// No rest is longer; what is still due then follows the next frame.
inline constexpr std::int64_t kRestNsMax = 100'000'000;
// A shorter one is put off: waking takes its time, too.
inline constexpr std::int64_t kRestNsMin = 1'000'000;

struct LevelOptions {
  // The highest level that is taken, and the one that is taken while there is room for it.
  LevelName wish = LevelName::Default;
  // The lowest level that reaches this ratio is enough, where `wish` allows it.
  std::optional<double> target_ratio;
  double cpu_ceiling = kCpuCeiling;
  double cpu_floor = kCpuFloor;
};

// What one frame took.
struct FrameCost {
  LevelName level = LevelName::Default;
  std::uint64_t raw_bytes = 0;
  std::uint64_t stored_bytes = 0;
  std::int64_t cpu_ns = 0;
};

// What was seen and decided at the last reading, for people to look at.
struct LevelState {
  LevelName level = LevelName::Default;
  double process_share = 0;  // of all processors, as the others are
  double host_share = 0;
  double allowed_share = 0;
  double recent_ratio = 1;
  std::uint64_t level_changes = 0;
};

class LevelController {
 public:
  // REQUIRES: 0 < cpu_floor <= cpu_ceiling <= 1.
  explicit LevelController(const LevelOptions& options);

  LevelName level() const { return state_.level; }
  const LevelState& state() const { return state_; }

  // Whether the last reading is so old that another is due.
  bool wants_reading(std::int64_t now_ns) const;
  // The load since the reading before; decides about the level. Readings that lie closer together
  // than half of kReadingIntervalNs, or do not go on from the one before, say nothing.
  void add_reading(const CpuReading& reading);
  void add_frame(const FrameCost& frame);

  // For how long to rest, so that the process stays at its allowed share since the last reading.
  std::int64_t rest_ns(const ProcessTime& now) const;

 private:
  struct RecentFrame {
    std::uint64_t raw_bytes = 0;
    std::uint64_t stored_bytes = 0;
  };
  // What is known of a level. Costs are in nanoseconds a byte.
  struct LevelFacts {
    double cost = 0;  // a running mean; 0 before the first frame
    double ratio = 0;
    std::uint64_t last_frame = 0;
  };

  LevelFacts& facts(LevelName level) { return facts_[static_cast<std::size_t>(level)]; }
  double cost_of(LevelName level) const;
  bool fits(LevelName level, double room) const;
  void decide(double room);
  void aim_at_ratio();
  void change_to(LevelName level);

  LevelOptions options_;
  LevelState state_;
  LevelName wanted_;  // what the wish and the target ratio ask for
  std::array<LevelFacts, kLevelCount> facts_{};
  std::deque<RecentFrame> recent_;  // of the present level, kRecentFrames at most
  std::uint64_t frames_ = 0;
  std::optional<CpuReading> last_;
  int calm_readings_ = 0;
};

}  // namespace copse
