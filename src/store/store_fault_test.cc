// Every operation on the disk fails once, in every way, and the store is compared with a map.
#include <cerrno>

#include <gtest/gtest.h>

#include "core/io/fault_file_system.h"
#include "store/store_test_support.h"

namespace copse {
namespace {

using testing_model::expect_model;
using testing_model::fixed_options;
using testing_model::kDirectory;
using testing_model::Model;

// What a run knows at its end: the last state that was reported as committed, and the one that was
// on its way when it failed.
struct Outcome {
  Model committed;
  Model attempted;
  bool failed = false;
};

// Two sessions with commits, updates, removals, merges and a gathering; stops at the first error.
// NOLINTNEXTLINE(readability-function-size): the macros nest, not the code
Status run_sessions(FileSystem& file_system, std::uint64_t seed, Outcome& outcome) {
  std::mt19937_64 random(seed);
  for (int session = 0; session < 3; ++session) {
    COPSE_TRY(StoreWriter writer,
              StoreWriter::open_or_create(file_system, kDirectory, fixed_options(300)));
    for (int i = 0; i < 3; ++i) {
      COPSE_TRY_STATUS(testing_model::change(writer, outcome.attempted, random, 4));
      if (i == 1) {
        COPSE_TRY_STATUS(testing_model::set_root(writer, outcome.attempted, "root",
                                                 "object " + std::to_string(session)));
      }
      if (i == 2) {
        COPSE_TRY(const std::uint64_t copied, writer.gather(0.9));
        static_cast<void>(copied);
      }
      COPSE_TRY_STATUS(writer.commit());
      outcome.committed = outcome.attempted;
    }
  }
  return success();
}

Outcome run(FileSystem& file_system, std::uint64_t seed) {
  Outcome outcome;
  outcome.failed = !run_sessions(file_system, seed, outcome).ok();
  return outcome;
}

// The store must be one of the two states, and good for further use.
void expect_sound(FileSystem& disk, const Outcome& outcome) {
  Model model;
  auto store = Store::open(disk, kDirectory);
  if (store.ok()) {
    auto read = testing_model::read_all(store.value());
    ASSERT_TRUE(read.ok()) << read.error().message();
    model = std::move(read).value();
  } else {
    ASSERT_EQ(store.error().code(), ErrorCode::NotFound) << store.error().message();
  }
  ASSERT_TRUE(model == outcome.committed || model == outcome.attempted)
      << model.files.size() << " files, committed " << outcome.committed.files.size();
  std::mt19937_64 random(99);
  {
    auto writer = StoreWriter::open_or_create(disk, kDirectory, fixed_options(300));
    ASSERT_TRUE(writer.ok()) << writer.error().message();
    ASSERT_TRUE(testing_model::change(writer.value(), model, random, 3).ok());
    const Status status = writer.value().commit();
    ASSERT_TRUE(status.ok()) << status.error().message();
  }
  ASSERT_NO_FATAL_FAILURE(expect_model(disk, model));
}

std::uint64_t operations_of(std::uint64_t seed) {
  MemoryFileSystem disk;
  FaultFileSystem faults(disk);
  EXPECT_FALSE(run(faults, seed).failed);
  return faults.operations();
}

TEST(StoreFault, EveryOperationFailsOnce) {
  static constexpr std::uint64_t kSeed = 3;
  const std::uint64_t operations = operations_of(kSeed);
  ASSERT_GT(operations, 200U);
  for (const int error_number : {EIO, ENOSPC}) {
    for (std::uint64_t n = 0; n < operations; ++n) {
      SCOPED_TRACE("operation " + std::to_string(n));
      MemoryFileSystem disk;
      FaultFileSystem faults(disk);
      faults.arm(Fault{n, error_number, false, n % 2 == 0});
      const Outcome outcome = run(faults, kSeed);
      ASSERT_TRUE(faults.fired());
      ASSERT_NO_FATAL_FAILURE(expect_sound(disk, outcome));
    }
  }
}

TEST(StoreFault, PowerLossAtEveryOperation) {
  static constexpr std::uint64_t kSeed = 4;
  const std::uint64_t operations = operations_of(kSeed);
  // Seed 0 keeps only what was synced; the others keep and tear at random what was not.
  for (const std::uint64_t crash_seed : {0U, 1U, 2U, 3U, 4U}) {
    for (std::uint64_t n = 0; n < operations; ++n) {
      SCOPED_TRACE("operation " + std::to_string(n) + ", crash " + std::to_string(crash_seed));
      MemoryFileSystem disk;
      FaultFileSystem faults(disk);
      faults.arm(Fault{n, EIO, true, n % 2 == 0});
      const Outcome outcome = run(faults, kSeed);
      ASSERT_TRUE(faults.fired());
      disk.crash(crash_seed == 0 ? 0 : crash_seed * 100'000 + n);
      ASSERT_NO_FATAL_FAILURE(expect_sound(disk, outcome));
    }
  }
}

// NOLINTNEXTLINE(readability-function-size): the macros nest, not the code
TEST(StoreFault, ProcessEndsThenPowerLossInTheNextSession) {
  static constexpr std::uint64_t kSeed = 5;
  const std::uint64_t operations = operations_of(kSeed);
  for (std::uint64_t n = 0; n < operations; n += 3) {
    for (std::uint64_t m = 0; m < 60; m += 2) {
      SCOPED_TRACE("operations " + std::to_string(n) + " and " + std::to_string(m));
      MemoryFileSystem disk;
      FaultFileSystem faults(disk);
      faults.arm(Fault{n, EIO, true, true});
      const Outcome outcome = run(faults, kSeed);
      // The next session sees what the first had written, durable or not, and ends at m.
      Outcome next = outcome;
      faults.arm(std::nullopt);
      if (auto store = Store::open(faults, kDirectory); store.ok()) {
        next.attempted = testing_model::read_all(store.value()).value();
      }
      Model seen = next.attempted;
      faults.arm(Fault{m, EIO, true, false});
      {
        std::mt19937_64 random(1);
        auto writer = StoreWriter::open_or_create(faults, kDirectory, fixed_options(300));
        if (writer.ok()) {
          static_cast<void>(testing_model::change(writer.value(), seen, random, 3).ok() &&
                            writer.value().commit().ok());
        }
      }
      disk.crash(n * 1000 + m);
      auto store = Store::open(disk, kDirectory);
      Model model;
      if (store.ok()) {
        auto read = testing_model::read_all(store.value());
        ASSERT_TRUE(read.ok()) << read.error().message();
        model = std::move(read).value();
      } else {
        ASSERT_EQ(store.error().code(), ErrorCode::NotFound);
      }
      ASSERT_TRUE(model == outcome.committed || model == outcome.attempted || model == seen);
    }
  }
}

TEST(StoreFault, ReaderSurvivesEveryFailedRead) {
  MemoryFileSystem disk;
  const Outcome outcome = run(disk, 6);
  FaultFileSystem faults(disk);
  faults.arm(std::nullopt);
  ASSERT_TRUE(testing_model::read_all(faults, kDirectory).ok());
  const std::uint64_t operations = faults.operations();
  for (std::uint64_t n = 0; n < operations; ++n) {
    faults.arm(Fault{n, EIO, false, false});
    const auto model = testing_model::read_all(faults, kDirectory);
    if (model.ok()) {
      EXPECT_TRUE(model.value() == outcome.committed) << n;
    } else {
      EXPECT_NE(model.error().message().find("input/output error"), std::string::npos)
          << model.error().message();
    }
  }
}

}  // namespace
}  // namespace copse
