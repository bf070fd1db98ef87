#include "query/query_derivation.h"

#include <algorithm>
#include <array>

namespace copse {
namespace {

using Atom = TreeNeeds::Atom;
using Clause = std::vector<Atom>;

bool is_real(const QueryStep& step) {
  return !step.is_dead_end && !step.is_pass_through && step.depth != kPatternDone;
}

// One way to begin a pattern: the steps behind its first one, and which of them every match takes.
class Way {
 public:
  Way(const QueryProgram& program, const QueryEntry& entry)
      : program_(program), first_(entry.step) {
    std::size_t end = first_;
    while (end < program.steps().size() &&
           program.step(static_cast<std::uint32_t>(end)).depth != kPatternDone)
      ++end;
    // A group's root may have been skipped: see QueryProgram.
    end_ = static_cast<std::uint32_t>(end);
  }

  bool is_small() const { return end_ - first_ <= kDerivedStepsMax; }

  std::vector<std::uint32_t> steps_of_all_matches() const {
    std::vector<std::uint32_t> result;
    for (std::uint32_t step = first_; step < end_; ++step) {
      if (is_real(program_.step(step)) && !reaches_end_without(step)) result.push_back(step);
    }
    return result;
  }

 private:
  bool reaches_end_without(std::uint32_t avoided) const {
    if (avoided == first_) return false;
    std::vector<bool> seen(end_ - first_ + 1, false);
    std::vector<std::uint32_t> open{first_ + 1};
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      // A jump to another entry of the pattern map, or back behind the beginning, is not followed
      // up: it counts as a way out.
      if (at >= end_ || at < first_) return true;
      if (seen[at - first_]) continue;
      seen[at - first_] = true;
      const QueryStep& step = program_.step(at);
      if (step.alternative != kNoStep) open.push_back(step.alternative);
      if (!step.is_dead_end && (at != avoided || step.is_pass_through)) open.push_back(at + 1);
    }
    return false;
  }

  const QueryProgram& program_;
  std::uint32_t first_;
  std::uint32_t end_ = 0;
};

// The step around this one in the pattern's text, if there is one.
const QueryStep* parent_of(const QueryProgram& program, std::uint32_t index) {
  const std::uint16_t depth = program.step(index).depth;
  if (depth == 0) return nullptr;
  for (std::uint32_t at = index; at > 0; --at) {
    const QueryStep& step = program.step(at - 1);
    if (step.depth == kPatternDone) return nullptr;
    if (is_real(step) && step.depth + 1 == depth) return &step;
    if (step.depth + 1 < depth) return nullptr;
  }
  return nullptr;
}

void add_structure(const QueryProgram& program, std::uint32_t index, std::vector<Clause>& clauses) {
  const QueryStep& step = program.step(index);
  const QueryStep* const parent = parent_of(program, index);
  Atom atom;
  atom.symbol = step.symbol;
  atom.field = step.field;
  if (parent != nullptr) atom.parent = parent->symbol;
  if (atom.field != 0 || (atom.parent != 0 && atom.symbol != 0)) {
    atom.kind = Atom::Kind::Edge;
  } else if (atom.symbol == 0) {
    return;
  } else {
    atom.parent = 0;
  }
  if (std::find(clauses.begin(), clauses.end(), Clause{atom}) == clauses.end()) {
    clauses.push_back({std::move(atom)});
  }
}

Atom word_atom(std::string word) {
  Atom atom;
  atom.kind = Atom::Kind::Word;
  atom.word = std::move(word);
  return atom;
}

void add_text(const std::string& text, std::vector<Clause>& clauses) {
  for (std::string& word : words_of(text)) {
    clauses.push_back({word_atom(std::move(word))});
  }
}

// The longest word of each text is as good as all of them.
void add_texts(const std::vector<std::string>& texts, std::vector<Clause>& clauses) {
  if (texts.size() == 1) return add_text(texts.front(), clauses);
  if (texts.empty() || texts.size() > kListedTextsMax) return;
  Clause clause;
  for (const std::string& text : texts) {
    std::vector<std::string> words = words_of(text);
    if (words.empty()) return;
    clause.push_back(word_atom(*std::max_element(
        words.begin(), words.end(),
        [](const std::string& a, const std::string& b) { return a.size() < b.size(); })));
  }
  clauses.push_back(std::move(clause));
}

void add_parts(std::string_view pattern, TreeNeeds::Conjunction& needs) {
  std::vector<std::string> parts = required_parts_of_regex(pattern);
  const auto& known = needs.texts;
  if (parts.empty() || std::find(known.begin(), known.end(), parts) != known.end()) return;
  needs.texts.push_back(std::move(parts));
}

// A predicate that holds for want of nodes asks for nothing.
void add_predicate(const TextPredicate& predicate, TreeNeeds::Conjunction& needs) {
  if (!predicate.positive || !predicate.all_nodes) return;
  if (const auto* equal = std::get_if<TextPredicate::EqualsText>(&predicate.condition)) {
    add_text(equal->text, needs.clauses);
  } else if (const auto* any = std::get_if<TextPredicate::IsAnyOf>(&predicate.condition)) {
    add_texts(any->texts, needs.clauses);
  } else if (const auto* match = std::get_if<TextPredicate::MatchesRegex>(&predicate.condition)) {
    const std::size_t clauses = needs.clauses.size();
    const auto texts = texts_of_regex(match->regex.pattern());
    if (texts) add_texts(*texts, needs.clauses);
    // What words say of it, the index knows without the source.
    if (needs.clauses.size() == clauses) add_parts(match->regex.pattern(), needs);
  }
}

bool captures(const QueryStep& step, std::uint32_t capture) {
  return std::find(step.captures, step.captures + kCapturesOfStepMax, capture) !=
         step.captures + kCapturesOfStepMax;
}

}  // namespace

TreeNeeds needs_of(const QueryProgram& program, const std::vector<PatternPredicates>& predicates) {
  TreeNeeds needs;
  for (const QueryEntry& entry : program.entries()) {
    const Way way(program, entry);
    if (!way.is_small()) return {};
    TreeNeeds::Conjunction conjunction;
    const std::vector<std::uint32_t> steps = way.steps_of_all_matches();
    for (const std::uint32_t step : steps) {
      add_structure(program, step, conjunction.clauses);
    }
    for (const TextPredicate& predicate : predicates[entry.pattern]) {
      const bool is_captured = std::any_of(steps.begin(), steps.end(), [&](std::uint32_t step) {
        return captures(program.step(step), predicate.capture);
      });
      if (is_captured) add_predicate(predicate, conjunction);
    }
    if (conjunction.says_nothing()) return {};
    needs.alternatives.push_back(std::move(conjunction));
  }
  return needs;
}

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::size_t kShortest = 2;
  const auto is_word = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_' || byte >= 0x80;
  };
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_word(text[end]))
      ++end;
    if (end - at >= kShortest) words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace copse
