#include "query/query_text.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace copse {
namespace {

// Follows tree-sitter's grammar of queries as far as brackets, field names and quantifiers go.
//
// The compiler makes steps of a pattern and links the first one to its alternatives. Three kinds of
// pattern are trouble.
//   Open: that chain of links leads to whatever stands behind the pattern. So with "?" or "*", with
//   a
// group of open ones, with an alternation whose last branch is open or that has a branch without
// steps. A "+" adds a step behind its pattern that leads back to the first one; behind an open
// pattern the links are then a circle, and compiler or matcher go round in it for ever.
//   Passable: at the root, the compiler goes on from a wildcard to its first child, and over it to
// whatever stands behind, if all children are open. A "*" or "+" then closes a circle as well.
//   Empty: a group of nothing but predicates has no steps, and what is said about its first one is
// written to the memory behind.
class Scanner {
 public:
  Scanner(std::string_view text, const IsSupertype& is_supertype)
      : text_(text), is_supertype_(is_supertype) {}

  std::optional<UnusableQuery> run() {
    while (position_ < text_.size() && !problem_) {
      step(text_[position_]);
      if (nesting_ > kQueryNestingMax) {
        refuse(UnusableQuery::Reason::TooLarge,
               "the query nests deeper than " + std::to_string(kQueryNestingMax) + " levels");
      } else if (steps_ > kQueryStepsMax) {
        refuse(UnusableQuery::Reason::TooLarge,
               "the query has more than " + std::to_string(kQueryStepsMax) + " nodes");
      }
    }
    return std::move(problem_);
  }

 private:
  enum class Bracket : std::uint8_t { Node, Group, Alternation, Predicate };
  enum class Kind : std::uint8_t { None, Closed, Open, Empty, Predicate };

  struct Element {
    Kind kind = Kind::None;
    bool is_passable = false;
    bool starts_wild = false;  // its first step is a wildcard: "_" or a supertype

    bool has_steps() const { return kind == Kind::Closed || kind == Kind::Open; }
  };

  // A bracket that is not closed yet. A quantifier may still change its last element.
  struct Frame {
    Bracket bracket = Bracket::Node;
    bool is_wild = false;        // a node, and a wildcard
    bool first_is_near = false;  // an anchor stands before the first element
    Element last;
    // Of the elements before the last:
    std::uint32_t count = 0;
    bool any_has_steps = false;
    bool any_is_empty = false;
    bool any_is_passable = false;
    bool all_are_open = true;
    bool all_let_pass = true;
    bool starts_wild = false;
    // What its end gives back:
    std::uint32_t fields = 0;
  };

  void refuse(UnusableQuery::Reason reason, std::string message) {
    problem_ = UnusableQuery{reason, static_cast<std::uint32_t>(position_), std::move(message)};
  }

