// Manifests, good and bad, and who owns which name.
#include "workspace/languages.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace copse {
namespace {

Result<LanguageRegistry> read(std::string_view manifest) {
  return LanguageRegistry::from_manifests({&manifest, 1});
}

// A manifest of one language with these fields.
std::string one_language(const std::string& fields) {
  return R"({"format": 1, "languages": [{)" + fields + "}]}";
}

std::string id_of(const LanguageSpec* spec) {
  return spec == nullptr ? "" : spec->id;
}

TEST(LanguageRegistryTest, BuiltinKnowsEveryLanguageByItsNames) {
  const LanguageRegistry registry = LanguageRegistry::builtin();
  for (const char* id : {"c", "cpp", "rust", "go", "python", "java", "javascript", "typescript",
                         "tsx", "c_sharp", "ruby", "php", "bash", "json", "html", "css"}) {
    EXPECT_EQ(id_of(registry.find(id)), id);
  }
  EXPECT_EQ(registry.all().size(), 16U);
  const std::vector<std::pair<std::string_view, std::string>> names = {
      {"c#", "c_sharp"},      {"CSharp", "c_sharp"}, {"C++", "cpp"}, {"js", "javascript"},
      {"TS", "typescript"},   {"golang", "go"},      {"sh", "bash"}, {"RB", "ruby"},
      {"C_Sharp", "c_sharp"}, {"cobol", ""},         {"", ""}};
  for (const auto& [name, id] : names) {
    EXPECT_EQ(id_of(registry.find(name)), id) << name;
  }
}

TEST(LanguageRegistryTest, BuiltinReadsEveryField) {
  const LanguageRegistry registry = LanguageRegistry::builtin();
  const LanguageSpec* cpp = registry.find("cpp");
  ASSERT_NE(cpp, nullptr);
  EXPECT_EQ(cpp->symbol, "tree_sitter_cpp");
  ASSERT_FALSE(cpp->query_files.empty());
  EXPECT_EQ(cpp->query_files[0].kind, "highlights");
  EXPECT_EQ(cpp->query_files[0].files.size(), 2U);
  EXPECT_EQ(registry.find("c")->c_or_cpp_extensions, std::vector<std::string>{".h"});
  EXPECT_EQ(id_of(registry.by_file_name("Gemfile")), "ruby");
  EXPECT_EQ(id_of(registry.by_extension(".sh.in")), "bash");
  EXPECT_EQ(id_of(registry.by_interpreter("node")), "javascript");
  EXPECT_EQ(id_of(registry.by_modeline("C++")), "cpp");
}

TEST(LanguageRegistryTest, LaterManifestsAddAndOverride) {
  const std::array<std::string, 2> texts = {
      R"({"format": 1, "languages": [
        {"id": "a", "extensions": [".x", ".y"], "aliases": ["first"]},
        {"id": "b", "extensions": [".z"]}]})",
      R"({"format": 1, "languages": [
        {"id": "a", "extensions": [".z"], "symbol": "other"}, {"id": "c-d", "aliases": ["First"]}]})"};
  const std::array<std::string_view, 2> manifests = {texts[0], texts[1]};
  auto read_registry = LanguageRegistry::from_manifests(manifests);
  ASSERT_TRUE(read_registry.ok()) << read_registry.error().message();
  const LanguageSpec* before = read_registry.value().find("a");
  const LanguageRegistry registry = std::move(read_registry).value();
  EXPECT_EQ(registry.find("a"), before) << "pointers outlive a move";
  EXPECT_EQ(registry.all().size(), 3U);
  EXPECT_EQ(registry.find("a")->symbol, "other");
  EXPECT_EQ(registry.find("c-d")->symbol, "tree_sitter_c_d");
  EXPECT_EQ(registry.by_extension(".x"), nullptr) << "a language is replaced as a whole";
  EXPECT_EQ(id_of(registry.by_extension(".z")), "a");
  EXPECT_EQ(id_of(registry.find("first")), "c-d");
}

TEST(LanguageRegistryTest, NoManifestIsAnEmptyRegistry) {
  const auto registry = LanguageRegistry::from_manifests({});
  ASSERT_TRUE(registry.ok());
  EXPECT_TRUE(registry.value().all().empty());
}

