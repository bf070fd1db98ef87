// W-TinyLFU (Einziger et al. 2017, section 4): what is new waits in a small window; who leaves it
// stays only if it was seen more often than whom it would replace.
//
// Changed: segments are measured in bytes; one comparison decides, whatever the two's sizes.
#include <algorithm>

#include "tiers/entry_list.h"
#include "tiers/frequency_sketch.h"
#include "tiers/replacement_policy.h"

namespace copse {
namespace {

constexpr std::uint64_t kWindowShare = 100;  // a hundredth
constexpr std::uint64_t kProtectedPercent = 80;
constexpr std::size_t kSketchKeys = std::size_t{1} << 15;

class TinyLfuPolicy : public ReplacementPolicy {
 public:
  TinyLfuPolicy() : seen_(kSketchKeys) {}

  void set_capacity(std::uint64_t bytes) override { capacity_ = bytes; }

  void insert(EntryKey key, std::uint64_t bytes) override {
    seen_.add(key);
    window_.push_front({key, bytes, 0});
    // While there is room nobody has to be better than somebody.
    while (bytes_now() <= capacity_ && window_.bytes() > window_bytes() && window_.size() > 1) {
      probation_.push_front(window_.take(window_.oldest()));
    }
  }

  void hit(EntryKey key) override {
    seen_.add(key);
    for (EntryList* list : {&window_, &protected_}) {
      const auto found = list->find(key);
      if (found == list->end()) continue;
      list->move_to_front(found);
      return;
    }
    const auto found = probation_.find(key);
    if (found == probation_.end()) return;
    protected_.push_front(probation_.take(found));
    while (protected_.bytes() > protected_bytes() && protected_.size() > 1) {
      probation_.push_front(protected_.take(protected_.oldest()));
    }
  }

  void remove(EntryKey key) override {
    for (EntryList* list : {&window_, &probation_, &protected_}) {
      const auto found = list->find(key);
      if (found != list->end()) list->take(found);
    }
  }

  std::optional<EntryKey> evict() override {
    EntryList& main = probation_.empty() ? protected_ : probation_;
    const bool contest = window_.bytes() > window_bytes() && window_.size() > 1;
    if (contest && !main.empty()) {
      const ListedEntry candidate = window_.take(window_.oldest());
      if (seen_.count(candidate.key) <= seen_.count(main.oldest()->key)) return candidate.key;
      const ListedEntry victim = main.take(main.oldest());
      probation_.push_front(candidate);
      return victim.key;
    }
    EntryList& from = main.empty() ? window_ : main;
    if (from.empty()) return std::nullopt;
    return from.take(from.oldest()).key;
  }

  std::uint64_t bytes() const override { return bytes_now(); }

 private:
  std::uint64_t bytes_now() const {
    return window_.bytes() + probation_.bytes() + protected_.bytes();
  }
  std::uint64_t window_bytes() const { return capacity_ / kWindowShare; }
  std::uint64_t protected_bytes() const {
    return (capacity_ - window_bytes()) / 100 * kProtectedPercent;
  }

  std::uint64_t capacity_ = 0;
  FrequencySketch seen_;
  EntryList window_;
  EntryList probation_;
  EntryList protected_;
};

}  // namespace

std::unique_ptr<ReplacementPolicy> make_tiny_lfu_policy() {
  return std::make_unique<TinyLfuPolicy>();
}

}  // namespace copse
