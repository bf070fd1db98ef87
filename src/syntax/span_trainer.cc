// How span rules are learnt: every candidate is tried on a sample of each leaf class, the best
// stays.
#include <algorithm>
#include <map>

#include "syntax/span_rules.h"

namespace copse {

SpanTrainer::SpanTrainer(const Grammar& grammar)
    : defaults_(SpanRules::defaults(grammar)), classes_(defaults_.class_count()) {}

void SpanTrainer::add(const FlatTree& tree, std::string_view source) {
  std::uint32_t position = 0;
  for (const CopseFlatNode& node : tree.nodes) {
    if (!copse_node_is_leaf(&node)) continue;
    observe(classes_[defaults_.class_of(node.tag)], {source, position, node.start, node.extent});
    position = node.start + node.extent;
  }
}

// Keeps every 2^k-th leaf, k growing as the class fills: an even sample of all of them.
void SpanTrainer::observe(ClassStats& stats, const Sample& sample) {
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(sample.size, 256); ++i) {
    stats.inside.add(static_cast<std::uint8_t>(sample.source[sample.start + i]));
  }
  const std::size_t end = std::size_t{sample.start} + sample.size;
  if (end < sample.source.size()) stats.after.add(static_cast<std::uint8_t>(sample.source[end]));
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

namespace {

std::uint32_t commonest_size(const std::vector<std::uint32_t>& sizes) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const std::uint32_t size : sizes) {
    ++counts[size];
  }
  const auto best =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return best == counts.end() ? 0 : best->first;
}

}  // namespace

SpanRule SpanTrainer::best_rule(std::size_t leaf_class, SpanRules& rules) const {
  const std::vector<Sample>& samples = classes_[leaf_class].samples;
  SpanRule& slot = rules.rules_[leaf_class];
  SpanRule best = slot;
  std::size_t best_hits = 0;
  for (const PaddingKind kind :
       {PaddingKind::Space, PaddingKind::None, PaddingKind::Blanks, PaddingKind::Continued}) {
    slot.padding = kind;
    const auto hits = static_cast<std::size_t>(
        std::count_if(samples.begin(), samples.end(), [&](const Sample& s) {
          return rules.predict_start(leaf_class, s.source, s.position) == s.start;
        }));
    if (hits <= best_hits) continue;
    best_hits = hits;
    best.padding = kind;
  }
  std::vector<std::uint32_t> sizes;
  for (const Sample& sample : samples) {
    sizes.push_back(sample.size);
  }
  slot.length = commonest_size(sizes);
  best.length = slot.length;
  best_hits = 0;
  // In this order the cheaper of two equally good rules wins.
  for (const SizeKind kind :
       {SizeKind::Fixed, SizeKind::Word, SizeKind::LineRest, SizeKind::BlockComment,
        SizeKind::Quoted, SizeKind::Number, SizeKind::Run, SizeKind::Stop}) {
    slot.size = kind;
    if (kind == SizeKind::Run || kind == SizeKind::Stop) {
      const ClassStats& stats = classes_[leaf_class];
      rules.sets_.push_back(kind == SizeKind::Run ? stats.inside : stats.after);
      slot.set = static_cast<std::uint32_t>(rules.sets_.size() - 1);
    }
    const auto hits = static_cast<std::size_t>(
        std::count_if(samples.begin(), samples.end(), [&](const Sample& s) {
          return rules.predict_size(leaf_class, s.source, s.start) == s.size;
        }));
    if (hits <= best_hits) continue;
    best_hits = hits;
    best.size = kind;
    best.set = slot.set;
  }
  return best;
}

SpanRules SpanTrainer::train() const {
  SpanRules trained = defaults_;
  for (std::size_t leaf_class = 0; leaf_class < classes_.size(); ++leaf_class) {
    if (classes_[leaf_class].samples.empty()) continue;
    SpanRules trial = defaults_;
    SpanRule rule = best_rule(leaf_class, trial);
    if (rule.size == SizeKind::Run || rule.size == SizeKind::Stop) {
      const ByteSet& set = trial.sets_[rule.set];
      const auto known = std::find(trained.sets_.begin(), trained.sets_.end(), set);
      rule.set = static_cast<std::uint32_t>(known - trained.sets_.begin());
      if (known == trained.sets_.end()) trained.sets_.push_back(set);
    } else {
      rule.set = 0;
    }
    if (rule.size != SizeKind::Fixed) rule.length = 0;
    trained.rules_[leaf_class] = rule;
  }
  return trained;
}

}  // namespace copse
