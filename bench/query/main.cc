// What copse's queries are measured against, a command each; every one prints JSON, an object a
// line.
//
//   copse_bench_query cursor LIST ROOT JOBS OUTPUT QUERY...   tree-sitter's cursor over kept trees
//   copse_bench_query symbols STORE ROUNDS NAME...            names looked up in one process
//   copse_bench_query stored ROUNDS LANGUAGE FILE...          queries compiled, and read
//
// LIST is described in common/corpus.h, the rest in cursor_rival.h, warm_symbols.h and
// stored_queries.h.
#include <string>
#include <vector>

#include "common/corpus.h"
#include "common/rivals.h"
#include "cursor_rival.h"
#include "stored_queries.h"
#include "warm_symbols.h"

int main(int argc, char** argv) {
  using namespace copse::bench;
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string command = words.empty() ? "" : words[0];
  const auto rest = [&](int from) {
    return std::vector<std::string>(words.begin() + from, words.end());
  };
  if (command == "cursor" && words.size() > 5) {
    run_cursor(read_list(words[1]), words[2], jobs_of(words[3]), words[4], rest(5));
  } else if (command == "symbols" && words.size() > 3) {
    run_warm_symbols(words[1], jobs_of(words[2]), rest(3));
  } else if (command == "stored" && words.size() > 3) {
    run_stored_queries(jobs_of(words[1]), words[2], rest(3));
  } else {
    give_up("a command of main.cc, with what it takes");
  }
  return 0;
}
