// Manifests read field by field, and the tables of who owns which name.
#include "workspace/languages.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include "core/check.h"
#include "workspace/builtin_manifest.h"

namespace copse {
namespace {

using rapidjson::Value;

constexpr std::size_t kIdBytesMax = 64;

// A field of a language that holds a list of names, and what each name has to look like.
struct NameList {
  std::string_view field;
  std::vector<std::string> LanguageSpec::*member;
  bool extension = false;
};

constexpr std::array kNameLists = {
    NameList{"aliases", &LanguageSpec::aliases},
    NameList{"extensions", &LanguageSpec::extensions, true},
    NameList{"filenames", &LanguageSpec::file_names},
    NameList{"interpreters", &LanguageSpec::interpreters},
    NameList{"modelines", &LanguageSpec::modelines},
};

std::string_view text_of(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > kIdBytesMax) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_symbol(std::string_view text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  return is_id(fold_case(text)) && text.find('-') == std::string_view::npos;
}

Error wrong(const std::string& where, const std::string& what) {
  return {ErrorCode::InvalidArgument, where + ": " + what};
}

Status check_members_once(const Value& object, const std::string& where) {
  std::vector<std::string_view> names;
  for (const auto& member : object.GetObject()) {
    names.push_back(text_of(member.name));
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) return wrong(where, "field " + std::string(*twice) + " stands twice");
  return success();
}

Result<std::string> read_text(const Value& value, const std::string& where) {
  if (!value.IsString()) return wrong(where, "expected a string");
  const std::string_view text = text_of(value);
  if (text.empty()) return wrong(where, "the string is empty");
  if (text.find('\0') != std::string_view::npos) return wrong(where, "the string holds a NUL");
  return std::string(text);
}

Result<std::vector<std::string>> read_texts(const Value& value, const std::string& where) {
  if (!value.IsArray()) return wrong(where, "expected an array of strings");
  std::vector<std::string> texts;
  for (const Value& item : value.GetArray()) {
    const std::string item_where = where + "[" + std::to_string(texts.size()) + "]";
    COPSE_TRY(std::string text, read_text(item, item_where));
    if (contains(texts, text)) return wrong(item_where, text + " stands twice");
    texts.push_back(std::move(text));
  }
  return texts;
}

Status read_names(const Value& value, const std::string& where, const NameList& list,
                  LanguageSpec& spec) {
  COPSE_TRY(std::vector<std::string> names, read_texts(value, where));
  for (const std::string& name : names) {
    if (name.find('/') != std::string::npos) return wrong(where, name + " holds a '/'");
    if (list.extension && (name.front() != '.' || name.size() < 2)) {
      return wrong(where, "extension " + name + " does not begin with a dot");
    }
  }
  spec.*list.member = std::move(names);
  return success();
}

Status read_content_rules(const Value& value, const std::string& where, LanguageSpec& spec) {
  if (!value.IsObject()) return wrong(where, "expected an object of extensions");
  COPSE_TRY_STATUS(check_members_once(value, where));
  for (const auto& member : value.GetObject()) {
    std::string extension(text_of(member.name));
    std::string rule_where = where;
    rule_where.append(".").append(extension);
    COPSE_TRY(const std::string rule, read_text(member.value, rule_where));
    if (rule != "c_or_cpp") return wrong(rule_where, "rule " + rule + ", expected c_or_cpp");
    spec.c_or_cpp_extensions.push_back(std::move(extension));
  }
  return success();
}

Status read_queries(const Value& value, const std::string& where, LanguageSpec& spec) {
  if (!value.IsObject()) return wrong(where, "expected an object of query files");
  COPSE_TRY_STATUS(check_members_once(value, where));
  for (const auto& member : value.GetObject()) {
    QueryFiles query;
    query.kind = text_of(member.name);
    const std::string query_where = where + "." + query.kind;
    if (!is_id(query.kind)) return wrong(query_where, "not a name of a kind of query");
    COPSE_TRY(query.files, read_texts(member.value, query_where));
    spec.query_files.push_back(std::move(query));
  }
  return success();
}

Status read_field(std::string_view field, const Value& value, const std::string& where,
                  LanguageSpec& spec) {
  for (const NameList& list : kNameLists) {
    if (field == list.field) return read_names(value, where, list, spec);
  }
  if (field == "content_rule") return read_content_rules(value, where, spec);
  if (field == "queries") return read_queries(value, where, spec);
  const bool of_the_build = field == "package" || field == "version" || field == "folder";
  if (!of_the_build && field != "symbol" && field != "id") return wrong(where, "unknown field");
  COPSE_TRY(std::string text, read_text(value, where));
  if (field == "symbol") spec.symbol = std::move(text);
  return success();
}

// Problems of a language as a whole, once all its fields are there.
Status complete_language(const std::string& where, LanguageSpec& spec) {
  if (spec.symbol.empty()) {
    spec.symbol = "tree_sitter_" + spec.id;
    std::replace(spec.symbol.begin(), spec.symbol.end(), '-', '_');
  }
  if (!is_symbol(spec.symbol)) {
    return wrong(where + ".symbol", spec.symbol + " is not a name of a function");
  }
  for (const std::string& extension : spec.c_or_cpp_extensions) {
    if (contains(spec.extensions, extension)) continue;
    return wrong(where + ".content_rule", extension + " is not among the extensions");
  }
  return success();
}

Result<LanguageSpec> read_language(const Value& value, const std::string& position) {
  if (!value.IsObject()) return wrong(position, "expected an object");
  COPSE_TRY_STATUS(check_members_once(value, position));
  const auto id = value.FindMember("id");
  if (id == value.MemberEnd()) return wrong(position, "field id is missing");
  LanguageSpec spec;
  COPSE_TRY(spec.id, read_text(id->value, position + ".id"));
  if (!is_id(spec.id)) {
    return wrong(position + ".id", "expected at most 64 of a-z, 0-9, '_' and '-'");
  }
  const std::string where = position + " (" + spec.id + ")";
  for (const auto& member : value.GetObject()) {
    const std::string_view field = text_of(member.name);
    COPSE_TRY_STATUS(read_field(field, member.value, where + "." + std::string(field), spec));
  }
  COPSE_TRY_STATUS(complete_language(where, spec));
  return spec;
}

// Within one manifest no name has two owners: nothing would say which one is meant.
class NameOwners {
 public:
  explicit NameOwners(const std::string& where) : where_(where) {}

