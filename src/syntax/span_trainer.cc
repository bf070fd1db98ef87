// How span rules are learnt: every candidate is tried on a sample of each leaf class, the best
// stays.
#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "syntax/span_rules.h"

namespace copse {
namespace {

// Of a longer token no more is looked at to learn what it is made of.
constexpr std::uint32_t kLearntBytesMax = 1024;

using Samples = std::vector<LeafSample>;
using Counts = std::array<std::uint64_t, 256>;

TokenText text_at(const LeafSample& sample, std::uint32_t position) {
  return TokenText::from(sample.source, position);
}

bool is_white(std::uint8_t byte) {
  return (kByteClasses[byte] & (kBlankByte | kLineEndByte)) != 0;
}

std::uint32_t commonest_size(const Samples& samples) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const LeafSample& sample : samples) {
    ++counts[sample.size];
  }
  const auto best =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return best == counts.end() ? 0 : best->first;
}

// What tokens of a class are made of, and what ends them. With `flags` as a Text of them reads it.
struct ByteCounts {
  Counts inside{};
  Counts after{};

  // Calls visit(offset, is_inside) for the bytes of a sample that decide, the one that ended it
  // last.
  template <typename Visit>
  static void walk(const LeafSample& sample, std::uint32_t flags, std::uint32_t first,
                   const Visit& visit) {
    const std::string_view source = sample.source;
    std::size_t end = std::size_t{sample.start} + sample.size;
    if ((flags & text_flags::kThrough) != 0 && sample.size > 0) --end;
    const std::size_t looked =
        std::min<std::size_t>(end, std::size_t{sample.start} + kLearntBytesMax);
    for (std::size_t at = std::size_t{sample.start} + first; at < looked; ++at) {
      if ((flags & text_flags::kPairs) != 0 && source[at] == '\\') {
        ++at;
      } else {
        visit(at, true);
      }
    }
    if ((flags & text_flags::kTrimmed) != 0) {
      while (end < source.size() && is_white(static_cast<std::uint8_t>(source[end]))) {
        ++end;
      }
    }
    if (end < source.size()) visit(end, false);
  }

  ByteCounts(const Samples& samples, std::uint32_t flags, std::uint32_t first) {
    for (const LeafSample& sample : samples) {
      walk(sample, flags, first, [&](std::size_t at, bool is_inside) {
        ++(is_inside ? inside : after)[static_cast<std::uint8_t>(sample.source[at])];
      });
    }
  }
};

ByteSet run_set(const ByteCounts& counts) {
  ByteSet set;
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (counts.inside[byte] != 0 && counts.inside[byte] >= counts.after[byte]) {
      set.add(static_cast<std::uint8_t>(byte));
    }
  }
  return set;
}

ByteSet stop_set(const ByteCounts& counts) {
  ByteSet set;
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (counts.after[byte] > counts.inside[byte]) set.add(static_cast<std::uint8_t>(byte));
  }
  return set;
}

