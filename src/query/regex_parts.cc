// What every text that an unanchored regular expression matches has somewhere inside.
#include <algorithm>

#include "query/query_derivation.h"

namespace copse {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kPatternBytesMax = 1024;
constexpr std::size_t kPartBytesMin = 2;
constexpr std::size_t kGroupDepthMax = 64;

// What is known of a part of the expression: all texts that it matches, or some of which one occurs
// in each of them.
struct Piece {
  bool exact = false;
  Texts texts;  // inexact: none when nothing is known
};

bool is_better(const Texts& left, const Texts& right) {
  const auto shortest = [](const Texts& texts) {
    std::size_t bytes = texts.empty() ? 0 : SIZE_MAX;
    for (const std::string& text : texts)
      bytes = std::min(bytes, text.size());
    return bytes;
  };
  const std::size_t one = shortest(left);
  const std::size_t other = shortest(right);
  return one != other ? one > other : left.size() < right.size();
}

// A text that holds another one of them says no more than that.
Texts without_longer(Texts texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  Texts kept;
  for (const std::string& text : texts) {
    const bool longer = std::any_of(texts.begin(), texts.end(), [&](const std::string& other) {
      return other.size() < text.size() && text.find(other) != std::string::npos;
    });
    if (!longer) kept.push_back(text);
  }
  return kept;
}

// One alternative as it is read: what stands directly before the cursor is one of `run`.
class Sequence {
 public:
  void append(Piece piece) {
    before_ = run_;
    best_before_ = best_;
    exact_before_ = exact_;
    has_atom_ = true;
    atom_exact_ = piece.exact;
    if (!piece.exact) {
      break_run();
      consider(piece.texts);
    } else if (run_.size() * piece.texts.size() <= kListedTextsMax) {
      cross(piece.texts);
    } else {
      break_run();
      run_ = std::move(piece.texts);
    }
  }
  // Between characters: nothing is there that could be repeated.
  void append_nothing() { has_atom_ = false; }

  // A '?' behind the atom; false where none can stand.
  bool make_optional() {
    if (!has_atom_) return false;
    if (atom_exact_ && exact_ == exact_before_ && run_.size() + before_.size() <= kListedTextsMax) {
      run_.insert(run_.end(), before_.begin(), before_.end());
      has_atom_ = false;
      return true;
    }
    return repeat(false);
  }
  // A '*', '+' or a count behind the atom.
  bool repeat(bool at_least_once) {
    if (!has_atom_) return false;
    if (!at_least_once) {
      run_ = before_;
      best_ = best_before_;
    }
    break_run();
    has_atom_ = false;
    return true;
  }

  Piece end() {
    if (exact_) return {true, std::move(run_)};
    consider(run_);
    return {false, std::move(best_)};
  }

 private:
  void cross(const Texts& texts) {
    Texts made;
    for (const std::string& begin : run_) {
      for (const std::string& end : texts)
        made.push_back(begin + end);
    }
    run_ = std::move(made);
  }
  void break_run() {
    consider(run_);
    run_ = {""};
    exact_ = false;
  }
  void consider(const Texts& texts) {
    Texts parts = without_longer(texts);
    const bool usable = !parts.empty() && parts.size() <= kRequiredPartsMax &&
                        std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
                          return part.size() >= kPartBytesMin;
                        });
    if (usable && is_better(parts, best_)) best_ = std::move(parts);
  }

  Texts run_{""};
  Texts best_;
  bool exact_ = true;
  // As it was before the last atom.
  Texts before_{""};
  Texts best_before_;
  bool exact_before_ = true;
  bool has_atom_ = false;
  bool atom_exact_ = false;
};

// A group: alternatives that are complete, and the one being read.
struct Group {
  std::vector<Piece> complete;
  Sequence current;

  Piece close() {
    complete.push_back(current.end());
    Piece whole{true, {}};
    for (const Piece& piece : complete)
      whole.exact = whole.exact && piece.exact;
    for (Piece& piece : complete) {
      if (piece.texts.empty()) return {false, {}};
      std::move(piece.texts.begin(), piece.texts.end(), std::back_inserter(whole.texts));
    }
    if (whole.texts.size() > kListedTextsMax) return {false, {}};
    return whole;
  }
};

