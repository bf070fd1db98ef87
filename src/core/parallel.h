// Work spread over threads, results handed to one: the only way in which copse uses threads.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace copse {

inline constexpr unsigned kThreadsMax = 256;
inline constexpr auto kStopPollInterval = std::chrono::milliseconds(50);

enum class Delivery : std::uint8_t { InOrder, AsTheyCome };

struct ParallelOptions {
  unsigned threads = 1;
  Delivery delivery = Delivery::InOrder;
  // Items that may be worked on or wait for delivery at one time: what bounds memory.
  std::size_t window = 64;
  // Looked at several times a second; nothing new is begun once it is true.
  const std::atomic<bool>* stop = nullptr;
  // Called once, on the calling thread, when the run ends before all items were consumed: for work
  // that has to be cut short from outside.
  std::function<void()> cut_short;
};

// What the threads of one parallel_map share.
template <typename Outcome>
class ParallelRun {
 public:
  ParallelRun(std::size_t count, const ParallelOptions& options)
      : count_(count), options_(options) {}

  // The next item to work on, when there is room for it; absent at the end.
  std::optional<std::size_t> begin_item() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return ended_ || next_item_ == count_ || open_ < options_.window; });
    if (ended_ || next_item_ == count_) return std::nullopt;
    ++open_;
    return next_item_++;
  }

  void finish_item(std::size_t item, Outcome outcome) {
    const std::lock_guard lock(mutex_);
    // A key that orders by item, or by arrival.
    const std::size_t key = options_.delivery == Delivery::InOrder ? item : arrived_++;
    outcomes_.emplace(key, std::pair(item, std::move(outcome)));
    ready_.notify_one();
  }

  // The next outcome to consume; absent when the run is to stop.
  std::optional<std::pair<std::size_t, Outcome>> next_outcome() {
    std::unique_lock lock(mutex_);
    while (outcomes_.empty() || outcomes_.begin()->first != consumed_) {
      if (stopping()) return std::nullopt;
      ready_.wait_for(lock, kStopPollInterval);
    }
    if (stopping()) return std::nullopt;
    auto entry = outcomes_.extract(outcomes_.begin());
    ++consumed_;
    return std::move(entry.mapped());
  }

  void release_room() {
    const std::lock_guard lock(mutex_);
    --open_;
    room_.notify_one();
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    room_.notify_all();
  }

 private:
  bool stopping() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }

  const std::size_t count_;
  const ParallelOptions& options_;
  std::mutex mutex_;
  std::condition_variable room_;   // for workers: the window moved, or the run ends
  std::condition_variable ready_;  // for the consumer: an outcome is there
  std::map<std::size_t, std::pair<std::size_t, Outcome>> outcomes_;
  std::size_t next_item_ = 0;
  std::size_t open_ = 0;  // begun and not yet consumed
  std::size_t arrived_ = 0;
  std::size_t consumed_ = 0;
  bool ended_ = false;
};

// Calls work(thread, item) for the items [0, count), each once and begun in ascending order, on
// options.threads threads, and consume(item, outcome) for each on the calling thread, until it
// returns false. Returns when all threads have ended; true when every item was consumed and consume
// never returned false.
template <typename Outcome, typename Work, typename Consume>
bool parallel_map(std::size_t count, const ParallelOptions& options, const Work& work,
                  const Consume& consume) {
  ParallelRun<Outcome> run(count, options);
  std::vector<std::jthread> threads;
  for (unsigned thread = 0; thread < options.threads && thread < count; ++thread) {
    threads.emplace_back([&run, &work, thread] {
      while (const auto item = run.begin_item()) {
        run.finish_item(*item, work(thread, *item));
      }
    });
  }
  bool whole = true;
  for (std::size_t consumed = 0; whole && consumed < count; ++consumed) {
    auto outcome = run.next_outcome();
    whole = outcome && consume(outcome->first, std::move(outcome->second));
    if (outcome) run.release_room();
  }
  run.end();
  if (!whole && options.cut_short) options.cut_short();
  threads.clear();
  return whole;
}

// How many threads to use when the caller asked for `jobs` (0: one for each processor).
inline unsigned thread_count(unsigned jobs) {
  if (jobs == 0) jobs = std::thread::hardware_concurrency();
  if (jobs == 0) return 1;
  return jobs < kThreadsMax ? jobs : kThreadsMax;
}

}  // namespace copse
