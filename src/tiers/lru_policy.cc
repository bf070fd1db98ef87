// Least recently used: one list, a use moves to its front.
#include "tiers/entry_list.h"
#include "tiers/replacement_policy.h"

namespace copse {
namespace {

class LruPolicy : public ReplacementPolicy {
 public:
  void set_capacity(std::uint64_t /*bytes*/) override {}
  void insert(EntryKey key, std::uint64_t bytes) override { entries_.push_front({key, bytes, 0}); }
  void hit(EntryKey key) override {
    const auto found = entries_.find(key);
    if (found != entries_.end()) entries_.move_to_front(found);
  }
  void remove(EntryKey key) override {
    const auto found = entries_.find(key);
    if (found != entries_.end()) entries_.take(found);
  }
  std::optional<EntryKey> evict() override {
    if (entries_.empty()) return std::nullopt;
    return entries_.take(entries_.oldest()).key;
  }
  std::uint64_t bytes() const override { return entries_.bytes(); }

 private:
  EntryList entries_;
};

}  // namespace

std::unique_ptr<ReplacementPolicy> make_lru_policy() {
  return std::make_unique<LruPolicy>();
}

std::unique_ptr<ReplacementPolicy> make_policy(Replacement replacement) {
  switch (replacement) {
    case Replacement::Lru:
      return make_lru_policy();
    case Replacement::S3Fifo:
      return make_s3_fifo_policy();
    case Replacement::Sieve:
      return make_sieve_policy();
    case Replacement::TinyLfu:
      return make_tiny_lfu_policy();
  }
  return make_lru_policy();
}

}  // namespace copse
