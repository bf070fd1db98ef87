// Dictionaries: what many small sources of one language have in common, kept once, so that a file
// of some kilobytes compresses as well alone as it would among its neighbours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"

namespace copse {

// Sizes of dictionaries, in bytes. Smaller ones hold nothing worth the detour; a larger one goes
// beyond what was measured.
inline constexpr std::size_t kDictionaryBytesMin = 1024;
inline constexpr std::size_t kDictionaryBytesMax = std::size_t{1} << 20;

// A dictionary made ready for use. Immutable; any number of threads may use one at once. Memory:
// the bytes and about 30 KB for reading; for each level that is written with, some ten times its
// size more, made at the first use.
class Dictionary {
 public:
  struct Prepared;  // private to the module

  // Corrupt when the bytes begin like a zstd dictionary and are none; other bytes are taken as
  // content, which any bytes can be. LimitExceeded above kDictionaryBytesMax, InvalidArgument when
  // empty. Cost: well under a millisecond.
  static Result<std::shared_ptr<const Dictionary>> from_bytes(Bytes bytes);

  explicit Dictionary(std::unique_ptr<Prepared> prepared);
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  ~Dictionary();

  const Bytes& bytes() const;
  const Prepared& prepared() const { return *prepared_; }

 private:
  std::unique_ptr<Prepared> prepared_;
};

// Samples of what a dictionary is to serve, one after another.
struct DictionarySamples {
  Bytes bytes;
  std::vector<std::size_t> sizes;  // of each sample; their sum is bytes.size()

  void add(ByteView sample) {
    bytes.insert(bytes.end(), sample.begin(), sample.end());
    sizes.push_back(sample.size());
  }
};

// A dictionary of at most `dictionary_bytes` (in the range above) that suits the samples. No value
// when there are too few of them or they have too little in common: plain zstd is the answer then.
// Deterministic for a version of the library. Cost: about 60 ms a megabyte of samples on one core;
// memory: 20 MB and a few bytes a byte of dictionary.
std::optional<Bytes> train_dictionary(const DictionarySamples& samples,
                                      std::size_t dictionary_bytes);

}  // namespace copse
