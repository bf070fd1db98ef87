// Span rules as data: defaults, bytes, and what predictors make of them.
#include "syntax/span_rules.h"

#include <algorithm>
#include <cstring>

namespace copse {
namespace {

ByteSet set_of(unsigned byte_class) {
  ByteSet set;
  for (unsigned byte = 0; byte < 256; ++byte) {
    if ((kByteClasses[byte] & byte_class) != 0) set.add(static_cast<std::uint8_t>(byte));
  }
  return set;
}

ByteSet complement(const ByteSet& set) {
  ByteSet others;
  for (std::size_t i = 0; i < set.words.size(); ++i) {
    others.words[i] = ~set.words[i];
  }
  return others;
}

constexpr std::uint16_t offset_of(std::size_t map) {
  static_assert(ByteMaps::kCount * SpanPlan::kMapBytes <= UINT16_MAX);
  return static_cast<std::uint16_t>(map * SpanPlan::kMapBytes);
}

// All but what concerns learnt sets.
SpanPlan plan_of(const SpanRule& rule) {
  constexpr SpanPlan::Map kPaddingMaps[] = {SpanPlan::kNoByte, SpanPlan::kBlank, SpanPlan::kSpace,
                                            SpanPlan::kSpace, SpanPlan::kNoByte};
  static_assert(std::size(kPaddingMaps) == kPaddingKindMax + 1);
  SpanPlan plan;
  plan.padding_map = offset_of(kPaddingMaps[static_cast<std::size_t>(rule.padding)]);
  if (rule.padding == PaddingKind::Continued) plan.padding_more = SpanPlan::Backslash;
  if (rule.padding == PaddingKind::LineEnds) plan.padding_more = SpanPlan::LineEnd;
  plan.remembers = rule.size == SizeKind::QuoteOpen || rule.size == SizeKind::QuoteClose;
  switch (rule.size) {
    case SizeKind::Fixed:
      plan.length = std::min(rule.length, static_cast<std::uint32_t>(kReachBytes));
      break;
    case SizeKind::Word:
      plan.size_form = SpanPlan::Run;
      plan.size_map = offset_of(SpanPlan::kWord);
      break;
    case SizeKind::Number:
      plan.size_form = SpanPlan::SignedRun;
      plan.size_map = offset_of(SpanPlan::kNumber);
      break;
    default:
      plan.size_form = SpanPlan::Formed;
      break;
  }
  return plan;
}

}  // namespace

SpanRules::SpanRules(std::uint32_t symbol_count) : rules_(symbol_count + std::size_t{2}) {
  plan_all();
}

SpanRules SpanRules::defaults(const Grammar& grammar) {
  SpanRules rules(grammar.symbol_count());
  for (std::uint32_t i = 0; i < grammar.symbol_count(); ++i) {
    const auto symbol = static_cast<std::uint16_t>(i);
    SpanRule& rule = rules.rules_[i];
    if (grammar.is_named(symbol)) {
      rule.size = SizeKind::Word;
    } else {
      rule.length = static_cast<std::uint32_t>(std::strlen(grammar.symbol_name(symbol)));
    }
  }
  rules.rules_[COPSE_SYMBOL_END].length = 0;
  rules.plan_all();
  return rules;
}

void SpanRules::plan_all() {
  plans_.resize(rules_.size());
  std::transform(rules_.begin(), rules_.end(), plans_.begin(), plan_of);
  std::array<ByteSet, ByteMaps::kCount> sets;
  sets[SpanPlan::kBlank] = set_of(kBlankByte);
  sets[SpanPlan::kSpace] = set_of(kBlankByte | kLineEndByte);
  sets[SpanPlan::kWord] = set_of(kWordByte);
  sets[SpanPlan::kNumber] = set_of(kNumberByte);
  // The trainer numbers sets by how often they are wanted; the first get maps.
  std::size_t map = SpanPlan::kFirstLearnt;
  for (std::uint32_t set = 0; set < sets_.size() && map < sets.size(); ++set) {
    for (const SizeKind kind : {SizeKind::Run, SizeKind::Stop}) {
      bool wanted = false;
      for (std::size_t i = 0; i < rules_.size() && map < sets.size(); ++i) {
        if (rules_[i].size != kind || rules_[i].set != set) continue;
        plans_[i].size_map = offset_of(map);
        plans_[i].size_form = SpanPlan::Run;
        wanted = true;
      }
      if (wanted) sets[map++] = kind == SizeKind::Run ? sets_[set] : complement(sets_[set]);
    }
  }
  maps_ = ByteMaps(sets);
}

// Two bits of padding kind from bit 4, four of size kind from bit 0, then the next bit of the size
// kind and of the padding kind: models of version 1 do without the last two.
void SpanRules::write(ByteWriter& out) const {
  out.varint(sets_.size());
  for (const ByteSet& set : sets_) {
    for (const std::uint64_t word : set.words) {
      out.u64(word);
    }
  }
  for (const SpanRule& rule : rules_) {
    const auto padding = static_cast<unsigned>(rule.padding);
    const auto size = static_cast<unsigned>(rule.size);
    static_assert(kPaddingKindMax < 8 && kSizeKindMax < 32);
    out.u8(static_cast<std::uint8_t>((padding & 3) << 4 | (size & 15) | (size >> 4) << 6 |
                                     (padding >> 2) << 7));
    if (length_max(rule.size) != 0) out.varint(rule.length);
    if (set_count(rule.size) != 0) out.varint(rule.set);
  }
}

Result<SpanRules> SpanRules::read(ByteReader& in, std::uint32_t symbol_count) {
  SpanRules rules(symbol_count);
  rules.sets_.resize(in.count(sizeof(ByteSet)));
  for (ByteSet& set : rules.sets_) {
    for (std::uint64_t& word : set.words) {
      word = in.u64();
    }
  }
  for (SpanRule& rule : rules.rules_) {
    const std::uint8_t kinds = in.u8();
    const unsigned padding = (kinds >> 4 & 3U) | (kinds >> 7 & 1U) << 2;
    const unsigned size = (kinds & 15U) | (kinds >> 6 & 1U) << 4;
    if (padding > kPaddingKindMax || size > kSizeKindMax) in.fail();
    if (in.failed()) break;
    rule.padding = static_cast<PaddingKind>(padding);
    rule.size = static_cast<SizeKind>(size);
    if (length_max(rule.size) != 0) rule.length = in.varint32();
    if (rule.length > length_max(rule.size)) in.fail();
    if (set_count(rule.size) == 0) continue;
    rule.set = in.varint32();
    if (std::uint64_t{rule.set} + set_count(rule.size) > rules.sets_.size()) in.fail();
  }
  if (in.failed()) return Error(ErrorCode::Corrupt, "tree model: span rules are damaged");
  rules.plan_all();
  return rules;
}

}  // namespace copse
