// Adaptive binary range coding: bits whose probability is learnt while they pass, for the small
// streams where a table of frequencies would cost more than it saves.
//
// The range coder is Martin's ("Range encoding", 1979) with the carry kept back as in LZMA; the
// probabilities adapt by counts at first and at a fixed rate later (Howard and Vitter, "Practical
// implementations of arithmetic coding", 1992). Not thread-safe; any bytes may be decoded.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <utility>

#include "core/bytes.h"

namespace copse {

// The probability that a bit is 0, in units of 2^-16, and how often it was seen.
class BitModel {
 public:
  static constexpr unsigned kBits = 16;

  std::uint32_t probability() const { return probability_; }

  void update(bool bit) {
    static constexpr std::array<std::uint16_t, 32> kRates = [] {
      std::array<std::uint16_t, 32> rates{};
      for (std::size_t i = 0; i < rates.size(); ++i) {
        rates[i] = static_cast<std::uint16_t>(65536.0 / (static_cast<double>(i) + 1.6));
      }
      return rates;
    }();
    const std::uint32_t rate = kRates[seen_];
    if (seen_ + 1U < kRates.size()) ++seen_;
    if (bit) {
      probability_ = static_cast<std::uint16_t>(probability_ - (probability_ * rate >> 16));
      if (probability_ < kLeast) probability_ = kLeast;
    } else {
      const std::uint32_t room = 65535U - probability_;
      probability_ = static_cast<std::uint16_t>(probability_ + (room * rate >> 16));
      if (probability_ > 65535U - kLeast) probability_ = 65535U - kLeast;
    }
  }

 private:
  static constexpr std::uint16_t kLeast = 32;

  std::uint16_t probability_ = 32768;
  std::uint8_t seen_ = 0;
};

class BinaryEncoder {
 public:
  void put(BitModel& model, bool bit) {
    const std::uint32_t bound = (range_ >> BitModel::kBits) * model.probability();
    if (bit) {
      low_ += bound;
      range_ -= bound;
    } else {
      range_ = bound;
    }
    model.update(bit);
    while (range_ < kTop) {
      range_ <<= 8;
      shift_low();
    }
  }

  // The low `count` bits of `value`, each as likely 0 as 1. REQUIRES: count <= 64.
  void put_raw(std::uint64_t value, unsigned count) {
    while (count-- > 0) {
      range_ >>= 1;
      if ((value >> count & 1) != 0) low_ += range_;
      while (range_ < kTop) {
        range_ <<= 8;
        shift_low();
      }
    }
  }

  // What a decoder needs; the last bytes that it would read as zeros anyway are left out.
  Bytes finish() {
    for (int i = 0; i < 5; ++i)
      shift_low();
    while (!bytes_.empty() && bytes_.back() == 0)
      bytes_.pop_back();
    return std::move(bytes_);
  }

 private:
  static constexpr std::uint32_t kTop = 1U << 24;

  void shift_low() {
    if (low_ < 0xFF000000U || low_ > 0xFFFFFFFFU) {
      const auto carry = static_cast<std::uint8_t>(low_ >> 32);
      // The first byte is a place for a carry that never comes.
      if (begun_) bytes_.push_back(static_cast<std::uint8_t>(held_ + carry));
      begun_ = true;
      for (; held_count_ > 0; --held_count_) {
        bytes_.push_back(static_cast<std::uint8_t>(0xFF + carry));
      }
      held_ = static_cast<std::uint8_t>(low_ >> 24);
    } else {
      ++held_count_;
    }
    low_ = (low_ & 0x00FFFFFFU) << 8;
  }

  Bytes bytes_;
  std::uint64_t low_ = 0;
  std::uint32_t range_ = 0xFFFFFFFFU;
  std::uint64_t held_count_ = 0;
  std::uint8_t held_ = 0;
  bool begun_ = false;
};

class BinaryDecoder {
 public:
  explicit BinaryDecoder(ByteView bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()) {
    for (int i = 0; i < 4; ++i)
      code_ = code_ << 8 | take();
  }

