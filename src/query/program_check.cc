#include "query/program_check.h"

#include <algorithm>
#include <string>
#include <vector>

namespace copse {
namespace {

// The places a state goes to from a step without a node: see Matcher::branch().
struct Moves {
  std::uint32_t targets[2] = {0, 0};
  unsigned count = 0;
};

Moves moves_from(const std::vector<QueryStep>& steps, std::uint32_t index) {
  const QueryStep& step = steps[index];
  if (step.alternative == kNoStep) return {};
  if (step.is_dead_end || !step.is_pass_through) return {{step.alternative, 0}, 1};
  return {{step.alternative, index + 1}, 2};
}

// Counts moves by going through the jumps in depth, each step once.
class MoveCounter {
 public:
  explicit MoveCounter(const std::vector<QueryStep>& steps)
      : steps_(steps), moves_(steps.size(), kUnknown) {}

  // Of the step, saturated: more than kMovesMax also for a circle.
  std::uint32_t count(std::uint32_t first) {
    if (moves_[first] != kUnknown) return moves_[first];
    open_.push_back(first);
    while (!open_.empty()) {
      const std::uint32_t index = open_.back();
      if (!open_next(index)) open_.pop_back();
    }
    return moves_[first];
  }

 private:
  static constexpr std::uint32_t kUnknown = UINT32_MAX;
  static constexpr std::uint32_t kOpen = UINT32_MAX - 1;
  static constexpr std::uint32_t kTooMany = kMovesMax + 1;

  // Whether another step has to be counted before this one.
  bool open_next(std::uint32_t index) {
    if (moves_[index] < kOpen) return false;
    moves_[index] = kOpen;
    const Moves moves = moves_from(steps_, index);
    std::uint64_t sum = 1;
    for (unsigned i = 0; i < moves.count; ++i) {
      const std::uint32_t target = moves.targets[i];
      if (moves_[target] == kUnknown) {
        open_.push_back(target);
        return true;
      }
      // What is still open leads here.
      sum += moves_[target] == kOpen ? kTooMany : moves_[target];
    }
    moves_[index] = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, kTooMany));
    return false;
  }

  const std::vector<QueryStep>& steps_;
  std::vector<std::uint32_t> moves_;
  std::vector<std::uint32_t> open_;
};

Error broken(const std::string& what, std::size_t index, const std::string& reason) {
  return {ErrorCode::Corrupt, what + ' ' + std::to_string(index) + ' ' + reason};
}

// Half-open, the pattern's end included.
struct StepRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t first_root = SIZE_MAX;
};

bool is_root(const QueryStep& step) {
  return !step.is_dead_end && !step.is_pass_through && step.depth == 0;
}

class ProgramCheck {
 public:
  ProgramCheck(const ProgramParts& parts, const ProgramLimits& limits)
      : parts_(parts), limits_(limits) {}

  Status run() {
    COPSE_TRY_STATUS(find_patterns());
    COPSE_TRY_STATUS(check_lists());
    for (const StepRange& pattern : patterns_) {
      for (std::size_t i = pattern.begin; i < pattern.end; ++i) {
        COPSE_TRY_STATUS(check_step(i, pattern));
      }
    }
    if (const auto crowded = first_crowded_step(parts_.steps)) {
      return broken("step", *crowded, "leads to too many others");
    }
    return check_entries();
  }

 private:
  Status find_patterns() {
    StepRange pattern;
    for (std::size_t i = 0; i < parts_.steps.size(); ++i) {
      if (is_root(parts_.steps[i])) pattern.first_root = std::min(pattern.first_root, i);
      if (parts_.steps[i].depth != kPatternDone) continue;
      pattern.end = i + 1;
      patterns_.push_back(pattern);
      pattern = {.begin = pattern.end};
    }
    if (parts_.steps.size() > kNoStep) {
      return broken("step", kNoStep, "is more than a program can have");
    }
    if (pattern.begin != parts_.steps.size() || patterns_.size() != limits_.patterns) {
      return broken("pattern", patterns_.size(), "has no end, or no place in the list of patterns");
    }
    return success();
  }

