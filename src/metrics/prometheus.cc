// Families of samples in Prometheus's text format.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "copse/metrics.h"

namespace copse {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

// [a-zA-Z_][a-zA-Z0-9_]*, and ':' where `colons`.
bool is_name(std::string_view text, bool colons) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  return std::all_of(text.begin(), text.end(), [&](char byte) {
    return is_letter(byte) || (byte >= '0' && byte <= '9') || (colons && byte == ':');
  });
}

// A quote needs its backslash only inside quotes.
void append_escaped(std::string& out, std::string_view text, bool quoted) {
  for (const char byte : text) {
    if (byte == '\n') {
      out += "\\n";
      continue;
    }
    if (byte == '\\' || (quoted && byte == '"')) out += '\\';
    out += byte;
  }
}

Error refused(const MetricFamily& family, const std::string& why) {
  return {ErrorCode::InvalidArgument, "metric '" + family.name + "': " + why};
}

// Two leading underscores are Prometheus's own.
Status check_labels(const MetricFamily& family, const Labels& labels) {
  std::set<std::string_view> names;
  for (const auto& [name, value] : labels) {
    if (!is_name(name, false) || name.starts_with("__")) {
      return refused(family, "'" + name + "' is no name of a label");
    }
    if (!names.insert(name).second) return refused(family, "label '" + name + "' is there twice");
  }
  return success();
}

void append_sample(std::string& out, const std::string& name, const MetricSample& sample) {
  out += name;
  char separator = '{';
  for (const auto& [label, value] : sample.labels) {
    out += separator;
    out += label + "=\"";
    append_escaped(out, value, true);
    out += '"';
    separator = ',';
  }
  if (!sample.labels.empty()) out += '}';
  out += ' ' + std::to_string(sample.value) + '\n';
}

Status append_family(std::string& out, const MetricFamily& family) {
  if (!is_name(family.name, true)) return refused(family, "this is no name of a metric");
  out += "# HELP " + family.name + ' ';
  append_escaped(out, family.help, false);
  out += "\n# TYPE " + family.name;
  out += family.type == MetricType::Counter ? " counter\n" : " gauge\n";
  std::set<Labels> seen;
  for (const MetricSample& sample : family.samples) {
    COPSE_TRY_STATUS(check_labels(family, sample.labels));
    Labels ordered = sample.labels;
    std::sort(ordered.begin(), ordered.end());
    if (!seen.insert(std::move(ordered)).second) {
      return refused(family, "two samples have the same labels");
    }
    append_sample(out, family.name, sample);
  }
  return success();
}

}  // namespace

Result<std::string> prometheus_text(const std::vector<MetricFamily>& families) {
  std::string out;
  std::set<std::string_view> names;
  for (const MetricFamily& family : families) {
    if (!names.insert(family.name).second) return refused(family, "it is there twice");
    COPSE_TRY_STATUS(append_family(out, family));
  }
  return out;
}

}  // namespace copse
