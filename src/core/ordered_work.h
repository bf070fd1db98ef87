// Work on items by several threads whose results are delivered in the order of the items, by one
// thread at a time, the working ones themselves: what a search with stable results needs.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/parallel.h"

namespace copse {

struct OrderedOptions {
  unsigned threads = 1;
  // Items begun and not yet delivered, at most: with the size of a chunk, what bounds memory.
  std::size_t window = 8;
  // Looked at several times a second and between items.
  const std::atomic<bool>* stop = nullptr;
};

template <typename Chunk, typename Deliver>
class OrderedWork {
 public:
  // `deliver(item, chunk)` answers whether more is wanted.
  OrderedWork(std::size_t count, const OrderedOptions& options, Deliver& deliver)
      : count_(count), options_(options), deliver_(deliver) {}

  // The next item to work on; absent at the end.
  std::optional<std::size_t> begin() {
    std::unique_lock lock(mutex_);
    wait(lock, [&] { return next_ == count_ || next_ - turn_ < options_.window; });
    if (ended_ || next_ == count_) return std::nullopt;
    return next_++;
  }

  // Delivers a part of the item's results, when it is its turn. False: no more is wanted.
  bool give(std::size_t item, Chunk chunk) {
    std::unique_lock lock(mutex_);
    wait(lock, [&] { return turn_ == item && !delivering_; });
    if (ended_) return false;
    deliver_unlocked(lock, item, chunk);
    delivering_ = false;
    return !ended_;
  }

  // The rest of the item's results, delivered now or by whoever finishes the items before.
  void finish(std::size_t item, Chunk chunk) {
    std::unique_lock lock(mutex_);
    waiting_.emplace(item, std::move(chunk));
    if (delivering_) return;
    while (!ended_ && !waiting_.empty() && waiting_.begin()->first == turn_) {
      auto entry = waiting_.extract(waiting_.begin());
      deliver_unlocked(lock, turn_, entry.mapped());
      ++turn_;
      delivering_ = false;
    }
    changed_.notify_all();
  }

  // Whether somebody asked for an end.
  bool ended() const { return ended_.load(std::memory_order_relaxed) || stopping(); }
  // Whether all items were delivered.
  bool complete() const { return turn_ == count_ && !stopped_; }

 private:
  bool stopping() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }

  template <typename Condition>
  void wait(std::unique_lock<std::mutex>& lock, const Condition& condition) {
    while (!ended_ && !condition()) {
      if (stopping()) break;
      changed_.wait_for(lock, kStopPollInterval);
    }
    if (stopping()) {
      ended_ = true;
      stopped_ = true;
      changed_.notify_all();
    }
  }

  // REQUIRES: !delivering_.
  void deliver_unlocked(std::unique_lock<std::mutex>& lock, std::size_t item, Chunk& chunk) {
    delivering_ = true;
    lock.unlock();
    const bool more = deliver_(item, chunk);
    lock.lock();
    if (more) return;
    ended_ = true;
    stopped_ = true;
    changed_.notify_all();
  }

  const std::size_t count_;
  const OrderedOptions& options_;
  Deliver& deliver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, Chunk> waiting_;
  std::size_t next_ = 0;
  std::size_t turn_ = 0;
  bool delivering_ = false;
  bool stopped_ = false;
  std::atomic<bool> ended_ = false;
};

// Calls work(thread, item, run) for the items [0, count), begun in ascending order, on the calling
// thread and options.threads - 1 others; work gives the item's results to `run`, an OrderedWork,
// and ends with run.finish(item, chunk). True when every item was delivered and `deliver` never
// answered that it wanted no more.
template <typename Chunk, typename Work, typename Deliver>
bool ordered_work(std::size_t count, const OrderedOptions& options, const Work& work,
                  Deliver deliver) {
  OrderedWork<Chunk, Deliver> run(count, options, deliver);
  const auto loop = [&](unsigned thread) {
    while (const auto item = run.begin()) {
      work(thread, *item, run);
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned thread = 1; thread < options.threads && thread < count; ++thread) {
    threads.emplace_back(loop, thread);
  }
  loop(0);
  threads.clear();
  return run.complete();
}

}  // namespace copse
