// The languages that queries are tried in, with tree-sitter's own parser for each and what copse
// knows of it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dlfcn.h>

#include "core/check.h"
#include "syntax/model_trainer.h"
#include "syntax/tree_data.h"
#include "syntax/ts_adapter.h"
#include "tree_sitter/api.h"

namespace copse::query_differential {

inline const std::filesystem::path kDataDir =
    std::filesystem::path(COPSE_TEST_DATA_DIR) / "queries";

// A language on both sides.
struct TestedLanguage {
  std::string id;
  std::string sample;  // the source that tests have of it
  const TSLanguage* real = nullptr;
  std::shared_ptr<const Grammar> live;
  std::shared_ptr<const Grammar> stored;
  std::shared_ptr<const TreeModel> model;  // learnt from the sample; of the stored grammar
};

struct FreeTree {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
struct FreeParser {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};
using RealTree = std::unique_ptr<TSTree, FreeTree>;

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  COPSE_CHECK(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

// Null when the parser needs too long: there are sources that its recovery from errors loses itself
// in for minutes.
inline RealTree parse(const TSLanguage* language, const std::string& source) {
  constexpr std::uint32_t patience = 100000;  // a call each hundred steps or so
  const std::unique_ptr<TSParser, FreeParser> parser(ts_parser_new());
  COPSE_CHECK(ts_parser_set_language(parser.get(), language));
  std::uint32_t calls = 0;
  const TSInput input{const_cast<std::string*>(&source),  // NOLINT: only read
                      [](void* payload, std::uint32_t byte, TSPoint, std::uint32_t* size) {
                        const auto& text = *static_cast<const std::string*>(payload);
                        *size =
                            byte < text.size() ? static_cast<std::uint32_t>(text.size() - byte) : 0;
                        return text.data() + (*size > 0 ? byte : 0);
                      },
                      TSInputEncodingUTF8, nullptr};
  const TSParseOptions options{&calls, [](TSParseState* state) {
                                 return ++*static_cast<std::uint32_t*>(state->payload) > patience;
                               }};
  return RealTree(ts_parser_parse_with_options(parser.get(), nullptr, input, options));
}

inline FlatTree flatten(const TSTree* tree) {
  CopseFlatBuffer buffer{};
  COPSE_CHECK(copse_flatten(tree, &buffer) == CopseFlattenOk);
  FlatTree flat;
  flat.nodes.assign(buffer.nodes, buffer.nodes + buffer.node_count);
  flat.error_leaves.assign(buffer.error_leaves, buffer.error_leaves + buffer.error_leaf_count);
  flat.faults.assign(buffer.faults, buffer.faults + buffer.fault_count);
  flat.visible_count = buffer.visible_count;
  copse_flat_buffer_free(&buffer);
  return flat;
}

struct Sample {
  std::string_view id;
  std::string_view file;
};

inline constexpr Sample kSamples[] = {
    {"bash", "bash.sh"},
    {"c", "c.c"},
    {"c_sharp", "c_sharp.cs"},
    {"cpp", "cpp.cpp"},
    {"css", "css.css"},
    {"go", "go.go"},
    {"html", "html.html"},
    {"java", "java.java"},
    {"javascript", "javascript.js"},
    {"json", "json.json"},
    {"php", "php.php"},
    {"python", "python.py"},
    {"ruby", "ruby.rb"},
    {"rust", "rust.rs"},
    {"tsx", "tsx.tsx"},
    {"typescript", "typescript.ts"},
};

inline TestedLanguage load_language(const Sample& sample) {
  TestedLanguage language;
  language.id = sample.id;
  language.sample = read_file(kDataDir / "sources" / sample.file);
  const std::string path = std::string(COPSE_TEST_GRAMMAR_DIR) + "/" + language.id + ".so";
  void* object = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  COPSE_CHECK(object != nullptr);
  language.real = reinterpret_cast<const TSLanguage* (*)()>(
      dlsym(object, ("tree_sitter_" + language.id).c_str()))();
  language.live = Grammar::from_language(language.real, language.id).value();
  language.stored = Grammar::from_snapshot(language.live->snapshot()).value();
  ModelTrainer trainer(language.stored);
  trainer.add(flatten(parse(language.real, language.sample).get()), language.sample);
  language.model = trainer.train();
  return language;
}

// Loaded once for all tests of a program; in the order of kSamples.
inline const std::vector<TestedLanguage>& languages() {
  static const std::vector<TestedLanguage> kAll = [] {
    std::vector<TestedLanguage> made;
    for (const Sample& sample : kSamples)
      made.push_back(load_language(sample));
    return made;
  }();
  return kAll;
}

inline const TestedLanguage& language(std::string_view id) {
  for (const TestedLanguage& found : languages()) {
    if (found.id == id) return found;
  }
  COPSE_CHECK(false);
  std::abort();
}

}  // namespace copse::query_differential
