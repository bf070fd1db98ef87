// Extents of pages: the first that is long enough, joined again when they are free. So what is in
// use stays together at the beginning, and pages that are in memory are used again.
#include "tiers/page_pool.h"

#include <algorithm>
#include <iterator>

#include "core/check.h"

namespace copse {

std::size_t PagePool::rounded(std::size_t bytes) {
  const std::size_t page = Pages::page_bytes();
  return std::max<std::size_t>((bytes + page - 1) / page, 1) * page;
}

std::shared_ptr<PagePool> PagePool::reserve(std::size_t bytes) {
  std::shared_ptr<PagePool> pool(new PagePool());
  if (pool->memory_.reserve(bytes) == nullptr) return nullptr;
  pool->memory_.keep_small();
  const std::size_t pages = pool->memory_.size() / Pages::page_bytes();
  pool->resident_.resize(pages);
  pool->limit_pages_ = pages;
  pool->add_free({0, pages});
  return pool;
}

PagePool::Block PagePool::allocate(std::size_t bytes) {
  const std::size_t pages = rounded(bytes) / Pages::page_bytes();
  Extent taken;
  std::size_t resident_before = 0;
  {
    const std::lock_guard lock(mutex_);
    if (used_pages_ + pages > limit_pages_) return nullptr;
    const auto fits = std::find_if(free_.begin(), free_.end(),
                                   [&](const auto& extent) { return extent.second >= pages; });
    if (fits == free_.end()) return nullptr;
    taken = {fits->first, pages};
    const std::size_t rest = fits->second - pages;
    free_.erase(fits);
    if (rest > 0) free_[taken.first + pages] = rest;
    used_pages_ += pages;
    resident_before = make_resident(taken);
    trim();
  }
  const std::size_t begin = taken.first * Pages::page_bytes();
  if (resident_before < pages) memory_.populate(begin, begin + pages * Pages::page_bytes());
  auto* const at = static_cast<std::uint8_t*>(memory_.data()) + begin;
  auto pool = shared_from_this();
  return {at, [pool, taken](std::uint8_t* /*memory*/) { pool->free_extent(taken); }};
}

void PagePool::free_extent(const Extent& extent) {
  const std::lock_guard lock(mutex_);
  used_pages_ -= extent.pages;
  add_free(extent);
  trim();
}

// How many of its pages were in memory before.
std::size_t PagePool::make_resident(const Extent& extent) {
  std::size_t before = 0;
  for (std::size_t page = extent.first; page < extent.first + extent.pages; ++page) {
    if (resident_[page]) ++before;
    resident_[page] = true;
  }
  resident_pages_ += extent.pages - before;
  resident_end_ = std::max(resident_end_, extent.first + extent.pages);
  return before;
}

void PagePool::add_free(Extent extent) {
  const auto behind = free_.lower_bound(extent.first);
  const auto next = behind;
  if (next != free_.end() && next->first == extent.first + extent.pages) {
    extent.pages += next->second;
  }
  if (behind != free_.begin()) {
    const auto before = std::prev(behind);
    COPSE_CHECK(before->first + before->second <= extent.first);
    if (before->first + before->second == extent.first) {
      extent = {before->first, before->second + extent.pages};
    }
  }
  // What it was joined with lies within it.
  free_.erase(free_.lower_bound(extent.first), free_.lower_bound(extent.first + extent.pages));
  free_[extent.first] = extent.pages;
}

// The last ones first: those at the beginning are used again soonest.
void PagePool::trim() {
  for (auto extent = free_.rbegin(); extent != free_.rend() && resident_pages_ > limit_pages_;
       ++extent) {
    const auto [first, pages] = *extent;
    // As many as are too many: runs of pages that are in memory, from the end.
    const bool is_last = first + pages >= resident_end_;
    std::size_t page = std::min(first + pages, resident_end_);
    while (page > first && resident_pages_ > limit_pages_) {
      if (!resident_[page - 1]) {
        --page;
        continue;
      }
      const std::size_t run_end = page;
      while (page > first && resident_[page - 1] && resident_pages_ > limit_pages_) {
        resident_[--page] = false;
        --resident_pages_;
      }
      memory_.drop(page * Pages::page_bytes(), run_end * Pages::page_bytes());
    }
    if (is_last) resident_end_ = std::min(resident_end_, page);
  }
}

void PagePool::set_resident_limit(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  limit_pages_ = bytes / Pages::page_bytes();
  trim();
}

std::size_t PagePool::resident_limit() const {
  const std::lock_guard lock(mutex_);
  return limit_pages_ * Pages::page_bytes();
}

std::size_t PagePool::resident_bytes() const {
  const std::lock_guard lock(mutex_);
  return resident_pages_ * Pages::page_bytes();
}

std::size_t PagePool::used_bytes() const {
  const std::lock_guard lock(mutex_);
  return used_pages_ * Pages::page_bytes();
}

}  // namespace copse