TEST(LanguageRegistryTest, ErrorsNameWhatAndWhere) {
  const std::string at = "manifest 0.languages[0]";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "manifest 0: at byte 0: The document is empty."},
      {"[]", "manifest 0: expected an object"},
      {R"({"format": 1})", "manifest 0.languages: expected an array"},
      {R"({"format": 2, "languages": []})", "manifest 0.format: 2, expected 1"},
      {R"({"format": "1", "languages": []})", "manifest 0.format: expected a number"},
      {R"({"format": 1, "languages": [], "x": 1})", "manifest 0.x: unknown field"},
      {R"({"format": 1, "format": 1, "languages": []})", "manifest 0: field format stands twice"},
      {R"({"format": 1, "languages": [7]})", at + ": expected an object"},
      {one_language(""), at + ": field id is missing"},
      {one_language(R"("id": 1)"), at + ".id: expected a string"},
      {one_language(R"("id": "../a")"), at + ".id: expected at most 64 of a-z, 0-9, '_' and '-'"},
      {one_language(R"("id": "a", "colour": "")"), at + " (a).colour: unknown field"},
      {one_language(R"("id": "a", "symbol": "a b")"),
       at + " (a).symbol: a b is not a name of a function"},
      {one_language(R"("id": "a", "version": 1)"), at + " (a).version: expected a string"},
      {one_language(R"("id": "a", "extensions": "x")"),
       at + " (a).extensions: expected an array of strings"},
      {one_language(R"("id": "a", "extensions": ["x"])"),
       at + " (a).extensions: extension x does not begin with a dot"},
      {one_language(R"("id": "a", "filenames": ["x/y"])"), at + " (a).filenames: x/y holds a '/'"},
      {one_language(R"("id": "a", "filenames": [""])"),
       at + " (a).filenames[0]: the string is empty"},
      {one_language(R"("id": "a", "filenames": ["x\u0000"])"),
       at + " (a).filenames[0]: the string holds a NUL"},
      {one_language(R"("id": "a", "modelines": ["x", "x"])"),
       at + " (a).modelines[1]: x stands twice"},
      {one_language(R"("id": "a", "interpreters": [null])"),
       at + " (a).interpreters[0]: expected a string"},
      {one_language(R"("id": "a", "queries": [])"),
       at + " (a).queries: expected an object of query files"},
      {one_language(R"("id": "a", "queries": {"tags": 1})"),
       at + " (a).queries.tags: expected an array of strings"},
      {one_language(R"("id": "a", "content_rule": {".h": "c_or_cpp"})"),
       at + " (a).content_rule: .h is not among the extensions"},
      {one_language(R"("id": "a", "content_rule": {".h": "dice"})"),
       at + " (a).content_rule..h: rule dice, expected c_or_cpp"},
      {R"({"format": 1, "languages": [{"id": "a"}, {"id": "a"}]})",
       "manifest 0: id a belongs to a and to a"},
      {R"({"format": 1, "languages": [{"id": "a", "extensions": [".x"]}, {"id": "b", "extensions": [".x"]}]})",
       "manifest 0: extensions .x belongs to a and to b"},
  };
  for (const auto& [manifest, message] : cases) {
    const auto registry = read(manifest);
    ASSERT_FALSE(registry.ok()) << manifest;
    EXPECT_EQ(registry.error().message(), message);
  }
  EXPECT_EQ(read(R"({"format": 2, "languages": []})").error().code(), ErrorCode::Unsupported);
}

TEST(LanguageRegistryTest, SurvivesBadInput) {
  EXPECT_FALSE(read(std::string(1'000'000, '[')).ok());
  EXPECT_FALSE(read(R"({"format": 1, "languages": [{"id": ")"
                    "\xFF"
                    R"("}]})")
                   .ok());
  EXPECT_EQ(read(std::string(LanguageRegistry::kManifestBytesMax + 1, ' ')).error().code(),
            ErrorCode::LimitExceeded);
  const std::string good = one_language(R"("id": "a", "extensions": [".x"])");
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(read(std::string_view(good).substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace copse
