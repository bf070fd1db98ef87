// A glob as a small automaton that is followed along the path, all its states at once.
#include "workspace/path_glob.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace copse {
namespace {

constexpr std::uint32_t kInvalidByte = 0x110000;  // plus the byte: no character of Unicode

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Takes one character of UTF-8 off the front, or one byte where there is none.
// REQUIRES: !text.empty().
std::uint32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                                         : 4;
  bool valid = size > 0 && lead < 0xF5 && size <= text.size();
  std::uint32_t character = size <= 1 ? lead : lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; valid && i < size; ++i) {
    valid = is_continuation(text[i]);
    character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  valid = valid && character >= smallest[size] && character < kInvalidByte &&
          (character < 0xD800 || character > 0xDFFF);
  text.remove_prefix(valid ? size : 1);
  return valid ? character : kInvalidByte + lead;
}

// States of the automaton at one place of the path, each at most once.
class StateSet {
 public:
  explicit StateSet(std::size_t size) : seen_(size, false) {}

  const std::vector<std::uint32_t>& states() const { return states_; }

  bool add(std::uint32_t state) {
    if (seen_[state]) return false;
    seen_[state] = true;
    states_.push_back(state);
    return true;
  }

  void clear() {
    for (const std::uint32_t state : states_) {
      seen_[state] = false;
    }
    states_.clear();
  }

 private:
  std::vector<std::uint32_t> states_;
  std::vector<bool> seen_;
};

}  // namespace

// Translates a pattern from left to right. Positions are bytes of the whole pattern.
class GlobCompiler {
 public:
  explicit GlobCompiler(std::string_view pattern) : pattern_(pattern) {}

  Result<PathGlob> compile() {
    if (pattern_.size() > PathGlob::kPatternBytesMax) {
      return error(PathGlob::kPatternBytesMax, "the pattern is too long");
    }
    const bool anchored = pattern_.starts_with("/") || pattern_.starts_with("./");
    if (anchored) at_ = pattern_.find('/') + 1;
    const std::string_view body = pattern_.substr(at_);
    if (body.empty()) return error(at_, "the pattern is empty");
    const bool below = body.ends_with('/');
    const bool has_slash = body.substr(0, body.size() - 1).find('/') != std::string_view::npos;
    glob_.name_only_ = !anchored && !has_slash && !below;
    if (!anchored && !has_slash && below) any_directories();
    while (at_ < pattern_.size()) {
      COPSE_TRY_STATUS(item());
    }
    if (!groups_.empty()) return error(groups_.back().position, "this { is not closed");
    if (below) anything_but_nothing();
    emit(Operation::Match);
    return std::move(glob_);
  }

 private:
  using Operation = PathGlob::Operation;

  // A {...} that is still open.
  struct Group {
    std::size_t position = 0;
    std::uint32_t split = 0;           // of the alternative that is being read
    std::vector<std::uint32_t> jumps;  // from the ends of alternatives to the end of the group
  };

  static Error error(std::size_t position, const std::string& what) {
    return {ErrorCode::InvalidArgument,
            "glob pattern at byte " + std::to_string(position) + ": " + what};
  }

  std::uint32_t here() const { return static_cast<std::uint32_t>(glob_.program_.size()); }

  std::uint32_t emit(Operation operation, std::uint32_t first = 0, std::uint32_t second = 0) {
    glob_.program_.push_back({operation, first, second});
    return here() - 1;
  }

  // Any number of what `operation` takes.
  void repeat(Operation operation) {
    const std::uint32_t start = here();
    emit(Operation::Split, start + 1, start + 3);
    emit(operation);
    emit(Operation::Jump, start);
  }

  // "(.*/)?"
  void any_directories() {
    const std::uint32_t start = here();
    emit(Operation::Split, start + 1, start + 5);
    repeat(Operation::Any);
    emit(Operation::Character, '/');
  }

  void anything_but_nothing() {
    emit(Operation::Any);
    repeat(Operation::Any);
  }

  bool sees(std::string_view expected) const { return pattern_.substr(at_).starts_with(expected); }

  Status item() {
    const char c = pattern_[at_];
    if (c == '*') return stars();
    if (c == '[') return character_class();
    if (c == '{') return open_group();
    if (c == '}') return close_group();
    if (c == ',' && !groups_.empty()) {
      next_alternative();
      return success();
    }
    if (c == '?') {
      ++at_;
      emit(Operation::AnyButSlash);
      return success();
    }
    COPSE_TRY(const std::uint32_t character, literal());
    emit(Operation::Character, character);
    return success();
  }

  // A character that stands for itself, or the one behind a backslash.
  Result<std::uint32_t> literal() {
    if (pattern_[at_] == '\\' && ++at_ == pattern_.size()) {
      return error(at_ - 1, "nothing follows the backslash");
    }
    std::string_view rest = pattern_.substr(at_);
    const std::uint32_t character = take_character(rest);
    at_ = pattern_.size() - rest.size();
    return character;
  }

  Status stars() {
    const std::size_t begin = at_;
    while (sees("*")) {
      ++at_;
    }
    if (at_ - begin == 1) {
      repeat(Operation::AnyButSlash);
      return success();
    }
    constexpr std::string_view before = "/{,";
    const bool starts_name =
        begin == 0 || before.find(pattern_[begin - 1]) != std::string_view::npos;
    if (starts_name && sees("/")) {
      ++at_;
      any_directories();
    } else if (begin > 0 && pattern_[begin - 1] == '/' && at_ == pattern_.size()) {
      anything_but_nothing();
    } else {
      repeat(Operation::Any);
    }
    return success();
  }

