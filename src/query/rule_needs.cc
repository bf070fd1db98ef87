// Needs come up from the leaves of a rule: all-of joins conjunctions, any-of lists them, what is
// negated or undecided needs nothing.
#include "query/rule_needs.h"

#include <algorithm>
#include <utility>

#include "query/query_derivation.h"

namespace copse {
namespace {

using Atom = TreeNeeds::Atom;
using Conjunction = TreeNeeds::Conjunction;
using Alternatives = std::vector<Conjunction>;  // none: anything may match

constexpr std::size_t kWordBytesMin = 2;

bool same(const Atom& left, const Atom& right) {
  return left.kind == right.kind && left.symbol == right.symbol && left.word == right.word;
}

void need(Conjunction& all, Atom atom) {
  if (all.clauses.size() >= kNeedClausesMax) return;
  for (const auto& clause : all.clauses) {
    if (clause.size() == 1 && same(clause.front(), atom)) return;
  }
  all.clauses.push_back({std::move(atom)});
}

void need_texts(Conjunction& all, std::vector<std::string> texts) {
  const bool known = std::find(all.texts.begin(), all.texts.end(), texts) != all.texts.end();
  if (texts.empty() || known || all.texts.size() >= kNeedClausesMax) return;
  all.texts.push_back(std::move(texts));
}

void need_symbol(Conjunction& all, std::uint16_t symbol) {
  if (symbol != COPSE_SYMBOL_ERROR) need(all, {Atom::Kind::Symbol, 0, 0, symbol, {}});
}

bool is_word_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' ||
         (static_cast<unsigned char>(byte) & 0x80U) != 0;
}

bool is_ascii(std::string_view word) {
  return std::none_of(word.begin(), word.end(),
                      [](char byte) { return (static_cast<unsigned char>(byte) & 0x80U) != 0; });
}

// Words that are whole in the file because they are whole in the leaf: the first and the last run
// may go on outside of it ("\n" and "def" in "a\ndef"), but in an identifier only by other letters
// than it has itself: digits before it ("3rd"), bytes over 0x7F around it (a space of Unicode's).
void need_words(Conjunction& all, std::string_view text, bool is_identifier) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    if (!is_word_byte(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && is_word_byte(text[end]))
      ++end;
    const std::string_view word = text.substr(begin, end - begin);
    const bool inside = begin > 0 && end < text.size();
    if ((inside || (is_identifier && is_ascii(word))) && word.size() >= kWordBytesMin) {
      need(all, {Atom::Kind::Word, 0, 0, 0, std::string(word)});
    }
    begin = end;
  }
}

bool is_identifier(const Grammar& grammar, std::uint16_t symbol) {
  const char* name = grammar.symbol_name(symbol);
  return name != nullptr && std::string_view(name).ends_with("identifier");
}

Alternatives pattern_needs(const Grammar& grammar, const CodePattern& pattern) {
  Conjunction all;
  const bool by_text = pattern.strictness == Strictness::Template;
  if (pattern.root_kind) need_symbol(all, *pattern.root_kind);
  for (const PatternNode& node : pattern.nodes) {
    const bool terminal = node.kind == PatternNode::Kind::Terminal && node.named;
    if (!by_text && (terminal || node.kind == PatternNode::Kind::Internal)) {
      need_symbol(all, node.symbol);
    }
    if (terminal && pattern.strictness != Strictness::Signature) {
      need_words(all, node.text, !by_text && is_identifier(grammar, node.symbol));
    }
  }
  if (all.clauses.empty()) return {};
  return {std::move(all)};
}

// Both have to hold. Where that makes too many alternatives, one of them has to do.
Alternatives join(Alternatives left, Alternatives right) {
  if (left.empty()) return right;
  if (right.empty() || left.size() * right.size() > kNeedAlternativesMax) return left;
  Alternatives out;
  for (const Conjunction& one : left) {
    for (const Conjunction& other : right) {
      Conjunction both = one;
      for (const auto& clause : other.clauses) {
        if (clause.size() == 1) {
          need(both, clause.front());
        } else if (both.clauses.size() < kNeedClausesMax) {
          both.clauses.push_back(clause);
        }
      }
      for (const auto& texts : other.texts)
        need_texts(both, texts);
      out.push_back(std::move(both));
    }
  }
  return out;
}

class NeedsFinder {
 public:
  explicit NeedsFinder(const RuleProgram& program)
      : program_(program), in_util_(program.utils.size()) {}

  // Goes as deep as the rule; a utility inside itself, or too many steps, need nothing.
  Alternatives of(std::uint32_t index) {
    using Op = RuleStep::Op;
    if (index == RuleStep::kNone || ++visited_ > kStepsMax || depth_ > kDepthMax) return {};
    const RuleStep& step = program_.steps[index];
    ++depth_;
    Alternatives needs;
    switch (step.op) {
      case Op::Pattern:
        needs = pattern_needs(*program_.grammar, program_.patterns[step.operand]);
        break;
      case Op::Kind: {
        Conjunction all;
        need_symbol(all, step.symbol);
        if (!all.clauses.empty()) needs.push_back(std::move(all));
        break;
      }
      case Op::NthChild:
      case Op::Inside:
      case Op::Has:
      case Op::Precedes:
      case Op::Follows:
        needs = of(step.inner);
        break;
      case Op::All:
        for (const std::uint32_t part : step.parts) {
          needs = join(std::move(needs), of(part));
        }
        break;
      case Op::Any:
        needs = any_of(step.parts);
        break;
      case Op::Matches:
        if (in_util_[step.operand]) break;
        in_util_[step.operand] = true;
        needs = of(program_.utils[step.operand].step);
        in_util_[step.operand] = false;
        break;
      case Op::Regex: {
        Conjunction all;
        need_texts(all, required_parts_of_regex(program_.regexes[step.operand].pattern()));
        if (!all.texts.empty()) needs.push_back(std::move(all));
        break;
      }
      case Op::Range:
      case Op::Not:
        break;
    }
    --depth_;
    return needs;
  }

 private:
  static constexpr std::size_t kStepsMax = 20'000;
  static constexpr std::size_t kDepthMax = 200;

  Alternatives any_of(const std::vector<std::uint32_t>& parts) {
    Alternatives all;
    for (const std::uint32_t part : parts) {
      Alternatives needs = of(part);
      if (needs.empty()) return {};
      std::move(needs.begin(), needs.end(), std::back_inserter(all));
    }
    if (all.size() <= kNeedAlternativesMax) return all;
    return one_clause(all);
  }

  // One of the first atoms of each alternative has to be there: less than is known, but short.
  static Alternatives one_clause(const Alternatives& alternatives) {
    std::vector<Atom> clause;
    for (const Conjunction& conjunction : alternatives) {
      if (conjunction.clauses.empty() || conjunction.clauses.front().size() != 1) return {};
      clause.push_back(conjunction.clauses.front().front());
    }
    if (clause.size() > kNeedClausesMax) return {};
    return {Conjunction{{std::move(clause)}, {}}};
  }

  const RuleProgram& program_;
  std::vector<bool> in_util_;
  std::size_t visited_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

TreeNeeds needs_of(const RuleProgram& program) {
  return {NeedsFinder(program).of(program.root)};
}

}  // namespace copse
