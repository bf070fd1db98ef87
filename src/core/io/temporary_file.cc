#include "core/io/temporary_file.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <sys/stat.h>
#include <utility>

#include <unistd.h>

#include "core/io/random.h"
#include "core/io/system_error.h"

namespace copse {
namespace {

constexpr mode_t kPermissions = 07777;

enum class SlotState : int { Free, Filling, Ready };

// A handler can reach nothing but globals, and no memory that may have been freed.
struct Slot {
  std::atomic<SlotState> state = SlotState::Free;
  std::array<char, PATH_MAX> path{};
};
static_assert(std::atomic<SlotState>::is_always_lock_free);

std::array<Slot, kTemporaryFilesMax> slots;  // NOLINT(readability-identifier-naming)

// kTemporaryFilesMax when none is free, or the path is too long to be opened at all.
std::size_t take_slot(const std::string& path) {
  if (path.size() >= PATH_MAX) return kTemporaryFilesMax;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    SlotState expected = SlotState::Free;
    if (!slots[i].state.compare_exchange_strong(expected, SlotState::Filling)) continue;
    slots[i].path[path.copy(slots[i].path.data(), path.size())] = '\0';
    slots[i].state = SlotState::Ready;
    return i;
  }
  return kTemporaryFilesMax;
}

}  // namespace

TemporaryFile::TemporaryFile(std::string path)
    : path_(std::move(path)),
      temporary_(path_ + ".part-" + std::to_string(random_bits() % 1'000'000'000)),
      slot_(take_slot(temporary_)) {}

TemporaryFile::~TemporaryFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  forget();
}

Status TemporaryFile::take_place() {
  struct stat there {};
  if (::stat(path_.c_str(), &there) == 0) {
    // Not ours to give: then it keeps those of a new file.
    static_cast<void>(::chmod(temporary_.c_str(), there.st_mode & kPermissions));
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return system_error("rename", temporary_, errno);
  }
  temporary_.clear();
  forget();
  return success();
}

void TemporaryFile::forget() {
  if (slot_ < kTemporaryFilesMax) slots[slot_].state = SlotState::Free;
  slot_ = kTemporaryFilesMax;
}

void remove_temporary_files() {
  for (Slot& slot : slots) {
    if (slot.state == SlotState::Ready) ::unlink(slot.path.data());
  }
}

}  // namespace copse
