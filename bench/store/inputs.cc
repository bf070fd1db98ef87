#include "inputs.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>

#include "common/corpus.h"

namespace copse::bench {

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream in(path);
  if (!in) give_up(path + ": cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    give_up("'" + std::string(text) + "' is no number");
  }
  return value;
}

Replacement policy_of(std::string_view name) {
  const auto* const found = std::find(std::begin(kPolicyNames), std::end(kPolicyNames), name);
  if (found == std::end(kPolicyNames)) give_up("no policy " + std::string(name));
  return static_cast<Replacement>(found - std::begin(kPolicyNames));
}

TieredWorkspace open_tiers(const TierSettings& settings) {
  auto opened = TieredWorkspace::open(settings);
  if (!opened.ok()) give_up(opened.error().message());
  return std::move(opened).value();
}

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) give_up("nothing was measured");
  const auto at = std::min(values.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(values.size())));
  std::sort(values.begin(), values.end());
  return values[at];
}

}  // namespace copse::bench
