// The budget and the kernel's figures.
#include "tiers/memory_budget.h"

#include <algorithm>
#include <utility>

namespace copse {
namespace {

// What others held is forgotten by this part at each look.
constexpr std::uint64_t kForgetDivisor = 16;

}  // namespace

MemoryBudget::MemoryBudget(std::uint64_t bytes, Reading reading)
    : bytes_(bytes), reading_(std::move(reading)), room_(bytes / kRoomDivisorMin) {}

bool MemoryBudget::is_due(std::uint64_t decoded_bytes) {
  const std::lock_guard lock(mutex_);
  decoded_ += decoded_bytes;
  if (decoded_ < kLookEveryBytes) return false;
  decoded_ = 0;
  return true;
}

std::uint64_t MemoryBudget::look(std::uint64_t taken_bytes) {
  const auto reading = reading_();
  const std::lock_guard lock(mutex_);
  // A kernel that does not answer leaves things as they were.
  if (!reading.ok()) return room_;
  last_ = reading.value().budget_bytes();
  highest_ = std::max(highest_, last_);
  const std::uint64_t other = last_ > taken_bytes ? last_ - taken_bytes : 0;
  const std::uint64_t remembered = other_bytes_ - other_bytes_ / kForgetDivisor;
  other_bytes_ = std::max(other, remembered);
  const std::uint64_t kept = other_bytes_ + bytes_ / kSlackDivisor;
  room_ = std::max(bytes_ > kept ? bytes_ - kept : 0, bytes_ / kRoomDivisorMin);
  return room_;
}

std::uint64_t MemoryBudget::last_reading() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::uint64_t MemoryBudget::highest_reading() const {
  const std::lock_guard lock(mutex_);
  return highest_;
}

bool MemoryBudget::is_over() const {
  const std::lock_guard lock(mutex_);
  return last_ > bytes_;
}

std::uint64_t MemoryBudget::room() const {
  const std::lock_guard lock(mutex_);
  return room_;
}

}  // namespace copse