// Where some letters are, all will be; likewise digits and bytes from 0x80 up.
ByteSet generalized(ByteSet set, const ByteCounts& counts) {
  constexpr std::pair<unsigned, unsigned> kFamilies[] = {
      {'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {0x80, 0xFF}};
  for (const auto& [first, last] : kFamilies) {
    unsigned members = 0;
    for (unsigned byte = first; byte <= last; ++byte) {
      if (set.contains(static_cast<std::uint8_t>(byte))) ++members;
    }
    for (unsigned byte = first; byte <= last && members >= 2; ++byte) {
      if (counts.after[byte] == 0) set.add(static_cast<std::uint8_t>(byte));
    }
  }
  return set;
}

// The three sets of a Text: what stops, and what does before what.
std::array<ByteSet, 3> text_sets(const Samples& samples, std::uint32_t flags) {
  // A byte that ends tokens this many times as often as it is inside them always stops.
  constexpr std::uint64_t kSureRatio = 64;
  const ByteCounts counts(samples, flags, 1);
  std::array<ByteSet, 3> sets;
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (counts.after[byte] == 0) continue;
    const bool sure = counts.after[byte] > counts.inside[byte] * kSureRatio;
    sets[sure ? 0 : 1].add(static_cast<std::uint8_t>(byte));
  }
  Counts stops{};
  Counts goes_on{};
  for (const LeafSample& sample : samples) {
    ByteCounts::walk(sample, flags, 1, [&](std::size_t at, bool is_inside) {
      if (!sets[1].contains(static_cast<std::uint8_t>(sample.source[at]))) return;
      if (at + 1 == sample.source.size()) return;
      ++(is_inside ? goes_on : stops)[static_cast<std::uint8_t>(sample.source[at + 1])];
    });
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (stops[byte] > goes_on[byte]) sets[2].add(static_cast<std::uint8_t>(byte));
  }
  return sets;
}

// The best rule so far for one class, and the sets it names: a rule's own are numbered from 0.
class RuleSearch {
 public:
  RuleSearch(const Samples& samples, SpanRule first) : samples_(samples), rule(first) {}

  bool perfect() const { return misses_ == 0; }

  void try_padding(PaddingKind kind) {
    const std::size_t misses = count_misses(padding_misses_, [&](const LeafSample& sample) {
      return sample.position + padding_size(kind, text_at(sample, sample.position)) == sample.start;
    });
    if (misses >= padding_misses_) return;
    padding_misses_ = misses;
    rule.padding = kind;
  }

  // In the order of calls the first of equally good rules wins. What takes a walk over the bytes
  // must be better by more than what that costs.
  void try_size(SizeKind kind, std::uint32_t length = 0, std::vector<ByteSet> sets = {}) {
    constexpr std::size_t kSamplesPerMiss = 512;
    const bool walks = kind >= SizeKind::Line;
    const std::size_t handicap = walks ? samples_.size() / kSamplesPerMiss : 0;
    if (misses_ <= handicap) return;
    const SpanRule tried{rule.padding, kind, length, 0};
    const std::size_t misses = count_misses(misses_, [&](const LeafSample& sample) {
      return token_size(tried, sets.data(), text_at(sample, sample.start), sample.open) ==
             sample.size;
    });
    if (misses + (walks_ ? 0 : handicap) >= misses_) return;
    misses_ = misses;
    walks_ = walks;
    rule = tried;
    sets_ = std::move(sets);
  }

  const std::vector<ByteSet>& sets() const { return sets_; }

 private:
  // No further than it matters.
  template <typename Hit>
  std::size_t count_misses(std::size_t enough, const Hit& hit) const {
    std::size_t misses = 0;
    for (const LeafSample& sample : samples_) {
      if (!hit(sample) && ++misses >= enough) break;
    }
    return misses;
  }

  const Samples& samples_;
  std::size_t padding_misses_ = SIZE_MAX;
  std::size_t misses_ = SIZE_MAX;
  bool walks_ = false;
  std::vector<ByteSet> sets_;

 public:
  SpanRule rule;
};

void try_simple_forms(RuleSearch& search, const Samples& samples, bool likely_word) {
  if (likely_word) search.try_size(SizeKind::Word);
  search.try_size(SizeKind::Fixed, commonest_size(samples));
  for (const SizeKind kind :
       {SizeKind::Word, SizeKind::LineRest, SizeKind::BlockComment, SizeKind::Quoted,
        SizeKind::Number, SizeKind::Directive, SizeKind::Prefixed}) {
    search.try_size(kind);
  }
}

void try_learnt_sets(RuleSearch& search, const Samples& samples) {
  if (search.perfect()) return;
  const ByteCounts counts(samples, 0, 0);
  const ByteSet run = run_set(counts);
  search.try_size(SizeKind::Run, 0, {generalized(run, counts)});
  search.try_size(SizeKind::Run, 0, {run});
  search.try_size(SizeKind::Stop, 0, {stop_set(counts)});
}

void try_lines_and_escapes(RuleSearch& search) {
  using namespace line_flags;
  for (const std::uint32_t flags :
       {kBlocks, kBlocks | kBeforeReturn, kBlocks | kContinued, kBlocks | kBeforeTag,
        kBlocks | kBeforeReturn | kBeforeTag, kBlocks | kNested, kBeforeReturn, kContinued,
        kContinued | kBeforeComment, kThrough}) {
    search.try_size(SizeKind::Line, flags);
  }
  for (const EscapeForm form : {EscapeForm{2, 3}, EscapeForm{2, 1}, EscapeForm{4, 3},
                                EscapeForm{4, 1}, EscapeForm{15, 3}}) {
    search.try_size(SizeKind::Escape, form.packed());
  }
}

void try_texts(RuleSearch& search, const Samples& samples) {
  for (const std::uint32_t flags :
       {std::uint32_t{0}, text_flags::kTrimmed, text_flags::kThrough, text_flags::kPairs}) {
    if (search.perfect()) return;
    const std::array<ByteSet, 3> sets = text_sets(samples, flags);
    search.try_size(SizeKind::Text, flags, {sets.begin(), sets.end()});
  }
  search.try_size(SizeKind::BlockContent);
  search.try_size(SizeKind::RawParenthesis);
  search.try_size(SizeKind::QuoteOpen);
}

}  // namespace

