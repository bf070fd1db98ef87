// What the codecs are measured with, a command each; every one prints its figures as its header
// says.
//
//   copse_bench_codec chunking AVERAGE ROUNDS FILE...              chunking.h
//   copse_bench_codec dictionaries LIST JOBS                       dictionaries.h
//   copse_bench_codec levels FILE MB_PER_S SECONDS THREADS WISH FIXED   levels.h
//   copse_bench_codec speeds ROUNDS FILE...                        speeds.h
//   copse_bench_codec pages BASE TARGET THREADS ROUNDS             vm_memory.h
//   copse_bench_codec xbzrle BASE TARGET                           vm_memory.h
//   copse_bench_codec xor ...                                      xor_speed.h
#include <string_view>

#include "chunking.h"
#include "common/corpus.h"
#include "dictionaries.h"
#include "levels.h"
#include "speeds.h"
#include "vm_memory.h"
#include "xor_speed.h"

namespace {

struct Command {
  std::string_view name;
  int (*run)(int, char**);
};

constexpr Command kCommands[] = {
    {"chunking", copse::bench::bench_chunking}, {"dictionaries", copse::bench::bench_dictionaries},
    {"levels", copse::bench::bench_levels},     {"speeds", copse::bench::bench_speeds},
    {"pages", copse::bench::bench_pages},       {"xbzrle", copse::bench::bench_xbzrle},
    {"xor", copse::bench::bench_xor},
};

}  // namespace

// Each command sees its own name as argv[0].
int main(int argc, char** argv) {
  const std::string_view wanted = argc > 1 ? argv[1] : "";
  for (const Command& command : kCommands) {
    if (command.name == wanted) return command.run(argc - 1, argv + 1);
  }
  copse::bench::give_up("a command of main.cc, with what it takes");
  return 1;
}
