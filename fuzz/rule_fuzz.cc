// Any rule file over any JSON: reading and compiling end, and every match stays inside the tree and
// has what the rule says it needs. The input is YAML, a zero byte, the source.
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "fuzz_support.h"
#include "query/code_rule.h"

namespace {

constexpr std::size_t kInputBytesMax = 4096;
constexpr int kMatchesMax = 1000;

using copse::TreeNeeds;

std::shared_ptr<const copse::TreeData> parse(std::string_view source) {
  return copse::make_tree_data(copse::fuzz::json().grammar(), std::string(source),
                               copse::fuzz::parse(source));
}

bool has(const TreeNeeds::Atom& atom, const std::set<std::uint16_t>& symbols,
         std::string_view source) {
  if (atom.kind == TreeNeeds::Atom::Kind::Symbol) return symbols.contains(atom.symbol);
  return source.find(atom.word) != std::string_view::npos;
}

bool has(const TreeNeeds& needs, const copse::Tree& tree, std::string_view source) {
  if (needs.alternatives.empty()) return true;
  std::set<std::uint16_t> symbols;
  copse::Preorder walk(tree.root());
  while (walk.next()) {
    symbols.insert(walk.kind_id());
  }
  for (const auto& alternative : needs.alternatives) {
    bool all = true;
    for (const auto& clause : alternative.clauses) {
      bool any = false;
      for (const auto& atom : clause)
        any = any || has(atom, symbols, source);
      all = all && any;
    }
    if (all) return true;
  }
  return false;
}

void run(const copse::RuleDocument& document, const copse::Tree& tree, std::string_view source) {
  std::vector<std::shared_ptr<const copse::TreeData>> parsed;
  for (const std::string& fragment : copse::CodeRule::fragments(document, "json")) {
    parsed.push_back(parse(fragment));
  }
  const copse::Language language(copse::fuzz::json().grammar());
  const auto rule = copse::CodeRule::compile(language, document, parsed);
  if (!rule.ok()) return;
  int matches = 0;
  const copse::Status status = rule.value().matches(tree, [&](const copse::Match& match) {
    for (const copse::Capture& capture : *match.captures) {
      COPSE_CHECK(capture.index < rule.value().capture_names().size());
      COPSE_CHECK(capture.node.index() < tree.node_count());
      COPSE_CHECK(capture.node.end_byte() <= source.size());
    }
    return ++matches < kMatchesMax;
  });
  COPSE_CHECK(status.ok() || status.error().code() == copse::ErrorCode::LimitExceeded);
  COPSE_CHECK(matches == 0 || has(rule.value().needs(), tree, source));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kInputBytesMax) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(0, input.find('\0'));
  const std::string_view source = text.size() < size
                                      ? input.substr(text.size() + 1)
                                      : std::string_view("[1, {\"a\": [null, \"one two three\"]}]");
  const auto rules = copse::RuleSet::from_yaml("rule.yml", text);
  if (!rules.ok()) {
    COPSE_CHECK(rules.error().message().starts_with("rule.yml"));
    return 0;
  }
  const copse::Tree tree(parse(source));
  for (std::size_t i = 0; i < rules.value().size(); ++i) {
    run(rules.value().document(i), tree, source);
  }
  return 0;
}
