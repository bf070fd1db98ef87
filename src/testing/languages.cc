// Test helpers over the built grammars.
#include "testing/languages.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "core/check.h"

namespace copse::testing {

const std::vector<std::string>& all_languages() {
  static const std::vector<std::string> languages{
      "bash",       "c",    "c_sharp", "cpp",    "css",  "go",   "html", "java",
      "javascript", "json", "php",     "python", "ruby", "rust", "tsx",  "typescript"};
  return languages;
}

const GrammarLibrary& language(const std::string& id) {
  static std::map<std::string, GrammarLibrary> loaded;
  const auto known = loaded.find(id);
  if (known != loaded.end()) return known->second;
  auto library = GrammarLibrary::load(std::string(COPSE_TEST_GRAMMAR_DIR) + "/" + id + ".so", id);
  COPSE_CHECK(library.ok());
  return loaded.emplace(id, std::move(library).value()).first->second;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  COPSE_CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<SampleSource> sample_sources(const std::string& id) {
  std::vector<SampleSource> sources{{"empty", ""},
                                    {"blank", " \n\t\r\n  "},
                                    {"word", "x"},
                                    {"mark", "\xEF\xBB\xBFx = 1;\n"},
                                    {"zero", std::string("a\0b\n", 4)},
                                    {"not UTF-8", "a \xFF\xFE b \xC3\n"},
                                    {"brackets", "((((((((((]]]]]]]}}}}}"},
                                    {"quotes", "\"abc 'def` \\"}};
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(COPSE_TEST_DATA_DIR) + "/queries/sources")) {
    if (entry.path().stem() != id) continue;
    const std::string text = read_text(entry.path());
    sources.push_back({"whole", text});
    sources.push_back({"cut short", text.substr(0, text.size() * 2 / 3)});
    sources.push_back({"cut in front", text.substr(text.size() / 3)});
    std::string crlf;
    for (const char c : text) {
      if (c == '\n') crlf += '\r';
      crlf += c;
    }
    sources.push_back({"CRLF", crlf});
    std::string torn = text;
    for (std::size_t i = 97; i < torn.size(); i += 131)
      torn[i] = "(}\";\n#"[i % 6];
    sources.push_back({"torn", torn});
  }
  return sources;
}

Parser::TreePointer parse(const std::string& id, std::string_view source) {
  auto parser = Parser::create(language(id).language());
  COPSE_CHECK(parser.ok());
  auto tree = parser.value().parse_tree(source, {});
  COPSE_CHECK(tree.ok());
  return std::move(tree).value();
}

FlatTree parse_flat(const std::string& id, std::string_view source) {
  auto flat = flatten(parse(id, source).get());
  COPSE_CHECK(flat.ok());
  return std::move(flat).value();
}

Random::Random(std::uint64_t default_seed) : seed_(default_seed) {
  if (const char* text = std::getenv("COPSE_SEED")) seed_ = std::strtoull(text, nullptr, 10);
  engine_.seed(seed_);
}

}  // namespace copse::testing