SpanTrainer::SpanTrainer(const Grammar& grammar)
    : defaults_(SpanRules::defaults(grammar)), classes_(defaults_.class_count()) {}

void SpanTrainer::add(const FlatTree& tree, std::string_view source) {
  // Which classes open strings is not known yet, so every token that could is taken for one: where
  // it closes a string, no content follows before the next.
  constexpr std::uint32_t kOpenSizeMax = 16;
  OpenQuote open;
  std::uint32_t position = 0;
  for (const CopseFlatNode& node : tree.nodes) {
    if (!copse_node_is_leaf(&node)) continue;
    observe(classes_[defaults_.class_of(node.tag)],
            {source, position, node.start, node.extent, open});
    position = node.start + node.extent;
    if (node.extent == 0 || node.extent > kOpenSizeMax) continue;
    const char last = source[position - 1];
    if (last != '"' && last != '\'' && last != '`') continue;
    const OpenQuote opened = quote_opened(TokenText::from(source, node.start), node.extent);
    if (opened.quote != 0) open = opened;
  }
}

// Keeps every 2^k-th leaf, k growing as the class fills: an even sample of all of them.
void SpanTrainer::observe(ClassStats& stats, const LeafSample& sample) {
  std::uint64_t stride = 1;
  while (stats.seen / stride >= kSamplesPerClass) {
    stride *= 2;
  }
  if (stats.seen++ % stride != 0) return;
  if (stats.samples.size() >= 2 * kSamplesPerClass) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < stats.samples.size(); i += 2) {
      stats.samples[kept++] = stats.samples[i];
    }
    stats.samples.resize(kept);
  }
  stats.samples.push_back(sample);
}

SpanRules SpanTrainer::train() const {
  std::vector<RuleSearch> searches;
  searches.reserve(classes_.size());
  bool strings_open = false;
  for (std::size_t leaf_class = 0; leaf_class < classes_.size(); ++leaf_class) {
    const Samples& samples = classes_[leaf_class].samples;
    RuleSearch& search = searches.emplace_back(samples, defaults_.rules_[leaf_class]);
    if (samples.empty()) continue;
    for (const PaddingKind kind : {PaddingKind::Space, PaddingKind::None, PaddingKind::Blanks,
                                   PaddingKind::Continued, PaddingKind::LineEnds}) {
      search.try_padding(kind);
    }
    try_simple_forms(search, samples, search.rule.size == SizeKind::Word);
    try_learnt_sets(search, samples);
    try_lines_and_escapes(search);
    try_texts(search, samples);
    if (search.rule.size == SizeKind::QuoteOpen) strings_open = true;
  }
  SpanRules trained = defaults_;
  // The commonest classes get the first sets.
  std::vector<std::size_t> order(classes_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return classes_[a].seen > classes_[b].seen;
  });
  for (const std::size_t leaf_class : order) {
    if (classes_[leaf_class].samples.empty()) continue;
    RuleSearch& search = searches[leaf_class];
    for (const SizeKind kind : {SizeKind::QuoteBody, SizeKind::RawBody, SizeKind::QuoteClose}) {
      if (strings_open) search.try_size(kind);
    }
    search.rule.set = trained.find_sets(search.sets());
    trained.rules_[leaf_class] = search.rule;
  }
  trained.plan_all();
  return trained;
}

// Where these sets are, one behind the other; adds them when they are not there.
std::uint32_t SpanRules::find_sets(const std::vector<ByteSet>& wanted) {
  if (wanted.empty()) return 0;
  const auto known = std::search(sets_.begin(), sets_.end(), wanted.begin(), wanted.end());
  const auto at = static_cast<std::uint32_t>(known - sets_.begin());
  if (known == sets_.end()) sets_.insert(sets_.end(), wanted.begin(), wanted.end());
  return at;
}

}  // namespace copse
