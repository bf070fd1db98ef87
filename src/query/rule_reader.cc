// From YAML to rule documents: every field is known, or an error.
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "query/rule_document.h"

namespace copse {
namespace {

using Kind = YamlNode::Kind;

// REQUIRES of every reader below: indexes are of the tree.
class Reader {
 public:
  Reader(std::string_view name, const YamlTree& tree, RuleDocument& document)
      : name_(name), tree_(tree), document_(document) {}

  Status read_document(std::uint32_t root);

 private:
  struct Field {
    std::string_view key;
    TextPosition position;
    std::uint32_t value;
  };

  const YamlNode& node(std::uint32_t index) const { return tree_.nodes[index]; }
  Error refuse(TextPosition position, std::string_view message) const {
    return error_at(ErrorCode::InvalidArgument, name_, position, message);
  }
  Error unsupported(TextPosition position, std::string_view message) const {
    return error_at(ErrorCode::Unsupported, name_, position, message);
  }
  Result<std::vector<Field>> fields(std::uint32_t index, std::string_view what) const;
  Result<std::string> text(const Field& field) const;
  Result<bool> truth(const Field& field) const;
  Result<std::uint64_t> number(std::uint32_t index, std::string_view what) const;
  Result<std::vector<std::string>> globs(const Field& field) const;
  Result<RuleDocument::NamedRules> named_rules(const Field& field);

  Status document_field(const Field& field, bool& has_rule);
  Status info_field(const Field& field);
  Result<std::uint32_t> rule(std::uint32_t index);
  Result<std::uint32_t> rule_of(const std::vector<Field>& fields, TextPosition position);
  Status rule_field(const Field& field, RuleSpec& spec);
  Result<std::vector<std::uint32_t>> rule_list(const Field& field);
  Result<std::uint32_t> pattern(const Field& field);
  Result<RuleSpec::Relation> relation(const Field& field, bool with_field);
  Status stop_by(const Field& field, RuleSpec::Relation& relation);
  Result<RuleSpec::NthChild> nth_child(const Field& field);
  Result<ChildPosition> child_position(std::uint32_t index) const;
  Result<RuleSpec::Range> range(const Field& field) const;
  Result<RuleSpec::Place> place(const Field& field) const;

