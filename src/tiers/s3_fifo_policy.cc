// S3-FIFO (Yang et al., SOSP 2023, Algorithm 1): a small queue for what is new, a main queue for
// what was used there, and the keys of what left the small one.
//
// Changed: queues are measured in bytes, and the keys that are remembered are as many as there are
// entries, or kRememberedMin.
#include <algorithm>

#include "tiers/entry_list.h"
#include "tiers/replacement_policy.h"

namespace copse {
namespace {

constexpr std::uint64_t kSmallShare = 10;  // a tenth
constexpr std::uint8_t kUsesMax = 3;
// Uses after the first that make an entry stay.
constexpr std::uint8_t kUsesToStay = 2;
constexpr std::size_t kRememberedMin = 64;

class S3FifoPolicy : public ReplacementPolicy {
 public:
  void set_capacity(std::uint64_t bytes) override { capacity_ = bytes; }

  void insert(EntryKey key, std::uint64_t bytes) override {
    const auto remembered = ghosts_.find(key);
    const bool known = remembered != ghosts_.end();
    if (known) ghosts_.take(remembered);
    (known ? main_ : small_).push_front({key, bytes, 0});
  }

  void hit(EntryKey key) override {
    for (EntryList* list : {&small_, &main_}) {
      const auto found = list->find(key);
      if (found != list->end()) found->uses = std::min<std::uint8_t>(found->uses + 1, kUsesMax);
    }
  }

  void remove(EntryKey key) override {
    for (EntryList* list : {&small_, &main_}) {
      const auto found = list->find(key);
      if (found != list->end()) list->take(found);
    }
  }

  std::optional<EntryKey> evict() override {
    for (;;) {
      const bool from_small = main_.empty() || small_.bytes() >= capacity_ / kSmallShare;
      if (from_small && !small_.empty()) {
        const auto victim = evict_small();
        if (victim) return victim;
        continue;
      }
      if (main_.empty()) return std::nullopt;
      return evict_main();
    }
  }

  std::uint64_t bytes() const override { return small_.bytes() + main_.bytes(); }

 private:
  // No value when the oldest went to the main queue.
  std::optional<EntryKey> evict_small() {
    ListedEntry oldest = small_.take(small_.oldest());
    if (oldest.uses >= kUsesToStay) {
      oldest.uses = 0;
      main_.push_front(oldest);
      return std::nullopt;
    }
    ghosts_.push_front({oldest.key, 0, 0});
    const std::size_t remembered = std::max(main_.size() + small_.size(), kRememberedMin);
    while (ghosts_.size() > remembered) {
      ghosts_.take(ghosts_.oldest());
    }
    return oldest.key;
  }

  EntryKey evict_main() {
    while (main_.oldest()->uses != 0) {
      --main_.oldest()->uses;
      main_.move_to_front(main_.oldest());
    }
    return main_.take(main_.oldest()).key;
  }

  std::uint64_t capacity_ = 0;
  EntryList small_;
  EntryList main_;
  EntryList ghosts_;  // keys alone
};

}  // namespace

std::unique_ptr<ReplacementPolicy> make_s3_fifo_policy() {
  return std::make_unique<S3FifoPolicy>();
}

}  // namespace copse
