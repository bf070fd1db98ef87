// Where tokens lie, predicted from the source: the padding before a leaf is white space, and its
// length follows from what it starts with. Each leaf class (a symbol, leaf ERRORs, missing tokens)
// has one rule for either, learnt from trees; what a rule gets wrong is stored as an exception.
//
// Prediction is a pure function of (rules, leaf class, source, position): encoder and decoder call
// the same one. It never reads outside the source.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "syntax/tree_data.h"

namespace copse {

// A set of byte values.
struct ByteSet {
  std::array<std::uint64_t, 4> words{};

  bool contains(std::uint8_t byte) const { return ((words[byte / 64] >> (byte % 64)) & 1) != 0; }
  void add(std::uint8_t byte) { words[byte / 64] |= std::uint64_t{1} << (byte % 64); }
  bool operator==(const ByteSet&) const = default;
};

enum class PaddingKind : std::uint8_t {
  None,
  Blanks,     // spaces, tabs, form feeds: not past the end of the line
  Space,      // white space of all kinds
  Continued,  // white space, and backslashes before a line end
};
inline constexpr std::uint8_t kPaddingKindMax = 3;

enum class SizeKind : std::uint8_t {
  Fixed,         // `length` bytes
  Word,          // letters, digits, '_', '$' and bytes from 0x80 up
  LineRest,      // up to the end of the line
  Run,           // while bytes are in `set`
  Stop,          // until a byte is in `set`
  BlockComment,  // through "*/"
  Quoted,        // through the first byte's next unescaped occurrence
  Number,        // letters, digits, '_', '.', and a sign behind an exponent
};
inline constexpr std::uint8_t kSizeKindMax = 7;

struct SpanRule {
  PaddingKind padding = PaddingKind::Space;
  SizeKind size = SizeKind::Fixed;
  std::uint32_t length = 0;
  std::uint32_t set = 0;  // index into SpanRules::sets

  bool operator==(const SpanRule&) const = default;
};

class SpanRules {
 public:
  // Rules for every leaf class of a grammar with this many symbols, all of them the default.
  explicit SpanRules(std::uint32_t symbol_count = 0);

  // What stands in for rules that nobody has learnt yet: a token is as long as its name when its
  // name is its text, a word otherwise.
  static SpanRules defaults(const Grammar& grammar);

  // Leaf classes: symbols, then leaf ERRORs, then missing leaves of any symbol.
  std::size_t class_count() const { return rules_.size(); }
  // For symbols beyond the grammar's: the class of ERRORs.
  std::size_t class_of(std::uint32_t leaf_tag) const {
    if ((leaf_tag & COPSE_TAG_MISSING) != 0) return rules_.size() - 1;
    const std::size_t symbol = leaf_tag >> 16;
    return symbol < rules_.size() - 2 ? symbol : rules_.size() - 2;
  }

  std::uint32_t predict_start(std::size_t leaf_class, std::string_view source,
                              std::uint32_t position) const;
  std::uint32_t predict_size(std::size_t leaf_class, std::string_view source,
                             std::uint32_t start) const;

  void write(ByteWriter& out) const;
  // Corrupt when a rule is of no known kind or names a set that is not there.
  static Result<SpanRules> read(ByteReader& in, std::uint32_t symbol_count);

  bool operator==(const SpanRules&) const = default;

 private:
  friend class SpanTrainer;

  std::vector<SpanRule> rules_;
  std::vector<ByteSet> sets_;
};

// Learns rules from leaves: feed trees, then ask.
class SpanTrainer {
 public:
  explicit SpanTrainer(const Grammar& grammar);

  // REQUIRES: `source` outlives the trainer; the tree's leaves lie inside it.
  void add(const FlatTree& tree, std::string_view source);

  // The rules that predict most of the sampled leaves. Deterministic.
  SpanRules train() const;

 private:
  // Enough to tell rules apart, few enough to try them all.
  static constexpr std::size_t kSamplesPerClass = 2048;

  struct Sample {
    std::string_view source;
    std::uint32_t position = 0;  // where the leaf before it ends
    std::uint32_t start = 0;
    std::uint32_t size = 0;
  };
  struct ClassStats {
    std::vector<Sample> samples;
    std::uint64_t seen = 0;
    ByteSet inside;
    ByteSet after;
  };

  static void observe(ClassStats& stats, const Sample& sample);
  SpanRule best_rule(std::size_t leaf_class, SpanRules& rules) const;

  const SpanRules defaults_;
  std::vector<ClassStats> classes_;
};

}  // namespace copse