  bool take_bit(BitModel& model) {
    const std::uint32_t bound = (range_ >> BitModel::kBits) * model.probability();
    const bool bit = code_ >= bound;
    if (bit) {
      code_ -= bound;
      range_ -= bound;
    } else {
      range_ = bound;
    }
    model.update(bit);
    while (range_ < kTop) {
      range_ <<= 8;
      code_ = code_ << 8 | take();
    }
    return bit;
  }

  std::uint64_t take_raw(unsigned count) {
    std::uint64_t value = 0;
    while (count-- > 0) {
      range_ >>= 1;
      const bool bit = code_ >= range_;
      if (bit) code_ -= range_;
      value = value << 1 | (bit ? 1U : 0U);
      while (range_ < kTop) {
        range_ <<= 8;
        code_ = code_ << 8 | take();
      }
    }
    return value;
  }

  // Whether more was taken than there is: bytes that are left out are zeros, but never many.
  bool overrun() const { return missing_ > 8; }

 private:
  static constexpr std::uint32_t kTop = 1U << 24;

  std::uint32_t take() {
    if (next_ != end_) return *next_++;
    ++missing_;
    return 0;
  }

  const std::uint8_t* next_;
  const std::uint8_t* end_;
  std::uint32_t code_ = 0;
  std::uint32_t range_ = 0xFFFFFFFFU;
  std::uint64_t missing_ = 0;
};

// Whole numbers, small ones cheaply: how many bits they have, then the two highest below the first
// one, are learnt; the rest is as it comes. `kContexts` sets of what was learnt.
template <std::size_t kContexts>
class NumberModel {
 public:
  void encode(BinaryEncoder& out, std::size_t context, std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    put_tree(out, widths_[context], width, kWidthBits);
    if (width < 2) return;
    const unsigned learnt = width - 1 < kLearntBits ? width - 1 : kLearntBits;
    const unsigned rest = width - 1 - learnt;
    put_tree(out, tops_[context][width], value >> rest & ((1U << learnt) - 1), learnt);
    out.put_raw(value & ((std::uint64_t{1} << rest) - 1), rest);
  }

  std::uint64_t decode(BinaryDecoder& in, std::size_t context) {
    const auto width = static_cast<unsigned>(take_tree(in, widths_[context], kWidthBits));
    if (width < 2) return width;
    if (width > 64) return UINT64_MAX;
    const unsigned learnt = width - 1 < kLearntBits ? width - 1 : kLearntBits;
    const unsigned rest = width - 1 - learnt;
    const std::uint64_t top = 1U << learnt | take_tree(in, tops_[context][width], learnt);
    return top << rest | in.take_raw(rest);
  }

 private:
  static constexpr unsigned kWidthBits = 7;
  static constexpr unsigned kLearntBits = 3;

  template <typename Models>
  static void put_tree(BinaryEncoder& out, Models& models, std::uint64_t value, unsigned bits) {
    std::size_t node = 1;
    while (bits-- > 0) {
      const bool bit = (value >> bits & 1) != 0;
      out.put(models[node], bit);
      node = node << 1 | (bit ? 1U : 0U);
    }
  }

  template <typename Models>
  static std::uint64_t take_tree(BinaryDecoder& in, Models& models, unsigned bits) {
    std::size_t node = 1;
    for (unsigned i = 0; i < bits; ++i) {
      node = node << 1 | (in.take_bit(models[node]) ? 1U : 0U);
    }
    return node - (std::size_t{1} << bits);
  }

  std::array<std::array<BitModel, 1U << kWidthBits>, kContexts> widths_;
  std::array<std::array<std::array<BitModel, 1U << kLearntBits>, 65>, kContexts> tops_;
};

}  // namespace copse
