#include "query/metavariable.h"

#include <algorithm>
#include <array>
#include <utility>

namespace copse {
namespace {

constexpr std::string_view kLetter = "\xC2\xB5";           // U+00B5, a letter in most languages
constexpr std::string_view kLinearB = "\xF0\x90\x80\x80";  // U+10000, one in C and C++
constexpr std::size_t kListSigils = 3;

// As ast-grep spells them: a rule means the same only if its fragments parse alike.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kExpandos = {{
    {"c", kLinearB},
    {"cpp", kLinearB},
    {"c_sharp", kLetter},
    {"css", "_"},
    {"elixir", kLetter},
    {"go", kLetter},
    {"haskell", kLetter},
    {"hcl", kLetter},
    {"html", "z"},
    {"kotlin", kLetter},
    {"nix", "_"},
    {"php", kLetter},
    {"python", kLetter},
    {"ruby", kLetter},
    {"rust", kLetter},
    {"swift", kLetter},
    {"scss", "_"},
    {"terraform", kLetter},
}};

bool is_first(char byte) {
  return (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool is_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return is_first(byte) || (byte >= '0' && byte <= '9'); });
}

void repeat(std::string& out, std::string_view text, std::size_t times) {
  for (; times > 0; --times) {
    out += text;
  }
}

}  // namespace

std::string_view expando_of(std::string_view language) {
  for (const auto& [id, expando] : kExpandos) {
    if (id == language) return expando;
  }
  return "$";
}

std::string pattern_fragment(std::string_view pattern, std::string_view language) {
  const std::string_view expando = expando_of(language);
  if (expando == "$") return std::string(pattern);
  std::string out;
  std::size_t sigils = 0;
  for (const char byte : pattern) {
    if (byte == '$') {
      ++sigils;
      continue;
    }
    repeat(out, is_first(byte) || sigils == kListSigils ? expando : "$", sigils);
    sigils = 0;
    out += byte;
  }
  repeat(out, sigils == kListSigils ? expando : "$", sigils);
  return out;
}

std::optional<Metavariable> read_metavariable(std::string_view text, std::string_view expando) {
  using Kind = Metavariable::Kind;
  std::size_t sigils = 0;
  std::string_view name = text;
  while (sigils < kListSigils && name.starts_with(expando)) {
    name.remove_prefix(expando.size());
    ++sigils;
  }
  if (sigils == 0 || !is_name(name)) return std::nullopt;
  if (sigils == kListSigils) {
    if (name.empty() || name.front() == '_') return Metavariable{Kind::AnonymousList, false, {}};
    return Metavariable{Kind::List, false, std::string(name)};
  }
  if (name.empty() || !is_first(name.front())) return std::nullopt;
  const bool named_only = sigils == 1;
  if (name.front() == '_') return Metavariable{Kind::Anonymous, named_only, {}};
  return Metavariable{Kind::Capture, named_only, std::string(name)};
}

}  // namespace copse
