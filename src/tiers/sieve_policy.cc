// SIEVE (Zhang et al., NSDI 2024, Algorithm 1): a use marks, a hand goes from old to new and puts
// out the first entry without a mark.
#include "tiers/entry_list.h"
#include "tiers/replacement_policy.h"

namespace copse {
namespace {

class SievePolicy : public ReplacementPolicy {
 public:
  SievePolicy() : hand_(entries_.end()) {}

  void set_capacity(std::uint64_t /*bytes*/) override {}
  void insert(EntryKey key, std::uint64_t bytes) override { entries_.push_front({key, bytes, 0}); }
  void hit(EntryKey key) override {
    const auto found = entries_.find(key);
    if (found != entries_.end()) found->uses = 1;
  }
  void remove(EntryKey key) override {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    if (found == hand_) hand_ = newer(hand_);
    entries_.take(found);
  }
  std::optional<EntryKey> evict() override {
    if (entries_.empty()) return std::nullopt;
    if (hand_ == entries_.end()) hand_ = entries_.oldest();
    while (hand_->uses != 0) {
      hand_->uses = 0;
      hand_ = newer(hand_);
      if (hand_ == entries_.end()) hand_ = entries_.oldest();
    }
    const auto victim = hand_;
    hand_ = newer(hand_);
    return entries_.take(victim).key;
  }
  std::uint64_t bytes() const override { return entries_.bytes(); }

 private:
  // end(): there is none, the hand begins at the oldest again.
  EntryList::Place newer(EntryList::Place place) {
    return place == entries_.begin() ? entries_.end() : std::prev(place);
  }

  EntryList entries_;
  EntryList::Place hand_;
};

}  // namespace

std::unique_ptr<ReplacementPolicy> make_sieve_policy() {
  return std::make_unique<SievePolicy>();
}

}  // namespace copse
