#include "replay_trace.h"

#include <string>
#include <string_view>
#include <vector>

#include "common/corpus.h"
#include "common/json_line.h"
#include "inputs.h"
#include "tiers/access_trace.h"

namespace copse::bench {
namespace {

std::vector<Access> read_trace(const std::string& path) {
  std::vector<Access> trace;
  for (const std::string_view line : read_lines(path)) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) give_up(path + ": a line is no entry and its bytes");
    trace.push_back({number_of(line.substr(0, space)), number_of(line.substr(space + 1))});
  }
  return trace;
}

double share_of(const ReplayResult& result) {
  return static_cast<double>(result.hits) / static_cast<double>(result.accesses);
}

}  // namespace

int bench_replay(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::vector<Access> trace = read_trace(argv[1]);
  if (trace.empty()) give_up("an empty trace");
  for (int i = 2; i < argc; ++i) {
    const std::uint64_t capacity = number_of(argv[i]);
    JsonLine line;
    line.add("capacity_bytes", capacity);
    for (const std::string_view name : kPolicyNames) {
      const auto policy = make_policy(policy_of(name));
      line.add(name, std::optional(share_of(replay(trace, *policy, capacity))));
    }
    line.add("belady", std::optional(share_of(replay_optimal(trace, capacity))));
    line.print();
  }
  return 0;
}

}  // namespace copse::bench