  char at(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

  static bool starts_name(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '-' || byte >= 0x80;
  }

  void step(char c) {
    if (c == ';') {
      position_ = std::min(text_.find('\n', position_), text_.size());
    } else if (c == '"') {
      skip_string();
      element({Kind::Closed, false, false});
    } else if (c == '(' || c == '[') {
      open(c);
    } else if (c == ')' || c == ']') {
      close();
    } else if (c == ':') {
      ++fields_;
      ++nesting_;
      ++position_;
    } else if (c == '?' || c == '*' || c == '+') {
      quantifier(c);
    } else if (c == '@' || c == '!' || c == '#') {
      if (c == '@' && frames_.back().last.kind == Kind::Empty) refuse_empty();
      ++position_;
      skip_name();
    } else if (c == '.') {
      Frame& frame = frames_.back();
      if (!frame.any_has_steps && !frame.last.has_steps()) frame.first_is_near = true;
      ++position_;
    } else if (c == '_') {
      ++position_;
      element({Kind::Closed, false, true});
    } else if (starts_name(c)) {
      skip_name();
    } else {
      ++position_;
    }
  }

  void skip_name() {
    const auto continues = [](char c) {
      return starts_name(c) || c == '.' || c == '?' || c == '!';
    };
    while (position_ < text_.size() && continues(text_[position_])) {
      ++position_;
    }
  }

  void skip_string() {
    for (++position_; position_ < text_.size() && text_[position_] != '"'; ++position_) {
      if (text_[position_] == '\n') return;
      if (text_[position_] == '\\') ++position_;
    }
    ++position_;
  }

  void skip_space() {
    while (position_ < text_.size()) {
      if (text_[position_] == ';') {
        position_ = std::min(text_.find('\n', position_), text_.size());
      } else if (std::isspace(static_cast<unsigned char>(text_[position_])) != 0) {
        ++position_;
      } else {
        return;
      }
    }
  }

  static void commit_last(Frame& frame) {
    const Element& last = frame.last;
    if (last.kind == Kind::None) return;
    ++frame.count;
    if (!last.has_steps()) {
      frame.any_is_empty = true;
      return;
    }
    const bool is_open = last.kind == Kind::Open;
    if (!frame.any_has_steps) frame.starts_wild = last.starts_wild;
    frame.any_has_steps = true;
    frame.any_is_passable = frame.any_is_passable || last.is_passable;
    frame.all_are_open = frame.all_are_open && is_open;
    frame.all_let_pass = frame.all_let_pass && (is_open || last.is_passable);
  }

  // A pattern ends here; the fields before it were its own.
  void element(Element made) {
    if (fields_ > 0 && !made.has_steps()) refuse_empty();
    if (fields_ > 0) made.is_passable = false;
    ++steps_;
    nesting_ -= fields_;
    fields_ = 0;
    Frame& frame = frames_.back();
    commit_last(frame);
    frame.last = made;
  }

  void refuse_empty() {
    refuse(UnusableQuery::Reason::Empty,
           "a field, a quantifier or a capture needs a node, not predicates alone");
  }

  void quantifier(char c) {
    Element& last = frames_.back().last;
    ++steps_;
    if (last.kind == Kind::Empty) {
      refuse_empty();
    } else if (c != '?' && last.is_passable) {
      refuse_endless("a repetition of a wildcard whose children may all be missing never ends");
    } else if (c == '+' && last.kind == Kind::Open) {
      refuse_endless("a + around what may match nothing never ends; a * says what is meant");
    } else if (c != '+' && last.kind == Kind::Closed) {
      last.kind = Kind::Open;
    }
    ++position_;
  }

  void refuse_endless(std::string message) {
    refuse(UnusableQuery::Reason::Endless, std::move(message));
  }

  void open(char c) {
    Frame frame;
    frame.fields = fields_;
    fields_ = 0;
    ++nesting_;
    ++position_;
    skip_space();
    const char next = at(position_);
    if (c == '[') {
      frame.bracket = Bracket::Alternation;
    } else if (next == '(' || next == '"' || next == '[') {
      frame.bracket = Bracket::Group;
    } else if (next == '#' || next == '.') {
      frame.bracket = Bracket::Predicate;
    } else {
      frame.is_wild = scan_node_name();
    }
    if (frame.bracket == Bracket::Node) ++open_nodes_;
    frames_.push_back(frame);
  }

  // Whether the name is a wildcard's. Its underscore is no element of its own.
  bool scan_node_name() {
    const std::size_t begin = position_;
    skip_name();
    const std::string_view name = text_.substr(begin, position_ - begin);
    if (name != "_" && !is_supertype_(name)) return false;
    skip_space();
    return at(position_) != '/';
  }

  // What a bracket is to the one around it.
  Element element_of(Frame frame) const {
    const Element last = frame.last;
    const std::uint32_t before_last = frame.count;
    const bool any_before_is_empty = frame.any_is_empty;
    commit_last(frame);
    Element made{Kind::Closed, false, frame.starts_wild};
    switch (frame.bracket) {
      case Bracket::Predicate:
        made.kind = Kind::Predicate;
        break;
      case Bracket::Node:
        made.is_passable = frame.is_wild && open_nodes_ == 0 && frame.any_has_steps &&
                           frame.all_are_open && !frame.starts_wild && !frame.first_is_near;
        made.starts_wild = frame.is_wild;
        break;
      case Bracket::Group:
        if (frame.all_are_open) made.kind = Kind::Open;
        if (!frame.any_has_steps) made.kind = Kind::Empty;
        made.is_passable = frame.any_is_passable && frame.all_let_pass;
        break;
      case Bracket::Alternation:
        made.kind = last.has_steps() ? last.kind : Kind::Empty;
        if (last.kind == Kind::None)
          made.kind = Kind::Closed;  // no syntax: for the compiler to say
        if (before_last > 0 && (any_before_is_empty || !last.has_steps())) made.kind = Kind::Open;
        made.is_passable = frame.any_is_passable;
        break;
    }
    return made;
  }

  void close() {
    ++position_;
    if (frames_.size() == 1) return;
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (frame.bracket == Bracket::Node) --open_nodes_;
    nesting_ -= fields_ + 1;
    fields_ = frame.fields;
    element(element_of(frame));
  }

  std::string_view text_;
  const IsSupertype& is_supertype_;
  std::size_t position_ = 0;
  std::uint32_t nesting_ = 0;
  std::uint32_t steps_ = 0;
  std::uint32_t fields_ = 0;  // field names directly before this place
  std::uint32_t open_nodes_ = 0;
  std::vector<Frame> frames_{1};
  std::optional<UnusableQuery> problem_;
};

}  // namespace

std::optional<UnusableQuery> check_query_text(std::string_view text,
                                              const IsSupertype& is_supertype) {
  if (text.size() > kQueryBytesMax) {
    return UnusableQuery{UnusableQuery::Reason::TooLarge, 0,
                         "the query has " + std::to_string(text.size()) + " bytes, more than " +
                             std::to_string(kQueryBytesMax)};
  }
  return Scanner(text, is_supertype).run();
}

std::optional<UnusableQuery> check_query_text(std::string_view text, const Grammar& grammar) {
  return check_query_text(text, [&](std::string_view name) {
    return grammar.is_supertype(ts_language_symbol_for_name(
        grammar.language(), name.data(), static_cast<std::uint32_t>(name.size()), true));
  });
}

}  // namespace copse