  Status claim_id(const LanguageSpec& spec) { return claim("id", spec.id, spec, false); }

  Status claim_names(const LanguageSpec& spec) {
    for (const NameList& list : kNameLists) {
      COPSE_TRY_STATUS(claim_list(spec, list));
    }
    return success();
  }

 private:
  Status claim_list(const LanguageSpec& spec, const NameList& list) {
    const bool folded = list.field == "aliases" || list.field == "modelines";
    for (const std::string& name : spec.*list.member) {
      COPSE_TRY_STATUS(claim(list.field, folded ? fold_case(name) : name, spec, true));
    }
    return success();
  }

  Status claim(std::string_view kind, const std::string& name, const LanguageSpec& spec,
               bool may_repeat) {
    std::string key(kind);
    key.append(" ").append(name);
    const auto [entry, is_new] = owners_.emplace(std::move(key), &spec);
    if (is_new || (may_repeat && entry->second == &spec)) return success();
    return wrong(where_, entry->first + " belongs to " + entry->second->id + " and to " + spec.id);
  }

  const std::string& where_;
  std::unordered_map<std::string, const LanguageSpec*> owners_;
};

Status check_owners(const std::vector<LanguageSpec>& specs, const std::string& where) {
  NameOwners owners(where);
  for (const LanguageSpec& spec : specs) {
    COPSE_TRY_STATUS(owners.claim_id(spec));
  }
  for (const LanguageSpec& spec : specs) {
    COPSE_TRY_STATUS(owners.claim_names(spec));
  }
  return success();
}

Status check_format(const Value& root, const std::string& where) {
  if (!root.IsObject()) return wrong(where, "expected an object");
  COPSE_TRY_STATUS(check_members_once(root, where));
  for (const auto& member : root.GetObject()) {
    const std::string_view field = text_of(member.name);
    if (field != "format" && field != "languages") {
      return wrong(where + "." + std::string(field), "unknown field");
    }
  }
  const auto format = root.FindMember("format");
  if (format == root.MemberEnd() || !format->value.IsUint()) {
    return wrong(where + ".format", "expected a number");
  }
  const unsigned found = format->value.GetUint();
  if (found == LanguageRegistry::kManifestFormat) return success();
  return Error(found == 0 ? ErrorCode::InvalidArgument : ErrorCode::Unsupported,
               where + ".format: " + std::to_string(found) + ", expected " +
                   std::to_string(LanguageRegistry::kManifestFormat));
}

Result<std::vector<LanguageSpec>> read_manifest(std::string_view json, const std::string& where) {
  if (json.size() > LanguageRegistry::kManifestBytesMax) {
    return Error(ErrorCode::LimitExceeded, where + ": longer than the limit of " +
                                               std::to_string(LanguageRegistry::kManifestBytesMax) +
                                               " bytes");
  }
  rapidjson::Document parsed;
  // Iterative: a thousand brackets must not cost a thousand stack frames.
  parsed.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(json.data(),
                                                                                       json.size());
  if (parsed.HasParseError()) {
    return wrong(where, "at byte " + std::to_string(parsed.GetErrorOffset()) + ": " +
                            rapidjson::GetParseError_En(parsed.GetParseError()));
  }
  const rapidjson::Value& root = parsed;
  COPSE_TRY_STATUS(check_format(root, where));
  const auto languages = root.FindMember("languages");
  if (languages == root.MemberEnd() || !languages->value.IsArray()) {
    return wrong(where + ".languages", "expected an array");
  }
  if (languages->value.Size() > LanguageRegistry::kLanguagesMax) {
    return Error(ErrorCode::LimitExceeded, where + ".languages: more than " +
                                               std::to_string(LanguageRegistry::kLanguagesMax) +
                                               " entries");
  }
  std::vector<LanguageSpec> specs;
  for (const Value& language : languages->value.GetArray()) {
    const std::string position = where + ".languages[" + std::to_string(specs.size()) + "]";
    COPSE_TRY(LanguageSpec spec, read_language(language, position));
    specs.push_back(std::move(spec));
  }
  COPSE_TRY_STATUS(check_owners(specs, where));
  return specs;
}

}  // namespace

Result<LanguageRegistry> LanguageRegistry::from_manifests(std::span<const std::string_view> json) {
  LanguageRegistry registry;
  for (std::size_t i = 0; i < json.size(); ++i) {
    COPSE_TRY(std::vector<LanguageSpec> specs,
              read_manifest(json[i], "manifest " + std::to_string(i)));
    for (LanguageSpec& spec : specs) {
      // At the end, so that its names win over those of all earlier manifests.
      std::erase_if(registry.specs_, [&](const LanguageSpec& old) { return old.id == spec.id; });
      registry.specs_.push_back(std::move(spec));
    }
  }
  registry.index_names();
  return registry;
}

LanguageRegistry LanguageRegistry::builtin() {
  const std::string_view manifest = builtin_manifest();
  auto registry = from_manifests({&manifest, 1});
  COPSE_CHECK(registry.ok());
  return std::move(registry).value();
}

void LanguageRegistry::index_names() {
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const LanguageSpec& spec = specs_[i];
    ids_.insert_or_assign(spec.id, i);
    for (const std::string& name : spec.aliases) {
      aliases_.insert_or_assign(fold_case(name), i);
    }
    for (const std::string& name : spec.file_names) {
      file_names_.insert_or_assign(name, i);
    }
    for (const std::string& name : spec.interpreters) {
      interpreters_.insert_or_assign(name, i);
    }
    for (const std::string& name : spec.modelines) {
      modelines_.insert_or_assign(fold_case(name), i);
    }
    for (const std::string& name : spec.extensions) {
      extensions_.insert_or_assign(name, i);
      folded_extensions_.insert_or_assign(fold_case(name), i);
    }
  }
}

