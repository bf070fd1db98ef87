// Whatever the threads do, results come in the order of the items, and never too many wait.
#include "core/ordered_work.h"

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace copse {
namespace {

using Chunk = std::unique_ptr<std::string>;  // chunks are moved, never copied

Chunk chunk_of(std::size_t item, std::size_t part) {
  return std::make_unique<std::string>(std::to_string(item) + "." + std::to_string(part));
}

// Items give none to three parts before their last one.
std::size_t parts_of(std::size_t item) {
  return item * 7 % 4;
}

std::vector<std::string> expected(std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t item = 0; item < count; ++item) {
    for (std::size_t part = 0; part <= parts_of(item); ++part)
      all.push_back(*chunk_of(item, part));
  }
  return all;
}

// Gives all the parts of an item; false when no more was wanted.
template <typename Run>
bool give_all(std::size_t item, Run& run) {
  for (std::size_t part = 0; part < parts_of(item); ++part) {
    if (!run.give(item, chunk_of(item, part))) return false;
  }
  run.finish(item, chunk_of(item, parts_of(item)));
  return true;
}

void yield_until(const std::function<bool()>& condition) {
  while (!condition())
    std::this_thread::yield();
}

TEST(OrderedWork, DeliversInOrderOneAtATime) {
  constexpr std::size_t count = 300;
  for (unsigned threads = 1; threads <= 8; ++threads) {
    for (const std::size_t window : {1U, 2U, 8U, 1000U}) {
      SCOPED_TRACE(std::to_string(threads) + " threads, window " + std::to_string(window));
      const OrderedOptions options{.threads = threads, .window = window};
      std::vector<std::string> delivered;
      std::atomic<int> delivering = 0;
      const bool complete = ordered_work<Chunk>(
          count, options, [](unsigned, std::size_t item, auto& run) { give_all(item, run); },
          [&](std::size_t item, Chunk& chunk) {
            EXPECT_EQ(delivering.fetch_add(1), 0);
            EXPECT_TRUE(chunk->starts_with(std::to_string(item) + "."));
            delivered.push_back(std::move(*chunk));
            delivering.fetch_sub(1);
            return true;
          });
      EXPECT_TRUE(complete);
      ASSERT_EQ(delivered, expected(count));
    }
  }
}

TEST(OrderedWork, ThreadsAreNumberedAndTheCallerIsTheFirst) {
  constexpr unsigned threads = 4;
  const OrderedOptions options{.threads = threads, .window = threads};
  std::vector<std::atomic<bool>> busy(threads);
  std::atomic<unsigned> met = 0;
  const auto caller = std::this_thread::get_id();
  const auto work = [&](unsigned thread, std::size_t item, auto& run) {
    ASSERT_LT(thread, threads);
    EXPECT_FALSE(busy[thread].exchange(true));
    EXPECT_EQ(thread == 0, std::this_thread::get_id() == caller);
    // As many items as threads, which wait for each other: each thread has one.
    ++met;
    yield_until([&] { return met == threads; });
    busy[thread] = false;
    run.finish(item, nullptr);
  };
  EXPECT_TRUE(
      ordered_work<Chunk>(threads, options, work, [](std::size_t, Chunk&) { return true; }));
}

TEST(OrderedWork, NothingToDoIsDone) {
  for (const unsigned threads : {0U, 1U, 8U}) {
    const OrderedOptions options{.threads = threads};
    EXPECT_TRUE(ordered_work<Chunk>(
        0, options, [](unsigned, std::size_t, auto&) { ADD_FAILURE(); },
        [](std::size_t, Chunk&) { return false; }));
  }
}

// The first item is slow: no item beyond the window begins until it is delivered.
TEST(OrderedWork, NoMoreThanTheWindowWaits) {
  constexpr std::size_t count = 100;
  for (unsigned threads = 2; threads <= 8; ++threads) {
    for (const std::size_t window : {1U, 2U, 5U}) {
      SCOPED_TRACE(std::to_string(threads) + " threads, window " + std::to_string(window));
      const OrderedOptions options{.threads = threads, .window = window};
      std::atomic<std::size_t> finished = 0;
      std::atomic<std::size_t> delivered = 0;
      const auto work = [&](unsigned, std::size_t item, auto& run) {
        EXPECT_LT(item, delivered + window);
        if (item % 25 == 0) {
          // The others do what the window lets them, and would like to do more.
          const std::size_t others = std::min(item + window, count) - 1;
          yield_until([&] { return finished >= others; });
          for (int i = 0; i < 100; ++i)
            std::this_thread::yield();
        }
        ++finished;
        run.finish(item, nullptr);
      };
      EXPECT_TRUE(ordered_work<Chunk>(count, options, work, [&](std::size_t, Chunk&) {
        ++delivered;
        return true;
      }));
      EXPECT_EQ(delivered, count);
    }
  }
}

// A part that is given too early waits for its turn.
TEST(OrderedWork, PartsWaitForTheirTurn) {
  const OrderedOptions options{.threads = 2};
  std::atomic<bool> second_gives = false;
  std::vector<std::string> delivered;
  const auto work = [&](unsigned, std::size_t item, auto& run) {
    if (item == 1) {
      second_gives = true;
    } else {
      yield_until([&] { return second_gives.load(); });
      for (int i = 0; i < 100; ++i)
        std::this_thread::yield();
    }
    EXPECT_TRUE(run.give(item, chunk_of(item, 0)));
    EXPECT_TRUE(run.give(item, chunk_of(item, 1)));
    run.finish(item, chunk_of(item, 2));
  };
  EXPECT_TRUE(ordered_work<Chunk>(2, options, work, [&](std::size_t, Chunk& chunk) {
    delivered.push_back(*chunk);
    return true;
  }));
  EXPECT_EQ(delivered, (std::vector<std::string>{"0.0", "0.1", "0.2", "1.0", "1.1", "1.2"}));
}

// Wherever the one who is delivered to has enough, nothing more comes, and little more is begun.
TEST(OrderedWork, EndsEarly) {
  constexpr std::size_t count = 1000;
  const std::vector<std::string> all = expected(count);
  for (unsigned threads = 1; threads <= 8; ++threads) {
    for (const std::size_t wanted : {1U, 2U, 3U, 50U, 51U, 52U, 53U}) {
      SCOPED_TRACE(std::to_string(threads) + " threads, " + std::to_string(wanted) + " wanted");
      const OrderedOptions options{.threads = threads, .window = 8};
      std::vector<std::string> delivered;
      std::size_t last_item = 0;
      std::atomic<std::size_t> begun = 0;
      const auto work = [&](unsigned, std::size_t item, auto& run) {
        ++begun;
        if (!give_all(item, run)) {
          EXPECT_TRUE(run.ended());
          EXPECT_FALSE(run.give(item, nullptr));
        }
      };
      EXPECT_FALSE(ordered_work<Chunk>(count, options, work, [&](std::size_t item, Chunk& chunk) {
        last_item = item;
        delivered.push_back(std::move(*chunk));
        return delivered.size() < wanted;
      }));
      EXPECT_EQ(delivered, std::vector<std::string>(
                               all.begin(), all.begin() + static_cast<std::ptrdiff_t>(wanted)));
      EXPECT_LE(begun, last_item + options.window);
    }
  }
}

// Refusing the very last part is an end like any other.
TEST(OrderedWork, AnEndAtTheLastPartIsAnEnd) {
  const OrderedOptions options{.threads = 2};
  EXPECT_FALSE(ordered_work<Chunk>(
      3, options, [](unsigned, std::size_t item, auto& run) { run.finish(item, nullptr); },
      [](std::size_t item, Chunk&) { return item != 2; }));
}

// The first item never comes to an end of its own: the flag frees those that wait for their turn,
// those that wait for the window, and itself.
TEST(OrderedWork, TheStopFlagFreesEverybody) {
  for (unsigned threads = 2; threads <= 8; ++threads) {
    SCOPED_TRACE(std::to_string(threads) + " threads");
    std::atomic<bool> stop = false;
    const OrderedOptions options{.threads = threads, .window = 3, .stop = &stop};
    std::atomic<std::size_t> begun = 0;
    std::atomic<std::size_t> refused = 0;
    const auto work = [&](unsigned, std::size_t item, auto& run) {
      ++begun;
      if (item == 0) {
        const std::size_t others = std::min<std::size_t>(threads, options.window);
        yield_until([&] { return begun >= others; });
        stop = true;
        yield_until([&] { return run.ended(); });
      } else if (!run.give(item, nullptr)) {
        ++refused;
      }
    };
    EXPECT_FALSE(ordered_work<Chunk>(100, options, work, [](std::size_t, Chunk&) {
      ADD_FAILURE() << "nobody's turn came";
      return true;
    }));
    EXPECT_EQ(refused + 1, begun);
    EXPECT_LE(begun, options.window);
  }
}

TEST(OrderedWork, AFlagThatIsSetBeforeLetsNothingBegin) {
  std::atomic<bool> stop = true;
  const OrderedOptions options{.threads = 3, .stop = &stop};
  EXPECT_FALSE(ordered_work<Chunk>(
      10, options, [](unsigned, std::size_t, auto&) { ADD_FAILURE(); },
      [](std::size_t, Chunk&) { return true; }));
}

}  // namespace
}  // namespace copse
