// Falls at once, rises by steps.
#include "codec/level_controller.h"

#include <algorithm>

#include "core/check.h"

namespace copse {
namespace {

// What a level costs beside the fastest before it was tried: zstd 1.5.4 on C sources in frames of
// 64 KB. Only the order matters; the first frames correct the rest.
constexpr std::array<double, kLevelCount> kUntriedCosts = {1, 1.4, 4, 12};
// Weight of the newest frame in a running mean.
constexpr double kNewestWeight = 0.05;
// A level is taken up when it needs no more than this part of the room, and left when it needs all.
constexpr double kRoomToRise = 0.8;
// What a share is held below its limit, for the error of the kernel's ticks and of late wakings.
constexpr double kPaceMargin = 0.95;
// Fewer frames say nothing of a ratio.
constexpr std::size_t kRatioFramesMin = 20;
// A lower level that missed the target is tried again after so many frames.
constexpr std::uint64_t kRatioFramesOld = 1000;
constexpr double kRatioSlack = 1.02;

LevelName below(LevelName level) {
  return static_cast<LevelName>(static_cast<unsigned>(level) - 1);
}
LevelName above(LevelName level) {
  return static_cast<LevelName>(static_cast<unsigned>(level) + 1);
}

double share(std::int64_t part, std::int64_t whole) {
  return std::clamp(static_cast<double>(part) / static_cast<double>(whole), 0.0, 1.0);
}

}  // namespace

std::string_view level_text(LevelName level) {
  static constexpr std::array<std::string_view, kLevelCount> kTexts = {"fastest", "default",
                                                                       "better", "best"};
  return kTexts[static_cast<std::size_t>(level)];
}

LevelController::LevelController(const LevelOptions& options)
    : options_(options), wanted_(options.wish) {
  COPSE_CHECK(options.cpu_floor > 0 && options.cpu_floor <= options.cpu_ceiling &&
              options.cpu_ceiling <= 1);
  // A target is approached from below: most frames reach it at the lowest levels.
  if (options.target_ratio) wanted_ = LevelName::Fastest;
  state_.level = wanted_;
  state_.allowed_share = options.cpu_ceiling;
}

bool LevelController::wants_reading(std::int64_t now_ns) const {
  return !last_ || now_ns - last_->process.at_ns >= kReadingIntervalNs;
}

void LevelController::add_reading(const CpuReading& reading) {
  if (!last_) {
    last_ = reading;
    return;
  }
  const std::int64_t elapsed = reading.process.at_ns - last_->process.at_ns;
  if (elapsed >= 0 && elapsed < kReadingIntervalNs / 2) return;
  const std::int64_t all = reading.host_all_ns - last_->host_all_ns;
  const std::int64_t busy = reading.host_busy_ns - last_->host_busy_ns;
  const std::int64_t used = reading.process.cpu_ns - last_->process.cpu_ns;
  last_ = reading;
  if (elapsed < 0 || all <= 0 || busy < 0 || used < 0) return;
  state_.host_share = share(busy, all);
  state_.process_share = share(used, elapsed * std::max(1U, reading.processors));
  const double others = std::max(0.0, state_.host_share - state_.process_share);
  const double room = options_.cpu_ceiling - others;
  state_.allowed_share = std::clamp(room, options_.cpu_floor, options_.cpu_ceiling);
  decide(room);
}

// Untried levels cost as much more as the table says than the nearest one that was tried.
double LevelController::cost_of(LevelName level) const {
  const auto index = static_cast<std::size_t>(level);
  if (facts_[index].cost > 0) return facts_[index].cost;
  std::size_t nearest = index;
  std::size_t least = kLevelCount;
  for (std::size_t i = 0; i < kLevelCount; ++i) {
    const std::size_t distance = i > index ? i - index : index - i;
    if (facts_[i].cost > 0 && distance < least) {
      nearest = i;
      least = distance;
    }
  }
  const double known = facts_[nearest].cost > 0 ? facts_[nearest].cost : 1;
  return known * kUntriedCosts[index] / kUntriedCosts[nearest];
}

// Whether the work that was done since the last reading would have fitted at that level.
bool LevelController::fits(LevelName level, double room) const {
  return state_.process_share * cost_of(level) / cost_of(state_.level) <= room;
}

void LevelController::decide(double room) {
  LevelName level = std::min(state_.level, wanted_);
  while (level > LevelName::Fastest && !fits(level, room)) {
    level = below(level);
  }
  if (level < state_.level) {
    calm_readings_ = 0;
    change_to(level);
    return;
  }
  if (level == wanted_ || !fits(above(level), room * kRoomToRise)) {
    calm_readings_ = 0;
    return;
  }
  if (++calm_readings_ >= kCalmReadings) change_to(above(level));
}

void LevelController::change_to(LevelName level) {
  if (level == state_.level) return;
  state_.level = level;
  ++state_.level_changes;
  recent_.clear();
}

void LevelController::add_frame(const FrameCost& frame) {
  if (frame.raw_bytes == 0) return;
  ++frames_;
  const auto raw = static_cast<double>(frame.raw_bytes);
  const double cost = static_cast<double>(std::max<std::int64_t>(1, frame.cpu_ns)) / raw;
  LevelFacts& known = facts(frame.level);
  known.cost = known.cost > 0 ? known.cost + (cost - known.cost) * kNewestWeight : cost;
  if (frame.level != state_.level) return;
  recent_.push_back({frame.raw_bytes, std::max<std::uint64_t>(1, frame.stored_bytes)});
  if (recent_.size() > kRecentFrames) recent_.pop_front();
  RecentFrame sum;
  for (const RecentFrame& each : recent_) {
    sum.raw_bytes += each.raw_bytes;
    sum.stored_bytes += each.stored_bytes;
  }
  state_.recent_ratio = static_cast<double>(sum.raw_bytes) / static_cast<double>(sum.stored_bytes);
  known.ratio = state_.recent_ratio;
  known.last_frame = frames_;
  if (options_.target_ratio && recent_.size() >= kRatioFramesMin) aim_at_ratio();
}

void LevelController::aim_at_ratio() {
  // While others hold the level down, it says nothing about what is wanted.
  if (state_.level != wanted_) return;
  if (state_.recent_ratio < *options_.target_ratio) {
    if (wanted_ < options_.wish) wanted_ = above(wanted_);
    return;
  }
  if (wanted_ == LevelName::Fastest) return;
  const LevelFacts& lower = facts(below(wanted_));
  const bool reached = lower.ratio >= *options_.target_ratio * kRatioSlack;
  const bool unknown = lower.last_frame == 0 || frames_ - lower.last_frame > kRatioFramesOld;
  if (reached || unknown) {
    wanted_ = below(wanted_);
    change_to(wanted_);
  }
}

std::int64_t LevelController::rest_ns(const ProcessTime& now) const {
  if (!last_ || now.at_ns < last_->process.at_ns) return 0;
  const auto used = static_cast<double>(now.cpu_ns - last_->process.cpu_ns);
  const double elapsed = static_cast<double>(now.at_ns - last_->process.at_ns);
  const double allowed = state_.allowed_share * kPaceMargin * std::max(1U, last_->processors);
  const double rest = used / allowed - elapsed;
  if (!(rest >= static_cast<double>(kRestNsMin))) return 0;
  return rest >= static_cast<double>(kRestNsMax) ? kRestNsMax : static_cast<std::int64_t>(rest);
}

}  // namespace copse