const LanguageSpec* LanguageRegistry::owner(const Owners& owners, std::string_view name) const {
  const auto found = owners.find(std::string(name));
  return found == owners.end() ? nullptr : &specs_[found->second];
}

const LanguageSpec* LanguageRegistry::find(std::string_view id_or_alias) const {
  const std::string name = fold_case(id_or_alias);
  const LanguageSpec* spec = owner(ids_, name);
  return spec != nullptr ? spec : owner(aliases_, name);
}

std::vector<const LanguageSpec*> LanguageRegistry::all() const {
  std::vector<const LanguageSpec*> specs;
  specs.reserve(specs_.size());
  for (const LanguageSpec& spec : specs_) {
    specs.push_back(&spec);
  }
  return specs;
}

const LanguageSpec* LanguageRegistry::by_file_name(std::string_view name) const {
  return owner(file_names_, name);
}

const LanguageSpec* LanguageRegistry::by_extension(std::string_view extension) const {
  return owner(extensions_, extension);
}

const LanguageSpec* LanguageRegistry::by_folded_extension(std::string_view extension) const {
  return owner(folded_extensions_, fold_case(extension));
}

const LanguageSpec* LanguageRegistry::by_interpreter(std::string_view name) const {
  return owner(interpreters_, name);
}

const LanguageSpec* LanguageRegistry::by_modeline(std::string_view name) const {
  return owner(modelines_, fold_case(name));
}

std::string fold_case(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

}  // namespace copse
