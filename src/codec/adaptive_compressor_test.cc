// The pipeline: frames come back, the incompressible is left alone, level and rests follow a load.
#include "codec/adaptive_compressor.h"

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "codec/frame_codec.h"

namespace copse {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 24;
constexpr std::int64_t kFrameNs = 2'000'000;  // of processor time, a frame

// Time that passes as the test says: every compression takes kFrameNs on one of two processors.
class FakeLoad final : public CpuLoad {
 public:
  Result<CpuReading> read() const override {
    ++readings;
    if (broken) return Error(ErrorCode::Io, "no readings today");
    CpuReading reading;
    reading.process = process_time();
    reading.processors = 2;
    reading.host_all_ns = 2 * now_ns.load();
    reading.host_busy_ns = host_busy_ns.load();
    return reading;
  }
  ProcessTime process_time() const override { return {now_ns.load(), cpu_ns.load()}; }
  // Asked twice a frame.
  std::int64_t thread_cpu_ns() const override { return asked.fetch_add(1) * kFrameNs; }
  void rest(std::int64_t ns) const override {
    rested_ns += ns;
    let_pass(ns);
  }

  // A frame was compressed.
  void pass_frame() const {
    cpu_ns += kFrameNs;
    host_busy_ns += kFrameNs;
    let_pass(kFrameNs);
  }

  std::atomic<double> others = 0;  // the share of both processors that others use
  mutable std::atomic<std::int64_t> now_ns = 1'000'000'000;
  mutable std::atomic<std::int64_t> cpu_ns = 0;
  mutable std::atomic<std::int64_t> host_busy_ns = 0;
  mutable std::atomic<std::int64_t> rested_ns = 0;
  mutable std::atomic<std::int64_t> asked = 0;
  mutable std::atomic<int> readings = 0;
  std::atomic<bool> broken = false;

 private:
  void let_pass(std::int64_t ns) const {
    now_ns += ns;
    host_busy_ns += static_cast<std::int64_t>(2 * static_cast<double>(ns) * others);
  }
};

Bytes text(std::size_t size, std::uint64_t from) {
  std::mt19937_64 random(from);
  Bytes bytes;
  ByteWriter out(bytes);
  while (bytes.size() < size) {
    out.raw(
        as_bytes("const auto value_" + std::to_string(random() % 1000) + " = call(argument);\n"));
  }
  bytes.resize(size);
  return bytes;
}

Bytes noise(std::size_t size) {
  std::mt19937_64 random(size);
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(random() >> 32);
  }
  return bytes;
}

std::uint8_t codec_of(ByteView sealed) {
  const auto frame = read_sealed_frame(sealed);
  EXPECT_TRUE(frame.ok());
  return frame.value().codec;
}