  Status check_lists() const {
    const std::vector<std::uint16_t>& fields = parts_.negated_fields;
    if (fields.empty() || fields.size() > UINT16_MAX || fields.back() != 0) {
      return broken("list", 0, "of absent fields has no end");
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!is_field(fields[i])) return broken("absent field", i, "is none of the grammar");
    }
    const std::vector<std::uint16_t>& repeats = parts_.rootless_repeats;
    for (std::size_t i = 0; i < repeats.size(); ++i) {
      const bool is_known = limits_.grammar.symbol_known(repeats[i]);
      if (!is_known || (i > 0 && repeats[i] <= repeats[i - 1])) {
        return broken("repetition", i, "is none of the grammar, or out of order");
      }
    }
    return success();
  }

  bool is_field(std::uint16_t field) const { return field <= limits_.grammar.tables().field_count; }

  Status check_step(std::size_t index, const StepRange& pattern) const {
    const QueryStep& step = parts_.steps[index];
    if (!limits_.grammar.symbol_known(step.symbol) ||
        !limits_.grammar.symbol_known(step.supertype_symbol)) {
      return broken("step", index, "wants a symbol that the grammar does not have");
    }
    if (!is_field(step.field)) {
      return broken("step", index, "wants a field that the grammar does not have");
    }
    for (const std::uint16_t capture : step.captures) {
      if (capture != kNoStep && capture >= limits_.captures) {
        return broken("step", index, "captures under a name that is not there");
      }
    }
    if (step.negated_field_list >= parts_.negated_fields.size()) {
      return broken("step", index, "has a list of absent fields that is not there");
    }
    const bool is_end = step.depth == kPatternDone;
    if (is_end && (step.is_dead_end || step.is_pass_through || step.alternative != kNoStep)) {
      return broken("step", index, "ends its pattern and goes on");
    }
    const bool is_jump = step.alternative != kNoStep;
    if (step.is_dead_end && !is_jump) return broken("step", index, "leads nowhere");
    if (is_jump && (step.alternative < pattern.begin || step.alternative >= pattern.end)) {
      return broken("step", index, "jumps out of its pattern");
    }
    return success();
  }

  Status check_entries() const {
    const std::vector<QueryEntry>& entries = parts_.entries;
    if (entries.size() > parts_.steps.size()) {
      return broken("entry", parts_.steps.size(), "is more than there are steps");
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const QueryEntry& entry = entries[i];
      if (entry.pattern >= patterns_.size() || entry.step < patterns_[entry.pattern].begin ||
          entry.step >= patterns_[entry.pattern].end) {
        return broken("entry", i, "is no step of its pattern");
      }
      if (i > 0 && order_of(entry) < order_of(entries[i - 1])) {
        return broken("entry", i, "is out of order");
      }
      // Matcher::take_parent() looks for it.
      const bool needs_parent = parts_.steps[entry.step].depth == 1;
      if (needs_parent && patterns_[entry.pattern].first_root >= entry.step) {
        return broken("entry", i, "has no step above");
      }
    }
    return success();
  }

  // By symbol, wildcards and then ERROR first; then by pattern.
  std::uint64_t order_of(const QueryEntry& entry) const {
    const std::uint16_t symbol = parts_.steps[entry.step].symbol;
    const std::uint32_t slot = (std::uint32_t{symbol} + 2) & 0xFFFF;
    const std::uint64_t place = symbol == kWildcardSymbol ? 0 : std::uint64_t{slot} + 1;
    return place << 16 | entry.pattern;
  }

  const ProgramParts& parts_;
  const ProgramLimits& limits_;
  std::vector<StepRange> patterns_;
};

}  // namespace

std::optional<std::uint32_t> first_crowded_step(const std::vector<QueryStep>& steps) {
  MoveCounter counter(steps);
  for (std::uint32_t i = 0; i < steps.size(); ++i) {
    if (counter.count(i) > kMovesMax) return i;
  }
  return std::nullopt;
}

Status check_program(const ProgramParts& parts, const ProgramLimits& limits) {
  return ProgramCheck(parts, limits).run();
}

}  // namespace copse
