// Ignore files line by line; the usual patterns become plain comparisons.
#include "workspace/ignore_rules.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace copse {
namespace {

constexpr std::string_view kSpecial = "*?[\\";

bool has_special(std::string_view pattern) {
  return pattern.find_first_of(kSpecial) != std::string_view::npos;
}

// Without what git drops: the end of the line, text behind a NUL, and blanks that are not escaped.
std::string_view trim_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  line = line.substr(0, line.find('\0'));
  std::size_t kept = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool escape = line[i] == '\\';
    if (escape) ++i;
    if (escape || line[i] != ' ') kept = std::min(i + 1, line.size());
  }
  return line.substr(0, kept);
}

// The same pattern for PathGlob: braces are no alternatives here, and "**" is only more than '*'
// where it is a whole name.
std::string to_path_glob(std::string_view pattern) {
  std::string glob;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      glob += c;
      glob += pattern[++i];
    } else if (c == '{' || c == '}') {
      glob += '\\';
      glob += c;
    } else if (c == '*') {
      const std::size_t end = std::min(pattern.find_first_not_of('*', i), pattern.size());
      const bool whole_name =
          (i == 0 || pattern[i - 1] == '/') && (end == pattern.size() || pattern[end] == '/');
      glob += whole_name && end - i == 2 ? "**" : "*";
      i = end - 1;
    } else {
      glob += c;
    }
  }
  return glob;
}

}  // namespace

IgnoreRules IgnoreRules::parse(std::string_view text) {
  IgnoreRules rules;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with('#')) continue;
    auto rule = parse_line(trim_line(line));
    if (rule.has_value()) rules.rules_.push_back(std::move(*rule));
  }
  std::reverse(rules.rules_.begin(), rules.rules_.end());
  return rules;
}

std::optional<IgnoreRules::Rule> IgnoreRules::parse_line(std::string_view line) {
  Rule rule;
  rule.negated = line.starts_with('!');
  if (rule.negated) line.remove_prefix(1);
  rule.directory_only = line.ends_with('/');
  if (rule.directory_only) line.remove_suffix(1);
  rule.name_only = line.find('/') == std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  if (line.empty()) return std::nullopt;
  if (!has_special(line)) {
    rule.text = line;
    return rule;
  }
  if (rule.name_only && line.front() == '*' && !has_special(line.substr(1))) {
    rule.form = Form::EndsWith;
    rule.text = line.substr(1);
    return rule;
  }
  if (rule.name_only && line.back() == '*' && !has_special(line.substr(0, line.size() - 1))) {
    rule.form = Form::StartsWith;
    rule.text = line.substr(0, line.size() - 1);
    return rule;
  }
  // The slash: whatever the pattern begins with, it is taken from the directory of the file.
  auto glob = PathGlob::compile((rule.name_only ? "" : "/") + to_path_glob(line));
  if (!glob.ok()) return std::nullopt;
  rule.form = Form::Glob;
  rule.glob = std::move(glob).value();
  return rule;
}

bool IgnoreRules::matches(const Rule& rule, std::string_view path, std::string_view name) {
  const std::string_view subject = rule.name_only ? name : path;
  switch (rule.form) {
    case Form::Equal:
      return subject == rule.text;
    case Form::StartsWith:
      return subject.starts_with(rule.text);
    case Form::EndsWith:
      return subject.ends_with(rule.text);
    case Form::Glob:
      return rule.glob->matches(subject);
  }
  return false;
}

std::optional<bool> IgnoreRules::verdict(std::string_view path, bool is_directory) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const Rule& rule : rules_) {
    if (rule.directory_only && !is_directory) continue;
    if (matches(rule, path, name)) return !rule.negated;
  }
  return std::nullopt;
}

}  // namespace copse
