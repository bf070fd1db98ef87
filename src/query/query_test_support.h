// For the tests of this module: grammars from where the build put them, and trees from a parser.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "copse/query.h"

#include "syntax/tree_data.h"
#include "syntax/ts_adapter.h"

namespace copse {

// What tests of one language share.
class TestLanguage {
 public:
  explicit TestLanguage(const std::string& id) {
    const std::string path = std::string(COPSE_TEST_GRAMMAR_DIR) + "/" + id + ".so";
    void* object = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    EXPECT_NE(object, nullptr) << path;
    auto* make =
        reinterpret_cast<const TSLanguage* (*)()>(dlsym(object, ("tree_sitter_" + id).c_str()));
    real_ = make();
    auto grammar = Grammar::from_language(real_, id);
    EXPECT_TRUE(grammar.ok()) << id;
    grammar_ = std::move(grammar).value();
  }

  Language language() const { return Language(grammar_); }

  Tree parse(std::string_view source) const {
    TSParser* parser = ts_parser_new();
    EXPECT_TRUE(ts_parser_set_language(parser, real_));
    TSTree* tree = ts_parser_parse_string(parser, nullptr, source.data(),
                                          static_cast<std::uint32_t>(source.size()));
    CopseFlatBuffer buffer{};
    EXPECT_EQ(copse_flatten(tree, &buffer), CopseFlattenOk);
    FlatTree flat;
    flat.nodes.assign(buffer.nodes, buffer.nodes + buffer.node_count);
    flat.error_leaves.assign(buffer.error_leaves, buffer.error_leaves + buffer.error_leaf_count);
    flat.faults.assign(buffer.faults, buffer.faults + buffer.fault_count);
    copse_flat_buffer_free(&buffer);
    ts_tree_delete(tree);
    ts_parser_delete(parser);
    return Tree(make_tree_data(grammar_, std::string(source), std::move(flat)));
  }

 private:
  const TSLanguage* real_ = nullptr;
  std::shared_ptr<const Grammar> grammar_;
};

inline const TestLanguage& test_language(const std::string& id) {
  static std::vector<std::pair<std::string, std::unique_ptr<TestLanguage>>> loaded;
  for (const auto& [name, language] : loaded) {
    if (name == id) return *language;
  }
  return *loaded.emplace_back(id, std::make_unique<TestLanguage>(id)).second;
}

// The texts of all captures, match by match: "a b|c". An error gives its message.
inline std::string captured(std::string_view id, std::string_view query, std::string_view source,
                            const MatchOptions& options = {}) {
  const TestLanguage& language = test_language(std::string(id));
  const auto compiled = Query::compile(language.language(), query);
  if (!compiled.ok()) return compiled.error().message();
  std::string out;
  const auto status =
      compiled.value().matches(language.parse(source), options, [&](const Match& match) {
        if (!out.empty()) out += '|';
        for (const Capture& capture : *match.captures) {
          if (&capture != match.captures->data()) out += ' ';
          out += capture.node.text();
        }
        return true;
      });
  return status.ok() ? out : status.error().message();
}

}  // namespace copse
