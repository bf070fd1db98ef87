// A bump allocator with a free list for each size of block. A block is a header of eight bytes and
// what was asked for; it takes a multiple of sixteen bytes, and what is handed out is aligned to
// sixteen.
#include "syntax/parse_arena.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <sanitizer/asan_interface.h>
#include <tree_sitter/api.h>

#include "core/check.h"

// tree-sitter's current allocator, which grammars' scanners may call, too.
extern "C" {
extern void* (*ts_current_malloc)(std::size_t size);
extern void* (*ts_current_calloc)(std::size_t count, std::size_t size);
extern void* (*ts_current_realloc)(void* pointer, std::size_t size);
extern void (*ts_current_free)(void* pointer);
}

namespace copse {
namespace {

struct Freed {
  void operator()(std::uint8_t* region) const { std::free(region); }
};

class ParseArena {
 public:
  // False when there is no memory for the region.
  bool begin() {
    if (region_ != nullptr) return true;
    region_.reset(static_cast<std::uint8_t*>(std::malloc(kParseArenaBytes)));
    if (region_ == nullptr) return false;
    ASAN_POISON_MEMORY_REGION(region_.get(), kParseArenaBytes);
    return true;
  }

  void end() {
    ASAN_POISON_MEMORY_REGION(region_.get(), used_);
    if (used_ > kParseArenaKeptBytes) {
      ASAN_UNPOISON_MEMORY_REGION(region_.get(), kParseArenaBytes);
      region_.reset();
    }
    used_ = kHeaderBytes;
    spilled_ = false;
    free_.fill(0);
  }

  bool spilled() const { return spilled_; }

  bool holds(const void* pointer) const {
    return reinterpret_cast<std::uintptr_t>(pointer) -
               reinterpret_cast<std::uintptr_t>(region_.get()) <
           kParseArenaBytes;
  }

  // Null when it does not fit.
  void* allocate(std::size_t size) {
    if (size > kParseArenaBytes / 2) return spill();
    std::size_t units = (size + kHeaderBytes + kUnit - 1) / kUnit;
    std::size_t list = units;
    if (units >= kExactLists) {
      units = std::bit_ceil(units);
      list = kExactLists + static_cast<std::size_t>(std::countr_zero(units));
    }
    std::uint8_t* at = nullptr;
    if (free_[list] != 0) {
      at = region_.get() + std::size_t{free_[list]} * kUnit;
      free_[list] = header_of(at).next;
    } else {
      if (units * kUnit > kParseArenaBytes - used_) return spill();
      at = region_.get() + used_ + kHeaderBytes;
      used_ += units * kUnit;
      ASAN_UNPOISON_MEMORY_REGION(at - kHeaderBytes, kHeaderBytes);
      set_header(at, {static_cast<std::uint32_t>(units), 0});
    }
    ASAN_UNPOISON_MEMORY_REGION(at, size);
    return at;
  }

  // REQUIRES: holds(pointer), as for the next two.
  void release(void* pointer) {
    auto* const at = static_cast<std::uint8_t*>(pointer);
    const std::uint32_t units = header_of(at).units;
    std::uint32_t& first = free_[list_of(units)];
    set_header(at, {units, first});
    first = static_cast<std::uint32_t>(static_cast<std::size_t>(at - region_.get()) / kUnit);
    ASAN_POISON_MEMORY_REGION(at, room(at));
  }

  static std::size_t room(const void* pointer) {
    return std::size_t{header_of(static_cast<const std::uint8_t*>(pointer)).units} * kUnit -
           kHeaderBytes;
  }

 private:
  static constexpr std::size_t kUnit = 16;
  static constexpr std::size_t kHeaderBytes = 8;
  // Blocks of fewer units have a list for each number, larger ones one for each power of two.
  static constexpr std::size_t kExactLists = 64;
  static constexpr std::size_t kLists =
      kExactLists + static_cast<std::size_t>(std::bit_width(kParseArenaBytes / kUnit));

