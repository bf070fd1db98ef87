// Extents of pages: the smallest that is long enough, joined again when they are free.
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
  {
    const std::lock_guard lock(mutex_);
    if (used_pages_ + pages > limit_pages_) return nullptr;
    const auto fits = free_by_size_.lower_bound({pages, 0});
    if (fits == free_by_size_.end()) return nullptr;
    taken = {fits->second, pages};
    const std::size_t rest = fits->first - pages;
    remove_free(taken.first, pages + rest);
    if (rest > 0) add_free({taken.first + pages, rest});
    used_pages_ += pages;
    for (std::size_t page = taken.first; page < taken.first + pages; ++page) {
      if (resident_[page]) continue;
      resident_[page] = true;
      ++resident_pages_;
    }
    trim();
  }
  auto* const at = static_cast<std::uint8_t*>(memory_.data()) + taken.first * Pages::page_bytes();
  auto pool = shared_from_this();
  return {at, [pool, taken](std::uint8_t* /*memory*/) { pool->free_extent(taken); }};
}

void PagePool::free_extent(const Extent& extent) {
  const std::lock_guard lock(mutex_);
  used_pages_ -= extent.pages;
  add_free(extent);
  trim();
}

void PagePool::add_free(Extent extent) {
  const auto behind = free_by_place_.lower_bound(extent.first);
  if (behind != free_by_place_.begin()) {
    const auto before = std::prev(behind);
    COPSE_CHECK(before->first + before->second <= extent.first);
    if (before->first + before->second == extent.first) {
      extent = {before->first, before->second + extent.pages};
      remove_free(before->first, before->second);
    }
  }
  const auto next = free_by_place_.find(extent.first + extent.pages);
  if (next != free_by_place_.end()) {
    extent.pages += next->second;
    remove_free(next->first, next->second);
  }
  free_by_place_[extent.first] = extent.pages;
  free_by_size_.insert({extent.pages, extent.first});
}

void PagePool::remove_free(std::size_t first, std::size_t pages) {
  free_by_place_.erase(first);
  free_by_size_.erase({pages, first});
}

// The longest free extents first: the short ones are used again soonest.
void PagePool::trim() {
  for (auto extent = free_by_size_.rbegin();
       extent != free_by_size_.rend() && resident_pages_ > limit_pages_; ++extent) {
    const auto [pages, first] = *extent;
    // As many as are too many: runs of pages that are in memory, from the end.
    std::size_t page = first + pages;
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