TEST(AdaptiveCompressor, FramesComeBackAndSaySo) {
  const FakeLoad load;
  AdaptiveCompressor compressor({}, load, nullptr, nullptr);
  for (const std::size_t size : {0U, 1U, 100U, 5000U, 200'000U}) {
    for (const Bytes& bytes : {text(size, size), noise(size)}) {
      const Bytes frame = compressor.compress("any", bytes);
      const auto back = compressor.decompress(frame, kLimit);
      ASSERT_TRUE(back.ok()) << back.error().message();
      EXPECT_EQ(back.value(), bytes);
      EXPECT_TRUE(compressor.release(frame).ok());
    }
  }
  EXPECT_EQ(compressor.counters().frames, 10U);
  EXPECT_EQ(compressor.counters().frames_skipped, 1U);
}

TEST(AdaptiveCompressor, TheIncompressibleIsStoredRaw) {
  const FakeLoad load;
  AdaptiveCompressor compressor({}, load, nullptr, nullptr);
  EXPECT_EQ(codec_of(compressor.compress("any", noise(1'000'000))), 0);
  EXPECT_EQ(codec_of(compressor.compress("any", noise(3000))), 0);
  EXPECT_EQ(compressor.counters().frames_skipped, 1U);
  EXPECT_EQ(compressor.counters().frames_raw, 2U);
  // Saves a twentieth: less than is worth it. Saves a half: more.
  Bytes mixed = noise(20'000);
  std::fill(mixed.begin(), mixed.begin() + 1000, std::uint8_t{0});
  EXPECT_EQ(codec_of(compressor.compress("any", mixed)), 0);
  std::fill(mixed.begin(), mixed.begin() + 10'000, std::uint8_t{0});
  EXPECT_NE(codec_of(compressor.compress("any", mixed)), 0);
  AdaptiveOptions options;
  options.enable_raw = false;
  AdaptiveCompressor stubborn(options, load, nullptr, nullptr);
  mixed = noise(20'000);
  std::fill(mixed.begin(), mixed.begin() + 1000, std::uint8_t{0});
  EXPECT_NE(codec_of(stubborn.compress("any", mixed)), 0);
  EXPECT_LT(sampled_ratio(noise(100'000)), 1.01);
  EXPECT_GT(sampled_ratio(text(100'000, 1)), 2);
}

TEST(AdaptiveCompressor, FollowsTheLoad) {
  FakeLoad load;
  AdaptiveOptions options;
  options.level.wish = LevelName::Better;
  AdaptiveCompressor compressor(options, load, nullptr, nullptr);
  const Bytes bytes = text(20'000, 1);
  const auto run = [&](int frames, double others) {
    load.others = others;
    for (int i = 0; i < frames; ++i) {
      compressor.compress("any", bytes);
      load.pass_frame();
    }
    return compressor.level_state().level;
  };
  // Half of the machine is ours: one thread works all the time.
  EXPECT_EQ(run(500, 0), LevelName::Better);
  EXPECT_EQ(load.rested_ns, 0);
  // Others want three quarters: what is left below the ceiling is less than the floor.
  EXPECT_EQ(run(500, 0.75), LevelName::Fastest);
  EXPECT_GT(load.rested_ns, 0);
  EXPECT_LE(compressor.level_state().allowed_share, kCpuFloor + 0.01);
  EXPECT_GT(compressor.counters().rests, 0U);
  EXPECT_EQ(compressor.counters().rest_ns, static_cast<std::uint64_t>(load.rested_ns));
  EXPECT_EQ(run(1500, 0), LevelName::Better);
  // Switched off it does as it was told.
  options.enable_adaptive = false;
  AdaptiveCompressor steady(options, load, nullptr, nullptr);
  const int readings = load.readings;
  for (int i = 0; i < 300; ++i) {
    steady.compress("any", bytes);
    load.pass_frame();
  }
  EXPECT_EQ(load.readings, readings);
  EXPECT_EQ(steady.counters().rests, 0U);
}

TEST(AdaptiveCompressor, LostReadingsAreCounted) {
  FakeLoad load;
  load.broken = true;
  AdaptiveCompressor compressor({}, load, nullptr, nullptr);
  for (int i = 0; i < 10; ++i) {
    compressor.compress("any", text(1000, 1));
    load.pass_frame();
  }
  EXPECT_EQ(compressor.counters().readings_lost, 10U);
  EXPECT_EQ(compressor.level_state().level, LevelName::Default);
}

TEST(AdaptiveCompressor, DictionariesComeFromItsOwnSamples) {
  const FakeLoad load;
  DictionarySet set;
  DictionaryTrainer trainer(set, {});
  AdaptiveCompressor compressor({}, load, &set, &trainer);
  std::uint64_t plain_bytes = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    plain_bytes += compressor.compress("lines", text(2000, i)).size();
  }
  EXPECT_EQ(compressor.counters().frames_dictionary, 0U);
  ASSERT_EQ(trainer.maintain("lines", 1), TrainingOutcome::Trained);
  std::uint64_t bytes = 0;
  std::vector<Bytes> frames;
  for (std::uint64_t i = 200; i < 400; ++i) {
    frames.push_back(compressor.compress("lines", text(2000, i)));
    bytes += frames.back().size();
    const auto back = compressor.decompress(frames.back(), kLimit);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back.value(), text(2000, i));
  }
  EXPECT_LT(bytes, plain_bytes * 9 / 10);
  EXPECT_EQ(compressor.counters().frames_dictionary, 200U);
  EXPECT_EQ(set.all()[0].references, 200U);
  for (const Bytes& frame : frames) {
    EXPECT_TRUE(compressor.release(frame).ok());
  }
  // What is stored raw takes no reference, another type no dictionary.
  compressor.compress("lines", noise(5000));
  compressor.compress("others", text(2000, 1));
  EXPECT_EQ(set.all()[0].references, 0U);
  AdaptiveCompressor without({}, load, nullptr, nullptr);
  EXPECT_EQ(without.decompress(frames[0], kLimit).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(without.release(frames[0]).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(without.release(Bytes{1, 2, 3}).error().code(), ErrorCode::Corrupt);
}

TEST(AdaptiveCompressor, ManyThreadsUseOne) {
  const FakeLoad load;
  DictionarySet set;
  DictionaryTrainer trainer(set, {});
  AdaptiveCompressor compressor({}, load, &set, &trainer);
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < 100; ++i) {
        const Bytes bytes = text(1500, thread * 1000 + i);
        const auto back = compressor.decompress(compressor.compress("lines", bytes), kLimit);
        EXPECT_TRUE(back.ok() && back.value() == bytes);
        load.pass_frame();
        if (i % 50 == 49) trainer.train("lines", static_cast<std::int64_t>(i));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(compressor.counters().frames, 400U);
}

}  // namespace
}  // namespace copse