class PartsOfRegex {
 public:
  explicit PartsOfRegex(std::string_view pattern) : rest_(pattern) {}

  Texts run() {
    groups_.emplace_back();
    while (!rest_.empty()) {
      if (!take()) return {};
    }
    if (groups_.size() != 1) return {};
    // As if something stood behind it: the best part then also counts what the end is.
    Sequence whole;
    whole.append(groups_.back().close());
    whole.append({false, {}});
    return whole.end().texts;
  }

 private:
  Sequence& here() { return groups_.back().current; }

  bool take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case '(':
        if (rest_.starts_with("?:")) rest_.remove_prefix(2);
        if (rest_.starts_with("?") || groups_.size() == kGroupDepthMax) return false;
        groups_.emplace_back();
        return true;
      case ')': {
        if (groups_.size() == 1) return false;
        Piece piece = groups_.back().close();
        groups_.pop_back();
        here().append(std::move(piece));
        return true;
      }
      case '|':
        groups_.back().complete.push_back(here().end());
        groups_.back().current = {};
        return true;
      case '?':
        return here().make_optional() && take_laziness();
      case '*':
      case '+':
        return here().repeat(c == '+') && take_laziness();
      case '{':
        return take_count();
      case '[':
        return take_class();
      case '\\':
        return take_escaped();
      case '.':
        here().append({false, {}});
        return true;
      case '^':
      case '$':
        here().append_nothing();
        return true;
      default:
        return take_byte(c);
    }
  }

  bool take_byte(char c) {
    // What follows may be meant for a whole character.
    if (static_cast<unsigned char>(c) >= 0x80) return false;
    here().append({true, {std::string(1, c)}});
    return true;
  }

  bool take_laziness() {
    if (rest_.starts_with("?")) rest_.remove_prefix(1);
    return true;
  }

  bool take_count() {
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos ||
        rest_.substr(0, end).find_first_not_of("0123456789,") != std::string_view::npos) {
      return false;
    }
    const bool at_least_once = rest_.front() >= '1' && rest_.front() <= '9';
    rest_.remove_prefix(end + 1);
    return here().repeat(at_least_once) && take_laziness();
  }

  // Plain members are listed; ranges, negations and escapes are only passed over.
  bool take_class() {
    Texts texts;
    bool listed = !rest_.starts_with("^");
    if (!listed) rest_.remove_prefix(1);
    for (bool first = true; !rest_.empty() && (first || rest_.front() != ']'); first = false) {
      const char c = rest_.front();
      // Sets within sets, and a bracket that stands for itself, are left to others.
      if (c == '[' || c == '&' || c == '~' || c == ']') return false;
      rest_.remove_prefix(1);
      if (c == '\\') {
        if (rest_.empty() || rest_.front() == 'p' || rest_.front() == 'P') return false;
        rest_.remove_prefix(1);
      }
      listed = listed && c != '\\' && c != '-' && static_cast<unsigned char>(c) < 0x80;
      texts.emplace_back(1, c);
    }
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    here().append(listed ? Piece{true, std::move(texts)} : Piece{false, {}});
    return true;
  }

  bool take_escaped() {
    constexpr std::string_view kPunctuation = R"(\.+*?()|[]{}^$-/"'#&<>=!,;:@%~ )";
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (kPunctuation.find(c) != std::string_view::npos) return take_byte(c);
    switch (c) {
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 's':
      case 'S':
        here().append({false, {}});
        return true;
      case 'b':
      case 'B':
        here().append_nothing();
        // \b{start} and its relatives.
        return !rest_.starts_with("{");
      default:
        return false;
    }
  }

  std::string_view rest_;
  std::vector<Group> groups_;
};

}  // namespace

std::vector<std::string> required_parts_of_regex(std::string_view pattern) {
  if (pattern.size() > kPatternBytesMax) return {};
  return PartsOfRegex(pattern).run();
}

}  // namespace copse
