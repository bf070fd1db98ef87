#include "query/suppression.h"

#include <utility>
#include <vector>

#include "query/flat_walk.h"

namespace copse {
namespace {

constexpr std::string_view kIgnore = "ast-grep-ignore";

bool is_space(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

// The rules that a comment names; no value where it names none.
std::optional<std::set<std::string>> rules_of(std::string_view comment) {
  std::string_view after = comment.substr(comment.find(kIgnore) + kIgnore.size());
  const std::size_t colon = after.find(':');
  if (trim(after).empty() || colon == std::string_view::npos) return std::nullopt;
  after = after.substr(colon + 1);
  std::set<std::string> rules;
  for (;;) {
    const std::size_t comma = after.find(',');
    // What follows the id, the end of a comment say, is no part of it.
    const std::string_view word = trim(after.substr(0, comma));
    std::size_t size = 0;
    while (size < word.size() && !is_space(word[size]))
      ++size;
    if (size > 0) rules.emplace(word.substr(0, size));
    if (comma == std::string_view::npos) return rules;
    after = after.substr(comma + 1);
  }
}

std::vector<std::uint16_t> comment_kinds(const Grammar& grammar) {
  std::vector<std::uint16_t> kinds;
  for (std::uint32_t symbol = 0; symbol < grammar.symbol_count(); ++symbol) {
    const auto id = static_cast<std::uint16_t>(symbol);
    const char* name = grammar.symbol_name(id);
    if (name == nullptr || std::string_view(name).find("comment") == std::string_view::npos) {
      continue;
    }
    kinds.push_back(grammar.public_symbol(id));
  }
  return kinds;
}

}  // namespace

Suppressions Suppressions::of(const Tree& tree) {
  Suppressions made;
  if (tree.source().find(kIgnore) == std::string_view::npos) return made;
  const FlatView view(*tree.data());
  const KindSet comments(view.grammar(), comment_kinds(view.grammar()));
  KindScan scan(view, NodeRef{}, comments, true);
  for (NodeRef found{}; scan.next(found);) {
    const Node node = view.public_node(found);
    if (node.text().find(kIgnore) == std::string_view::npos) continue;
    const std::uint32_t row = node.start_point().row;
    // Behind code, a comment is about the code: about the line where that begins.
    const Node before = node.prev_sibling();
    const bool behind_code = !before.is_null() && before.end_point().row == row;
    const Node after = node.next_sibling();
    Rules rules = rules_of(node.text());
    if (row == 0 && !behind_code && (after.is_null() || after.start_point().row >= 2)) {
      made.file_ = std::move(rules);
      if (!*made.file_) return made;
      continue;
    }
    made.lines_[behind_code ? before.start_point().row : row + 1] = std::move(rules);
  }
  return made;
}

bool Suppressions::covers(const std::string& rule, std::uint32_t row) const {
  const auto covers = [&rule](const Rules& rules) { return !rules || rules->contains(rule); };
  if (file_ && covers(*file_)) return true;
  const auto line = lines_.find(row);
  return line != lines_.end() && covers(line->second);
}

}  // namespace copse
