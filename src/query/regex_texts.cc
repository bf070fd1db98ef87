// The texts that a simple anchored regular expression stands for.
#include <algorithm>

#include "query/query_derivation.h"

namespace copse {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kPatternBytesMax = 1024;

// What was read of one group: alternatives that are complete, and the one being read.
struct Group {
  Texts complete;
  Texts current{""};
  Texts before;  // what the atom before the cursor was appended to, for a ? behind it
  bool has_atom = false;
};

class TextsOfRegex {
 public:
  explicit TextsOfRegex(std::string_view pattern) : rest_(pattern) {}

  std::optional<Texts> run() {
    groups_.emplace_back();
    while (!rest_.empty()) {
      if (!take()) return std::nullopt;
    }
    if (groups_.size() != 1) return std::nullopt;
    Texts texts = close(groups_.back());
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    return texts;
  }

 private:
  bool take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case '(':
        if (rest_.starts_with("?:")) rest_.remove_prefix(2);
        if (rest_.starts_with("?")) return false;
        groups_.emplace_back();
        return true;
      case ')': {
        if (groups_.size() == 1) return false;
        const Texts texts = close(groups_.back());
        groups_.pop_back();
        return append(texts);
      }
      case '|':
        // ^a|b$ is a beginning or an end.
        if (groups_.size() == 1) return false;
        end_alternative(groups_.back());
        return true;
      case '?':
        return make_optional();
      case '[':
        return take_class();
      case '\\':
        return take_escaped();
      case '.':
      case '*':
      case '+':
      case '{':
      case '}':
      case ']':
      case '^':
      case '$':
        return false;
      default:
        // What follows may be meant for a whole character.
        return static_cast<unsigned char>(c) < 0x80 && append({std::string(1, c)});
    }
  }

  bool take_class() {
    Texts texts;
    while (!rest_.empty() && rest_.front() != ']') {
      const char c = rest_.front();
      const bool plain = std::string_view("-^[\\").find(c) == std::string_view::npos;
      if (!plain || static_cast<unsigned char>(c) >= 0x80) return false;
      texts.emplace_back(1, c);
      rest_.remove_prefix(1);
    }
    if (rest_.empty() || texts.empty()) return false;
    rest_.remove_prefix(1);
    return append(texts);
  }

  // Letters and digits behind a backslash have meanings of their own.
  bool take_escaped() {
    constexpr std::string_view kPunctuation = R"(\.+*?()|[]{}^$-/"'#&<>=!,;:@%~ )";
    if (rest_.empty() || kPunctuation.find(rest_.front()) == std::string_view::npos) return false;
    const std::string text(1, rest_.front());
    rest_.remove_prefix(1);
    return append({text});
  }

  bool make_optional() {
    Group& group = groups_.back();
    if (!group.has_atom || rest_.starts_with("?") || rest_.starts_with("+")) return false;
    group.current.insert(group.current.end(), group.before.begin(), group.before.end());
    group.has_atom = false;
    return group.current.size() <= kListedTextsMax;
  }

  bool append(const Texts& texts) {
    Group& group = groups_.back();
    if (group.current.size() * texts.size() > kListedTextsMax) return false;
    group.before = group.current;
    group.has_atom = true;
    Texts made;
    for (const std::string& begin : group.before) {
      for (const std::string& end : texts) {
        made.push_back(begin + end);
      }
    }
    group.current = std::move(made);
    return true;
  }

  static void end_alternative(Group& group) {
    group.complete.insert(group.complete.end(), group.current.begin(), group.current.end());
    group.current = {""};
    group.has_atom = false;
  }

  static Texts close(Group& group) {
    end_alternative(group);
    return std::move(group.complete);
  }

  std::string_view rest_;
  std::vector<Group> groups_;
};

}  // namespace

std::optional<std::vector<std::string>> texts_of_regex(std::string_view pattern) {
  if (pattern.size() > kPatternBytesMax || pattern.size() < 2 || pattern.front() != '^' ||
      pattern.back() != '$' || pattern.ends_with("\\$")) {
    return std::nullopt;
  }
  const std::string_view inner = pattern.substr(1, pattern.size() - 2);
  auto texts = TextsOfRegex(inner).run();
  if (texts && texts->size() > kListedTextsMax) return std::nullopt;
  return texts;
}

}  // namespace copse
