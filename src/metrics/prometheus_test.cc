// What Prometheus's own parser asks of its text, asked of ours.
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "copse/metrics.h"

namespace copse {
namespace {

// The families of a text by name, each with its samples as label text and value; fails the test
// where the format is not kept.
struct ParsedFamily {
  std::string help;
  std::string type;
  std::map<std::string, std::string> samples;
};

std::map<std::string, ParsedFamily> parse(const std::string& text) {
  static const std::regex kHelp("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (([^\\\\]|\\\\[\\\\n])*)");
  static const std::regex kType("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)");
  static const std::string kLabel(R"re([a-zA-Z_][a-zA-Z0-9_]*="([^\\"]|\\[\\"n])*")re");
  static const std::regex kSample("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{" + kLabel + "(," + kLabel +
                                  ")*\\})? ([0-9]+)");
  std::map<std::string, ParsedFamily> families;
  std::string current;
  EXPECT_TRUE(text.empty() || text.back() == '\n');
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (std::regex_match(line, parts, kHelp)) {
      EXPECT_TRUE(families.try_emplace(parts[1], ParsedFamily{parts[2], "", {}}).second) << line;
      current = parts[1];
    } else if (std::regex_match(line, parts, kType)) {
      EXPECT_EQ(parts[1], current);
      EXPECT_TRUE(families[current].type.empty() && families[current].samples.empty()) << line;
      families[current].type = parts[2];
    } else if (std::regex_match(line, parts, kSample)) {
      EXPECT_EQ(parts[1], current);
      EXPECT_FALSE(families[current].type.empty()) << line;
      EXPECT_TRUE(families[current].samples.try_emplace(parts[2], parts[parts.size() - 1]).second)
          << line;
    } else {
      ADD_FAILURE() << "not in the format: " << line;
    }
  }
  return families;
}

TEST(Prometheus, SaysWhatWasCounted) {
  const auto text = prometheus_text(
      {{"copse_a_total", "Counted.", MetricType::Counter, {{{}, 18446744073709551615U}}},
       {"copse_b", "Two of them.", MetricType::Gauge, {{{{"kind", "x"}}, 1}, {{{"kind", "y"}}, 0}}},
       {"copse_none", "Nothing yet.", MetricType::Gauge, {}}});
  ASSERT_TRUE(text.ok()) << text.error().message();
  EXPECT_EQ(text.value(),
            "# HELP copse_a_total Counted.\n"
            "# TYPE copse_a_total counter\n"
            "copse_a_total 18446744073709551615\n"
            "# HELP copse_b Two of them.\n"
            "# TYPE copse_b gauge\n"
            "copse_b{kind=\"x\"} 1\n"
            "copse_b{kind=\"y\"} 0\n"
            "# HELP copse_none Nothing yet.\n"
            "# TYPE copse_none gauge\n");
  EXPECT_EQ(parse(text.value()).size(), 3U);
}

TEST(Prometheus, EscapesWhatWouldEndALine) {
  const auto text = prometheus_text({{"copse_a",
                                      "back\\slash, \"quote\"\nnext",
                                      MetricType::Gauge,
                                      {{{{"l", "a\\b\"c\nd}"}, {"m", ""}}, 7}}}});
  ASSERT_TRUE(text.ok());
  const auto families = parse(text.value());
  EXPECT_EQ(families.at("copse_a").help, "back\\\\slash, \"quote\"\\nnext");
  ASSERT_EQ(families.at("copse_a").samples.size(), 1U);
  EXPECT_EQ(families.at("copse_a").samples.begin()->first, "{l=\"a\\\\b\\\"c\\nd}\",m=\"\"}");
}

TEST(Prometheus, RefusesWhatPrometheusWould) {
  const auto family = [](std::string name, std::vector<MetricSample> samples) {
    return MetricFamily{std::move(name), "h", MetricType::Gauge, std::move(samples)};
  };
  for (const auto& families : std::vector<std::vector<MetricFamily>>{
           {family("", {})},
           {family("1a", {})},
           {family("a-b", {})},
           {family("a b", {})},
           {family("a", {}), family("a", {})},
           {family("a", {{{{"", "v"}}, 1}})},
           {family("a", {{{{"x:y", "v"}}, 1}})},
           {family("a", {{{{"__x", "v"}}, 1}})},
           {family("a", {{{{"x", "v"}, {"x", "w"}}, 1}})},
           {family("a", {{{}, 1}, {{}, 2}})},
           {family("a", {{{{"x", "v"}, {"y", "w"}}, 1}, {{{"y", "w"}, {"x", "v"}}, 2}})},
       }) {
    const auto text = prometheus_text(families);
    ASSERT_FALSE(text.ok()) << text.value();
    EXPECT_EQ(text.error().code(), ErrorCode::InvalidArgument);
    EXPECT_NE(text.error().message().find("'" + families.front().name + "'"), std::string::npos);
  }
}

}  // namespace
}  // namespace copse
