// What the store is measured with, a command each; every one prints its figures as its header says.
//
//   copse_bench_store accesses STORE PATHS TRACE POLICY TIERS BUDGET_MB   accesses.h
//   copse_bench_store open STORE PATHS FILLER TIER ROUNDS                  open_by_tier.h
//   copse_bench_store parse ROOT LIST ROUNDS                               open_by_tier.h
//   copse_bench_store replay TRACE BYTES...                                replay_trace.h
//   copse_bench_store chunked LIST LEVEL                                   chunked.h
//   copse_bench_store insert FILE...                                       front_insert.h
#include <string_view>

#include "accesses.h"
#include "chunked.h"
#include "common/corpus.h"
#include "front_insert.h"
#include "open_by_tier.h"
#include "replay_trace.h"

namespace {

struct Command {
  std::string_view name;
  int (*run)(int, char**);
};

constexpr Command kCommands[] = {
    {"accesses", copse::bench::bench_accesses}, {"open", copse::bench::bench_open_by_tier},
    {"parse", copse::bench::bench_parse},       {"replay", copse::bench::bench_replay},
    {"chunked", copse::bench::bench_chunked},   {"insert", copse::bench::bench_front_insert},
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