  std::string_view name_;
  const YamlTree& tree_;
  RuleDocument& document_;
  std::size_t depth_ = 0;
};

constexpr std::array<std::string_view, 3> kRewriting = {"fix", "transform", "rewriters"};
constexpr std::array<std::string_view, 3> kIgnored = {"url", "metadata", "labels"};
constexpr std::array<std::string_view, 5> kSeverities = {"hint", "info", "warning", "error", "off"};

template <typename Words>
bool is_one_of(std::string_view word, const Words& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Result<std::vector<Reader::Field>> Reader::fields(std::uint32_t index,
                                                  std::string_view what) const {
  const YamlNode& mapping = node(index);
  if (mapping.kind != Kind::Mapping) {
    return refuse(mapping.position, std::string(what) + " has to be a mapping of fields");
  }
  std::vector<Field> out;
  for (std::size_t i = 0; i + 1 < mapping.items.size(); i += 2) {
    const YamlNode& key = node(mapping.items[i]);
    out.push_back({key.text, key.position, mapping.items[i + 1]});
  }
  return out;
}

Result<std::string> Reader::text(const Field& field) const {
  const YamlNode& value = node(field.value);
  if (value.kind != Kind::Scalar || value.is_null()) {
    return refuse(value.position, "`" + std::string(field.key) + "` has to be a text");
  }
  return value.text;
}

Result<bool> Reader::truth(const Field& field) const {
  const YamlNode& value = node(field.value);
  if (value.kind == Kind::Scalar && value.plain) {
    if (value.text == "true") return true;
    if (value.text == "false") return false;
  }
  return refuse(value.position, "`" + std::string(field.key) + "` has to be true or false");
}

Result<std::uint64_t> Reader::number(std::uint32_t index, std::string_view what) const {
  const YamlNode& value = node(index);
  std::uint64_t number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto parsed = std::from_chars(value.text.data(), end, number);
  if (value.kind != Kind::Scalar || !value.plain || parsed.ec != std::errc() || parsed.ptr != end ||
      value.text.empty() || number > INT32_MAX) {
    return refuse(value.position, "`" + std::string(what) + "` has to be a number from 0 on");
  }
  return number;
}

Result<std::vector<std::string>> Reader::globs(const Field& field) const {
  const YamlNode& list = node(field.value);
  if (list.kind != Kind::List) {
    return refuse(list.position, "`" + std::string(field.key) + "` has to be a list of globs");
  }
  std::vector<std::string> out;
  for (const std::uint32_t item : list.items) {
    if (node(item).kind == Kind::Mapping) {
      return unsupported(node(item).position, "globs with options are not supported");
    }
    COPSE_TRY(std::string glob, text({field.key, node(item).position, item}));
    out.push_back(std::move(glob));
  }
  return out;
}

Result<RuleDocument::NamedRules> Reader::named_rules(const Field& field) {
  COPSE_TRY(const std::vector<Field> entries,
            fields(field.value, "`" + std::string(field.key) + "`"));
  RuleDocument::NamedRules out;
  for (const Field& entry : entries) {
    if (field.key == "utils" &&
        (entry.key.empty() || entry.key.find_first_of("(),=") != std::string_view::npos)) {
      return refuse(entry.position,
                    "Utility id `" + std::string(entry.key) + "` contains reserved characters.");
    }
    COPSE_TRY(const std::uint32_t index, rule(entry.value));
    out.emplace_back(std::string(entry.key), index);
  }
  return out;
}

Status Reader::read_document(std::uint32_t root) {
  COPSE_TRY(const std::vector<Field> found, fields(root, "a rule file's document"));
  bool has_rule = false;
  for (const Field& field : found) {
    COPSE_TRY_STATUS(document_field(field, has_rule));
  }
  if (!has_rule) return refuse(node(root).position, "missing field `rule`");
  if (document_.info.language.empty()) {
    return refuse(node(root).position, "missing field `language`");
  }
  if (document_.info.severity.empty()) document_.info.severity = "hint";
  return success();
}

Status Reader::document_field(const Field& field, bool& has_rule) {
  if (field.key == "rule") {
    has_rule = true;
    COPSE_TRY(document_.root, rule(field.value));
    return success();
  }
  if (is_one_of(field.key, kRewriting)) {
    return unsupported(
        field.position,
        "`" + std::string(field.key) + "` changes code, which copse does not: it only searches");
  }
  if (field.key == "utils") {
    COPSE_TRY(document_.utils, named_rules(field));
    return success();
  }
  if (field.key == "constraints") {
    COPSE_TRY(document_.constraints, named_rules(field));
    return success();
  }
  if (is_one_of(field.key, kIgnored)) return success();
  return info_field(field);
}

Status Reader::info_field(const Field& field) {
  RuleInfo& info = document_.info;
  if (field.key == "files" || field.key == "ignores") {
    COPSE_TRY((field.key == "files" ? info.files : info.ignores), globs(field));
    return success();
  }
  struct Target {
    std::string_view key;
    std::string* text;
  };
  const std::array<Target, 5> targets = {{{"id", &info.id},
                                          {"language", &info.language},
                                          {"message", &info.message},
                                          {"note", &info.note},
                                          {"severity", &info.severity}}};
  for (const Target& target : targets) {
    if (field.key != target.key) continue;
    COPSE_TRY(*target.text, text(field));
    if (field.key == "severity" && !is_one_of(info.severity, kSeverities)) {
      return refuse(node(field.value).position,
                    "`severity` is one of hint, info, warning, error, off");
    }
    return success();
  }
  return refuse(field.position, "unknown field `" + std::string(field.key) + "`");
}

Result<std::uint32_t> Reader::rule(std::uint32_t index) {
  COPSE_TRY(const std::vector<Field> found, fields(index, "a rule"));
  return rule_of(found, node(index).position);
}

// Aliases can nest rules deeper than the text is, so depth is counted here as well.
Result<std::uint32_t> Reader::rule_of(const std::vector<Field>& found, TextPosition position) {
  if (document_.rules.size() >= RuleDocument::kRulesMax || depth_ >= RuleDocument::kDepthMax) {
    return error_at(ErrorCode::LimitExceeded, name_, position,
                    "more than " + std::to_string(RuleDocument::kRulesMax) +
                        " rule objects in one document, or nested deeper than " +
                        std::to_string(RuleDocument::kDepthMax));
  }
  ++depth_;
  const auto index = static_cast<std::uint32_t>(document_.rules.size());
  document_.rules.emplace_back();
  RuleSpec spec;
  spec.position = position;
  for (const Field& field : found) {
    COPSE_TRY_STATUS(rule_field(field, spec));
  }
  if (found.empty()) return refuse(position, "Rule must have one positive matcher.");
  document_.rules[index] = std::move(spec);
  --depth_;
  return index;
}

Status Reader::rule_field(const Field& field, RuleSpec& spec) {
  const std::string_view key = field.key;
  if (key == "pattern") {
    COPSE_TRY(spec.pattern, pattern(field));
  } else if (key == "kind") {
    COPSE_TRY(spec.kind, text(field));
  } else if (key == "regex") {
    COPSE_TRY(spec.regex, text(field));
  } else if (key == "nthChild") {
    COPSE_TRY(spec.nth_child, nth_child(field));
  } else if (key == "range") {
    COPSE_TRY(spec.range, range(field));
  } else if (key == "all") {
    COPSE_TRY(spec.all, rule_list(field));
  } else if (key == "any") {
    COPSE_TRY(spec.any, rule_list(field));
  } else if (key == "not") {
    COPSE_TRY(spec.not_rule, rule(field.value));
  } else if (key == "matches") {
    if (node(field.value).kind == Kind::Mapping) {
      return unsupported(node(field.value).position, "utilities with arguments are not supported");
    }
    COPSE_TRY(spec.matches, text(field));
  } else if (key == "inside") {
    COPSE_TRY(spec.inside, relation(field, true));
  } else if (key == "has") {
    COPSE_TRY(spec.has, relation(field, true));
  } else if (key == "precedes") {
    COPSE_TRY(spec.precedes, relation(field, false));
  } else if (key == "follows") {
    COPSE_TRY(spec.follows, relation(field, false));
  } else {
    return refuse(field.position, "unknown field `" + std::string(key) + "`");
  }
  return success();
}

Result<std::vector<std::uint32_t>> Reader::rule_list(const Field& field) {
  const YamlNode& list = node(field.value);
  if (list.kind != Kind::List) {
    return refuse(list.position, "`" + std::string(field.key) + "` has to be a list of rules");
  }
  std::vector<std::uint32_t> out;
  for (const std::uint32_t item : list.items) {
    COPSE_TRY(const std::uint32_t index, rule(item));
    out.push_back(index);
  }
  return out;
}

Result<std::uint32_t> Reader::pattern(const Field& field) {
  RuleDocument::Pattern made;
  made.position = node(field.value).position;
  if (node(field.value).kind == Kind::Mapping) {
    COPSE_TRY(const std::vector<Field> found, fields(field.value, "`pattern`"));
    bool has_context = false;
    for (const Field& part : found) {
      COPSE_TRY(std::string value, text(part));
      if (part.key == "context") {
        has_context = true;
        made.spec.text = std::move(value);
      } else if (part.key == "selector") {
        made.spec.selector = std::move(value);
      } else if (part.key == "strictness") {
        const auto strictness = strictness_named(value);
        if (!strictness) {
          return refuse(node(part.value).position,
                        "`strictness` is one of cst, smart, ast, relaxed, signature, template");
        }
        made.spec.strictness = *strictness;
      } else {
        return refuse(part.position, "unknown field `" + std::string(part.key) + "`");
      }
    }
    if (!has_context) return refuse(made.position, "missing field `context`");
  } else {
    COPSE_TRY(made.spec.text, text(field));
  }
  if (made.spec.text.size() > RuleSet::kPatternBytesMax) {
    return error_at(
        ErrorCode::LimitExceeded, name_, made.position,
        "a pattern of more than " + std::to_string(RuleSet::kPatternBytesMax) + " bytes");
  }
  document_.patterns.push_back(std::move(made));
  return static_cast<std::uint32_t>(document_.patterns.size() - 1);
}

Result<RuleSpec::Relation> Reader::relation(const Field& field, bool with_field) {
  COPSE_TRY(const std::vector<Field> found,
            fields(field.value, "`" + std::string(field.key) + "`"));
  RuleSpec::Relation made;
  std::vector<Field> of_rule;
  for (const Field& part : found) {
    if (part.key == "stopBy") {
      COPSE_TRY_STATUS(stop_by(part, made));
    } else if (part.key == "field") {
      if (!with_field) return refuse(part.position, "field is only supported in has/inside.");
      COPSE_TRY(made.field, text(part));
    } else {
      of_rule.push_back(part);
    }
  }
  COPSE_TRY(made.rule, rule_of(of_rule, node(field.value).position));
  return made;
}

Status Reader::stop_by(const Field& field, RuleSpec::Relation& relation) {
  const YamlNode& value = node(field.value);
  if (value.kind == Kind::Mapping) {
    relation.stop_by = RuleSpec::StopBy::Rule;
    COPSE_TRY(relation.stop_rule, rule(field.value));
    return success();
  }
  if (value.kind == Kind::Scalar && value.text == "neighbor") {
    relation.stop_by = RuleSpec::StopBy::Neighbor;
  } else if (value.kind == Kind::Scalar && value.text == "end") {
    relation.stop_by = RuleSpec::StopBy::End;
  } else {
    return refuse(value.position, "`stopBy` is `neighbor`, `end` or a rule object");
  }
  return success();
}

Result<ChildPosition> Reader::child_position(std::uint32_t index) const {
  const YamlNode& value = node(index);
  if (value.kind != Kind::Scalar || value.is_null()) {
    return refuse(value.position, "the position of `nthChild` is a number or a text like 2n+1");
  }
  if (value.plain && value.text.find_first_not_of("0123456789") == std::string::npos) {
    COPSE_TRY(const std::uint64_t offset, number(index, "nthChild"));
    return ChildPosition{0, static_cast<std::int32_t>(offset)};
  }
  auto parsed = parse_child_position(value.text);
  if (!parsed.ok()) return refuse(value.position, parsed.error().message());
  return parsed;
}

Result<RuleSpec::NthChild> Reader::nth_child(const Field& field) {
  RuleSpec::NthChild made;
  if (node(field.value).kind != Kind::Mapping) {
    COPSE_TRY(made.position, child_position(field.value));
    return made;
  }
  COPSE_TRY(const std::vector<Field> found, fields(field.value, "`nthChild`"));
  bool has_position = false;
  for (const Field& part : found) {
    if (part.key == "position") {
      has_position = true;
      COPSE_TRY(made.position, child_position(part.value));
    } else if (part.key == "ofRule") {
      COPSE_TRY(made.of_rule, rule(part.value));
    } else if (part.key == "reverse") {
      COPSE_TRY(made.reverse, truth(part));
    } else {
      return refuse(part.position, "unknown field `" + std::string(part.key) + "`");
    }
  }
  if (!has_position) return refuse(node(field.value).position, "missing field `position`");
  return made;
}

Result<RuleSpec::Place> Reader::place(const Field& field) const {
  COPSE_TRY(const std::vector<Field> found,
            fields(field.value, "`" + std::string(field.key) + "`"));
  RuleSpec::Place made;
  bool has_line = false;
  for (const Field& part : found) {
    COPSE_TRY(const std::uint64_t value, number(part.value, part.key));
    if (part.key == "line") {
      has_line = true;
      made.line = value;
    } else if (part.key == "column") {
      made.column = value;
    } else {
      return refuse(part.position, "unknown field `" + std::string(part.key) + "`");
    }
  }
  if (!has_line) return refuse(field.position, "missing field `line`");
  return made;
}

Result<RuleSpec::Range> Reader::range(const Field& field) const {
  COPSE_TRY(const std::vector<Field> found, fields(field.value, "`range`"));
  RuleSpec::Range made;
  int ends = 0;
  for (const Field& part : found) {
    if (part.key != "start" && part.key != "end") {
      return refuse(part.position, "unknown field `" + std::string(part.key) + "`");
    }
    ++ends;
    COPSE_TRY((part.key == "start" ? made.start : made.end), place(part));
  }
  if (ends != 2) return refuse(field.position, "`range` needs `start` and `end`");
  if (made.start.line > made.end.line ||
      (made.start.line == made.end.line && made.start.column > made.end.column)) {
    return refuse(field.position, "The start position must be before the end position.");
  }
  return made;
}

}  // namespace

Error RuleDocument::error(TextPosition position, std::string_view message) const {
  if (source_name.empty()) return {ErrorCode::InvalidArgument, std::string(message)};
  return error_at(ErrorCode::InvalidArgument, source_name, position, message);
}

Result<RuleDocument> read_rule_document(std::string_view name, const YamlTree& tree,
                                        std::uint32_t root) {
  RuleDocument document;
  document.source_name = std::string(name);
  COPSE_TRY_STATUS(Reader(name, tree, document).read_document(root));
  return document;
}

}  // namespace copse
