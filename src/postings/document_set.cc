// Over CRoaring's C interface: its C++ one throws.
#include "postings/document_set.h"

#include <utility>

#include <roaring/roaring.h>

#include "core/check.h"

namespace copse {
namespace {

roaring_bitmap_t* checked(roaring_bitmap_t* bitmap) {
  COPSE_CHECK(bitmap != nullptr);
  return bitmap;
}

}  // namespace

DocumentSet::DocumentSet() : bitmap_(checked(roaring_bitmap_create())) {}

DocumentSet DocumentSet::below(std::uint32_t count) {
  if (count == 0) return {};
  return DocumentSet(checked(roaring_bitmap_from_range(0, count, 1)));
}

DocumentSet DocumentSet::of(std::span<const std::uint32_t> ascending) {
  return DocumentSet(checked(roaring_bitmap_of_ptr(ascending.size(), ascending.data())));
}

DocumentSet::DocumentSet(const DocumentSet& other)
    : bitmap_(checked(roaring_bitmap_copy(other.bitmap_))) {}

DocumentSet& DocumentSet::operator=(const DocumentSet& other) {
  if (this != &other) *this = DocumentSet(other);
  return *this;
}

DocumentSet::DocumentSet(DocumentSet&& other) noexcept
    : bitmap_(std::exchange(other.bitmap_, nullptr)) {}

DocumentSet& DocumentSet::operator=(DocumentSet&& other) noexcept {
  std::swap(bitmap_, other.bitmap_);
  return *this;
}

DocumentSet::~DocumentSet() {
  if (bitmap_ != nullptr) roaring_bitmap_free(bitmap_);
}

std::uint64_t DocumentSet::count() const {
  return roaring_bitmap_get_cardinality(bitmap_);
}

bool DocumentSet::empty() const {
  return roaring_bitmap_is_empty(bitmap_);
}

bool DocumentSet::contains(std::uint32_t document) const {
  return roaring_bitmap_contains(bitmap_, document);
}

bool DocumentSet::is_within(const DocumentSet& other) const {
  return roaring_bitmap_is_subset(bitmap_, other.bitmap_);
}

std::vector<std::uint32_t> DocumentSet::to_vector() const {
  std::vector<std::uint32_t> documents(static_cast<std::size_t>(count()));
  roaring_bitmap_to_uint32_array(bitmap_, documents.data());
  return documents;
}

void DocumentSet::add(std::uint32_t document) {
  roaring_bitmap_add(bitmap_, document);
}

void DocumentSet::add_all(std::span<const std::uint32_t> documents) {
  roaring_bitmap_add_many(bitmap_, documents.size(), documents.data());
}

DocumentSet& DocumentSet::operator|=(const DocumentSet& other) {
  roaring_bitmap_or_inplace(bitmap_, other.bitmap_);
  return *this;
}

DocumentSet& DocumentSet::operator&=(const DocumentSet& other) {
  roaring_bitmap_and_inplace(bitmap_, other.bitmap_);
  return *this;
}

DocumentSet& DocumentSet::operator-=(const DocumentSet& other) {
  roaring_bitmap_andnot_inplace(bitmap_, other.bitmap_);
  return *this;
}

bool DocumentSet::operator==(const DocumentSet& other) const {
  return roaring_bitmap_equals(bitmap_, other.bitmap_);
}

}  // namespace copse
