// All that this task knows of the symbols' interface; where that is not there, it says so.
#include "warm_symbols.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "copse/workspace.h"
#if __has_include("copse/symbols.h")
#include "copse/symbols.h"
#endif

#include "common/corpus.h"
#include "common/json_line.h"

namespace copse::bench {

#if __has_include("copse/symbols.h")
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t look_up(const Workspace& workspace, const std::string& name) {
  SymbolRequest request;
  request.name = name;
  std::uint64_t found = 0;
  const auto report = workspace.symbols(request, [&found](const auto& /*symbol*/) {
    ++found;
    return true;
  });
  if (!report.ok()) give_up(report.error().message());
  return found;
}

}  // namespace

void run_warm_symbols(const std::string& store, std::uint64_t rounds,
                      const std::vector<std::string>& names) {
  const auto workspace = Workspace::open(store);
  if (!workspace.ok()) give_up(workspace.error().message());
  std::vector<double> found;
  std::vector<double> medians_us;
  for (const std::string& name : names) {
    found.push_back(static_cast<double>(look_up(workspace.value(), name)));
    std::vector<double> times_us;
    for (std::uint64_t round = 0; round < rounds; ++round) {
      const auto begin = Clock::now();
      look_up(workspace.value(), name);
      times_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    std::sort(times_us.begin(), times_us.end());
    medians_us.push_back(times_us[times_us.size() / 2]);
  }
  JsonLine().add("found", found).add("us", medians_us).print();
}

#else

void run_warm_symbols(const std::string& /*store*/, std::uint64_t /*rounds*/,
                      const std::vector<std::string>& /*names*/) {
  JsonLine().add("found", std::optional<double>()).add("us", std::optional<double>()).print();
}

#endif

}  // namespace copse::bench
