// Where tokens lie, predicted from the source: the padding before a leaf is white space, and its
// length follows from what it starts with. Each leaf class (a symbol, leaf ERRORs, missing tokens)
// has one rule for either, learnt from trees; what a rule gets wrong is stored as an exception.
//
// These are the rules as data. span_predictor.h applies them, token_forms.h has the forms.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "syntax/byte_maps.h"
#include "syntax/token_forms.h"
#include "syntax/tree_data.h"

namespace copse {

// What the hot path of a predictor needs to know of a leaf class. A predictor keeps, for a window
// of the source, maps with a bit for each byte: whether padding, or a token, goes on there.
struct SpanPlan {
  enum Map : std::uint8_t { kNoByte, kBlank, kSpace, kWord, kNumber, kFirstLearnt };
  static constexpr std::uint32_t kWindowBits = 4096;
  // Eight bytes may be read from where any bit of the window is.
  static constexpr std::uint32_t kMapBytes = kWindowBits / 8 + 8;

  enum Form : std::uint8_t {
    Fixed,      // `length` bytes
    Run,        // as far as size_map goes
    SignedRun,  // the same, unless a sign comes next
    Formed,     // as token_size() says
  };

  enum PaddingMore : std::uint8_t { Nothing, Backslash, LineEnd };

  std::uint32_t length = 0;
  std::uint16_t padding_map = 0;  // offsets of maps in bytes
  std::uint16_t size_map = 0;
  Form size_form = Fixed;
  // What may go on with the padding behind what its map says.
  PaddingMore padding_more = Nothing;
  bool remembers = false;  // accept() has something to keep
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

  // REQUIRES: leaf_class < class_count().
  const SpanRule& rule(std::size_t leaf_class) const { return rules_[leaf_class]; }
  const SpanPlan& plan(std::size_t leaf_class) const { return plans_[leaf_class]; }
  // What SpanPlan's maps are of; and where the sets of rule(leaf_class) begin.
  const ByteMaps& maps() const { return maps_; }
  const ByteSet* sets_of(const SpanRule& rule) const { return sets_.data() + rule.set; }

  // docs/formats/tree.md.
  void write(ByteWriter& out) const;
  // Corrupt when a rule is of no known kind or names a set that is not there.
  static Result<SpanRules> read(ByteReader& in, std::uint32_t symbol_count);

  bool operator==(const SpanRules& other) const {
    return rules_ == other.rules_ && sets_ == other.sets_;
  }

 private:
  friend class SpanTrainer;

  // Makes plans_ and maps_; to be called when rules_ are what they shall be.
  void plan_all();
  std::uint32_t find_sets(const std::vector<ByteSet>& wanted);

  std::vector<SpanRule> rules_;
  std::vector<ByteSet> sets_;
  std::vector<SpanPlan> plans_;
  ByteMaps maps_;  // by SpanPlan::Map
};

// A leaf to learn from.
struct LeafSample {
  std::string_view source;
  std::uint32_t position = 0;  // where the leaf before it ends
  std::uint32_t start = 0;
  std::uint32_t size = 0;
  OpenQuote open;  // by the leaf before that looks most like one that opens a string
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

  struct ClassStats {
    std::vector<LeafSample> samples;
    std::uint64_t seen = 0;
  };

  static void observe(ClassStats& stats, const LeafSample& sample);

  const SpanRules defaults_;
  std::vector<ClassStats> classes_;
};

}  // namespace copse
