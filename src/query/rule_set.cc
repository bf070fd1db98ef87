// Reading rules: one pattern, or the documents of a YAML text.
#include <array>
#include <utility>

#include "copse/rule.h"

#include "query/rule_document.h"
#include "query/yaml_tree.h"

namespace copse {

std::optional<Strictness> strictness_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Strictness>, 6> kNames = {
      {{"cst", Strictness::Cst},
       {"smart", Strictness::Smart},
       {"ast", Strictness::Ast},
       {"relaxed", Strictness::Relaxed},
       {"signature", Strictness::Signature},
       {"template", Strictness::Template}}};
  for (const auto& [word, strictness] : kNames) {
    if (word == name) return strictness;
  }
  return std::nullopt;
}

Result<RuleSet> RuleSet::from_pattern(PatternSpec pattern, std::string_view language) {
  if (pattern.text.empty()) return Error(ErrorCode::InvalidArgument, "the pattern is empty");
  if (pattern.text.size() > kPatternBytesMax) {
    return Error(ErrorCode::LimitExceeded,
                 "the pattern has more than " + std::to_string(kPatternBytesMax) + " bytes");
  }
  auto document = std::make_shared<RuleDocument>();
  document->info.id = pattern.text;
  document->info.language = std::string(language);
  document->info.severity = "hint";
  document->patterns.push_back({std::move(pattern), {}});
  document->rules.emplace_back();
  document->rules.front().pattern = 0;
  RuleSet set;
  set.documents_.push_back(std::move(document));
  return set;
}

Result<RuleSet> RuleSet::from_yaml(std::string_view name, std::string_view text) {
  if (text.size() > kYamlBytesMax) {
    return Error(ErrorCode::LimitExceeded,
                 std::string(name) + " has more than " + std::to_string(kYamlBytesMax) + " bytes");
  }
  COPSE_TRY(const YamlTree tree, YamlTree::parse(name, text));
  RuleSet set;
  for (const std::uint32_t root : tree.documents) {
    // What follows the last "---" may be nothing.
    if (tree.nodes[root].is_null()) continue;
    COPSE_TRY(RuleDocument document, read_rule_document(name, tree, root));
    set.documents_.push_back(std::make_shared<const RuleDocument>(std::move(document)));
  }
  if (set.documents_.empty()) {
    return error_at(ErrorCode::InvalidArgument, name, {}, "there is no rule");
  }
  return set;
}

void RuleSet::append(const RuleSet& other) {
  documents_.insert(documents_.end(), other.documents_.begin(), other.documents_.end());
}

const RuleInfo& RuleSet::info(std::size_t index) const {
  return documents_[index]->info;
}

}  // namespace copse
