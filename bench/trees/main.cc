// What the task measures, a command each; every one prints a JSON object in a line.
//
//   copse_bench_trees parse LIST JOBS                          parse every file, keep nothing
//   copse_bench_trees memory LIST JOBS                         what tree-sitter allocates for trees
//   copse_bench_trees zstd LIST LEVEL JOBS                     sources as one frame a file, summed
//   copse_bench_trees visit-parsed LIST                        parse and visit, one file at a time
//   copse_bench_trees visit-stored STORE                       open and visit, one file at a time
//   copse_bench_trees sizes STORE ROOT LANGUAGE JOBS           bytes in each form; all compared
//   copse_bench_trees speed STORE ROOT LANGUAGE NODES ROUNDS   each step over a batch in memory
//   copse_bench_trees open STORE ROOT LANGUAGE FILES RUNS      file by file, beside parsing
//
// LIST is described in common/corpus.h, the rest in measures.h.
#include <iostream>
#include <string>
#include <vector>

#include "common/json_line.h"
#include "common/rivals.h"
#include "measures.h"
#include "visit.h"

namespace copse::bench {
namespace {

void visit_parsed(const std::vector<SourceFile>& files) {
  std::uint64_t hash = 0;
  parse_all(files, 1,
            [&](unsigned /*thread*/, const SourceFile& /*file*/, std::string_view /*source*/,
                const TreePointer& tree) { hash = mixed(hash, visit(ParsedStep(tree.get()))); });
  JsonLine().add("files", std::uint64_t{files.size()}).add("hash", hash).print();
}

int run(const std::vector<std::string>& words) {
  const std::string command = words.empty() ? "" : words[0];
  const auto is = [&](std::string_view name, std::size_t count) {
    return command == name && words.size() == count;
  };
  const auto subject = [&] { return Subject{words[1], words[2], words[3]}; };
  if (is("parse", 3)) {
    run_parse(read_list(words[1]), jobs_of(words[2]));
  } else if (is("memory", 3)) {
    run_memory(read_list(words[1]), jobs_of(words[2]));
  } else if (is("zstd", 4)) {
    measure_zstd(read_list(words[1]), static_cast<int>(jobs_of(words[2])), jobs_of(words[3]));
  } else if (is("visit-parsed", 2)) {
    visit_parsed(read_list(words[1]));
  } else if (is("visit-stored", 2)) {
    visit_store(words[1]);
  } else if (is("sizes", 5)) {
    measure_sizes(subject(), jobs_of(words[4]));
  } else if (is("speed", 6)) {
    measure_speed(subject(), jobs_of(words[4]), jobs_of(words[5]));
  } else if (is("open", 6)) {
    measure_open(subject(), jobs_of(words[4]), jobs_of(words[5]));
  } else {
    give_up("a command of main.cc, with what it takes");
  }
  return 0;
}

}  // namespace
}  // namespace copse::bench

int main(int argc, char** argv) {
  return copse::bench::run({argv + 1, argv + argc});
}