  Status open_group() {
    if (groups_.size() == PathGlob::kNestingMax) return error(at_, "{} are nested too deep");
    groups_.push_back({at_++, emit(Operation::Split, here() + 1), {}});
    return success();
  }

  void next_alternative() {
    ++at_;
    Group& group = groups_.back();
    group.jumps.push_back(emit(Operation::Jump));
    glob_.program_[group.split].second = here();
    group.split = emit(Operation::Split, here() + 1);
  }

  Status close_group() {
    if (groups_.empty()) return error(at_, "this } closes nothing");
    ++at_;
    const Group& group = groups_.back();
    // The last alternative has no other one to turn to.
    glob_.program_[group.split] = {Operation::Jump, group.split + 1, 0};
    for (const std::uint32_t jump : group.jumps) {
      glob_.program_[jump].first = here();
    }
    groups_.pop_back();
    return success();
  }

  Status character_class() {
    const std::size_t begin = at_++;
    PathGlob::CharacterClass members;
    members.negated = sees("!") || sees("^");
    if (members.negated) ++at_;
    // A ] that comes first is a member.
    for (bool first = true; first || !sees("]"); first = false) {
      if (at_ >= pattern_.size()) return error(begin, "this [ is not closed");
      COPSE_TRY_STATUS(class_member(members.ranges));
    }
    ++at_;
    emit(Operation::Class, static_cast<std::uint32_t>(glob_.classes_.size()));
    glob_.classes_.push_back(std::move(members));
    return success();
  }

  // "a", "a-z" or "[:alpha:]".
  Status class_member(std::vector<PathGlob::Range>& ranges) {
    if (sees("[:")) return named_class(ranges);
    const std::size_t position = at_;
    PathGlob::Range range;
    COPSE_TRY(range.first, literal());
    range.last = range.first;
    if (sees("-") && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']') {
      ++at_;
      COPSE_TRY(range.last, literal());
    }
    if (range.last < range.first) return error(position, "the range is the wrong way round");
    ranges.push_back(range);
    return success();
  }

  // [:alpha:] and its like, in ASCII as git has them.
  Status named_class(std::vector<PathGlob::Range>& ranges) {
    struct Named {
      std::string_view name;
      std::vector<PathGlob::Range> ranges;
    };
    const std::array<Named, 12> names = {
        {{"[:alpha:]", {{'a', 'z'}, {'A', 'Z'}}},
         {"[:digit:]", {{'0', '9'}}},
         {"[:alnum:]", {{'a', 'z'}, {'A', 'Z'}, {'0', '9'}}},
         {"[:lower:]", {{'a', 'z'}}},
         {"[:upper:]", {{'A', 'Z'}}},
         {"[:blank:]", {{'\t', '\t'}, {' ', ' '}}},
         {"[:space:]", {{'\t', '\r'}, {' ', ' '}}},
         {"[:cntrl:]", {{0x00, 0x1F}, {0x7F, 0x7F}}},
         {"[:graph:]", {{'!', '~'}}},
         {"[:print:]", {{' ', '~'}}},
         {"[:punct:]", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
         {"[:xdigit:]", {{'0', '9'}, {'a', 'f'}, {'A', 'F'}}}}};
    for (const Named& named : names) {
      if (!sees(named.name)) continue;
      ranges.insert(ranges.end(), named.ranges.begin(), named.ranges.end());
      at_ += named.name.size();
      return success();
    }
    return error(at_, "no such class of characters");
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::vector<Group> groups_;
  PathGlob glob_;
};

Result<PathGlob> PathGlob::compile(std::string_view pattern) {
  return GlobCompiler(pattern).compile();
}

bool PathGlob::consumes(const Instruction& instruction, std::uint32_t character) const {
  switch (instruction.operation) {
    case Operation::Character:
      return instruction.first == character;
    case Operation::AnyButSlash:
      return character != '/';
    case Operation::Any:
      return true;
    case Operation::Class: {
      const CharacterClass& members = classes_[instruction.first];
      const bool member = std::any_of(
          members.ranges.begin(), members.ranges.end(),
          [&](const Range& range) { return character >= range.first && character <= range.last; });
      return character != '/' && member != members.negated;
    }
    default:
      return false;
  }
}

bool PathGlob::matches(std::string_view path) const {
  if (name_only_) path.remove_prefix(path.rfind('/') + 1);
  StateSet current(program_.size());
  StateSet next(program_.size());
  // Adds a state and, as the list grows, all that it reaches without a character.
  const auto close = [&](StateSet& set) {
    for (std::size_t i = 0; i < set.states().size(); ++i) {
      const Instruction& instruction = program_[set.states()[i]];
      if (instruction.operation == Operation::Split) set.add(instruction.second);
      if (instruction.operation == Operation::Split || instruction.operation == Operation::Jump) {
        set.add(instruction.first);
      }
    }
  };
  current.add(0);
  close(current);
  while (!path.empty() && !current.states().empty()) {
    const std::uint32_t character = take_character(path);
    for (const std::uint32_t state : current.states()) {
      if (consumes(program_[state], character)) next.add(state + 1);
    }
    close(next);
    std::swap(current, next);
    next.clear();
  }
  return std::any_of(current.states().begin(), current.states().end(), [&](std::uint32_t state) {
    return program_[state].operation == Operation::Match;
  });
}

}  // namespace copse
