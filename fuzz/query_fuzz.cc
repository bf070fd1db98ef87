// Any query text over any JSON: compiling ends as in tree-sitter, and every match stays inside the
// tree. The input is the query, a zero byte, the source.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <dlfcn.h>

#include "copse/query.h"

#include "core/check.h"
#include "query/query_text.h"
#include "syntax/tree_data.h"
#include "syntax/ts_adapter.h"

namespace {

constexpr std::size_t kInputBytesMax = 4096;
constexpr int kMatchesMax = 1000;

const TSLanguage* json_language() {
  static const TSLanguage* language = [] {
    void* object = dlopen(COPSE_TEST_GRAMMAR_DIR "/json.so", RTLD_NOW | RTLD_LOCAL);
    COPSE_CHECK(object != nullptr);
    return reinterpret_cast<const TSLanguage* (*)()>(dlsym(object, "tree_sitter_json"))();
  }();
  return language;
}

const std::shared_ptr<const copse::Grammar>& json_grammar() {
  static const auto kGrammar = copse::Grammar::from_language(json_language(), "json").value();
  return kGrammar;
}

copse::Tree parse(std::string_view source) {
  const std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser(ts_parser_new(),
                                                                      &ts_parser_delete);
  COPSE_CHECK(ts_parser_set_language(parser.get(), json_language()));
  const std::unique_ptr<TSTree, decltype(&ts_tree_delete)> tree(
      ts_parser_parse_string(parser.get(), nullptr, source.data(),
                             static_cast<std::uint32_t>(source.size())),
      &ts_tree_delete);
  CopseFlatBuffer buffer{};
  COPSE_CHECK(copse_flatten(tree.get(), &buffer) == CopseFlattenOk);
  copse::FlatTree flat;
  flat.nodes.assign(buffer.nodes, buffer.nodes + buffer.node_count);
  copse_flat_buffer_free(&buffer);
  return copse::Tree(copse::make_tree_data(json_grammar(), std::string(source), std::move(flat)));
}

// Whether tree-sitter itself takes the query.
bool compiles(std::string_view text) {
  std::uint32_t offset = 0;
  TSQueryError error = TSQueryErrorNone;
  TSQuery* query = ts_query_new(json_language(), text.data(),
                                static_cast<std::uint32_t>(text.size()), &offset, &error);
  if (query == nullptr) return false;
  ts_query_delete(query);
  return true;
}

}  // namespace

// tree-sitter's own compiler forgets some lists when it refuses a query; ours must not. The name is
// the sanitizer's.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:compiles\n";
}
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kInputBytesMax) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(0, input.find('\0'));
  const std::string_view source =
      text.size() < size ? input.substr(text.size() + 1) : std::string_view("[1, {\"a\": null}]");
  copse::QueryError error;
  const auto query = copse::Query::compile(copse::Language(json_grammar()), text, &error);
  if (!query.ok()) {
    COPSE_CHECK(!error.describe("query", text).empty());
    COPSE_CHECK(error.kind == copse::QueryError::Kind::Predicate ||
                copse::check_query_text(text, *json_grammar()).has_value() || !compiles(text));
    return 0;
  }
  COPSE_CHECK(compiles(text));
  const copse::Tree tree = parse(source);
  int matches = 0;
  const auto status =
      query.value().matches(tree, {.match_limit = 32}, [&](const copse::Match& match) {
        for (const copse::Capture& capture : *match.captures) {
          COPSE_CHECK(capture.node.index() < tree.node_count());
          COPSE_CHECK(capture.node.end_byte() <= source.size());
        }
        return ++matches < kMatchesMax;
      });
  COPSE_CHECK(status.ok());
  return 0;
}
