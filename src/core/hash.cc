// XXH3 and BLAKE2b, from their libraries.
#include "core/hash.h"

#include <sodium.h>
#include <xxhash.h>

#include "core/check.h"

namespace copse {

std::uint64_t checksum64(ByteView bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t checksum64(ByteView bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

namespace {

Hash128 hash128_of(const XXH128_hash_t& hash) {
  return {hash.low64, hash.high64};
}

}  // namespace

Hash128 hash128(ByteView bytes) {
  return hash128_of(XXH3_128bits(bytes.data(), bytes.size()));
}

struct Hash128Stream::State {
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  // The library aligns it as its vectors want it.
  std::unique_ptr<XXH3_state_t, Free> xxh3{XXH3_createState()};
};

Hash128Stream::Hash128Stream() : state_(std::make_unique<State>()) {
  COPSE_CHECK(state_->xxh3 != nullptr);
  const auto failed = XXH3_128bits_reset(state_->xxh3.get());
  COPSE_CHECK(failed == XXH_OK);
}

Hash128Stream::Hash128Stream(Hash128Stream&&) noexcept = default;
Hash128Stream& Hash128Stream::operator=(Hash128Stream&&) noexcept = default;
Hash128Stream::~Hash128Stream() = default;

void Hash128Stream::update(ByteView piece) {
  if (piece.empty()) return;
  const auto failed = XXH3_128bits_update(state_->xxh3.get(), piece.data(), piece.size());
  COPSE_CHECK(failed == XXH_OK);
}

Hash128 Hash128Stream::digest() const {
  return hash128_of(XXH3_128bits_digest(state_->xxh3.get()));
}

std::string ContentId::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * kSizeBytes);
  for (const std::uint8_t byte : digest) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

ContentId content_id(ByteView bytes) {
  static_assert(ContentId::kSizeBytes == crypto_generichash_BYTES);
  ContentId id;
  const int failed = crypto_generichash(id.digest.data(), id.digest.size(), bytes.data(),
                                        bytes.size(), nullptr, 0);
  COPSE_CHECK(failed == 0);
  return id;
}

}  // namespace copse
