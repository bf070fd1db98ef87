#include "stored_queries.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>

#include <tree_sitter/api.h>

#include "copse/query.h"

#include "common/corpus.h"
#include "common/json_line.h"
#include "workspace/grammar_library.h"

namespace copse::bench {
namespace {

double processor_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

template <typename Task>
double median_us(std::uint64_t rounds, const Task& task) {
  std::vector<double> times;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const double begin = processor_us();
    if (!task()) give_up("a query that is refused");
    times.push_back(processor_us() - begin);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.good()) give_up("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool compile_as_tree_sitter(const TSLanguage* language, const std::string& text) {
  std::uint32_t offset = 0;
  TSQueryError error = TSQueryErrorNone;
  TSQuery* query =
      ts_query_new(language, text.data(), static_cast<std::uint32_t>(text.size()), &offset, &error);
  if (query == nullptr) return false;
  ts_query_delete(query);
  return true;
}

}  // namespace

void run_stored_queries(std::uint64_t rounds, const std::string& language,
                        const std::vector<std::string>& files) {
  const auto library =
      GrammarLibrary::load(std::string(COPSE_TEST_GRAMMAR_DIR) + "/" + language + ".so", language);
  if (!library.ok()) give_up(library.error().message());
  const Language own(library.value().grammar());
  for (const std::string& file : files) {
    const std::string text = read_file(file);
    const auto query = Query::compile(own, text);
    if (!query.ok()) give_up(file + ": " + query.error().message());
    const std::string bytes = query.value().to_bytes();
    const double tree_sitter =
        median_us(rounds, [&] { return compile_as_tree_sitter(library.value().language(), text); });
    const double compiled = median_us(rounds, [&] { return Query::compile(own, text).ok(); });
    const double read = median_us(rounds, [&] { return Query::from_bytes(own, bytes).ok(); });
    JsonLine()
        .add("text_bytes", static_cast<std::uint64_t>(text.size()))
        .add("stored_bytes", static_cast<std::uint64_t>(bytes.size()))
        .add("tree_sitter_us", std::optional(tree_sitter))
        .add("compile_us", std::optional(compiled))
        .add("read_us", std::optional(read))
        .print();
  }
}

}  // namespace copse::bench