  struct Header {
    std::uint32_t units;
    std::uint32_t next;  // of a free block: the next one's place, in units; 0: none
  };
  static_assert(sizeof(Header) == kHeaderBytes);

  static Header header_of(const std::uint8_t* at) {
    Header header{};
    std::memcpy(&header, at - kHeaderBytes, kHeaderBytes);
    return header;
  }
  static void set_header(std::uint8_t* at, const Header& header) {
    std::memcpy(at - kHeaderBytes, &header, kHeaderBytes);
  }
  static std::size_t list_of(std::size_t units) {
    if (units < kExactLists) return units;
    return kExactLists + static_cast<std::size_t>(std::countr_zero(units));
  }

  void* spill() {
    spilled_ = true;
    return nullptr;
  }

  // malloc aligns to sixteen: so are blocks' contents, with headers before them.
  std::unique_ptr<std::uint8_t, Freed> region_;
  std::size_t used_ = kHeaderBytes;
  bool spilled_ = false;
  std::array<std::uint32_t, kLists> free_{};
};

// Whom tree-sitter asked before.
struct Outside {
  void* (*malloc)(std::size_t) = nullptr;
  void* (*calloc)(std::size_t, std::size_t) = nullptr;
  void* (*realloc)(void*, std::size_t) = nullptr;
  void (*free)(void*) = nullptr;
};
// Written by use_parse_arenas() alone. An allocator's functions are given nothing to find these by.
Outside outside;
thread_local ParseArena* open_arena = nullptr;

ParseArena& arena_of_thread() {
  thread_local ParseArena arena;
  return arena;
}

void* arena_malloc(std::size_t size) {
  if (open_arena != nullptr) {
    if (void* const got = open_arena->allocate(size)) return got;
  }
  return outside.malloc(size);
}

void* arena_calloc(std::size_t count, std::size_t size) {
  if (open_arena != nullptr && (size == 0 || count <= kParseArenaBytes / size)) {
    if (void* const got = open_arena->allocate(count * size)) {
      return std::memset(got, 0, count * size);
    }
  }
  return outside.calloc(count, size);
}

void arena_free(void* pointer) {
  if (open_arena != nullptr && open_arena->holds(pointer)) {
    open_arena->release(pointer);
  } else {
    outside.free(pointer);
  }
}

void* arena_realloc(void* pointer, std::size_t size) {
  if (pointer == nullptr) return arena_malloc(size);
  if (open_arena == nullptr || !open_arena->holds(pointer)) return outside.realloc(pointer, size);
  const std::size_t room = ParseArena::room(pointer);
  if (size <= room) {
    ASAN_POISON_MEMORY_REGION(pointer, room);
    ASAN_UNPOISON_MEMORY_REGION(pointer, size);
    return pointer;
  }
  void* const larger = arena_malloc(size);
  // What lies in a block beyond what was asked for is nobody's; it is copied unread.
  ASAN_UNPOISON_MEMORY_REGION(pointer, room);
  std::memcpy(larger, pointer, room);
  open_arena->release(pointer);
  return larger;
}

}  // namespace

void use_parse_arenas() {
  if (ts_current_malloc == arena_malloc) return;
  outside = {ts_current_malloc, ts_current_calloc, ts_current_realloc, ts_current_free};
  ts_set_allocator(arena_malloc, arena_calloc, arena_realloc, arena_free);
}

ParseScope::ParseScope() {
  if (ts_current_malloc != arena_malloc || open_arena != nullptr) return;
  if (!arena_of_thread().begin()) return;
  open_arena = &arena_of_thread();
  open_ = true;
}

ParseScope::~ParseScope() {
  if (!open_) return;
  open_arena->end();
  open_arena = nullptr;
}

bool ParseScope::has_spilled() const {
  return open_ && open_arena->spilled();
}

}  // namespace copse
