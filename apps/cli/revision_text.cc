// Dates and ids for people and for JSON.
#include "revision_text.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace copse::cli {
namespace {

constexpr std::size_t kShortDigits = 10;

// Fields of the time where the committer was; of a year that no calendar has, those of 1970.
std::tm local_time(const RevisionInfo& revision) {
  const std::time_t at = revision.time_s + std::int64_t{60} * revision.offset_minutes;
  std::tm fields{};
  if (::gmtime_r(&at, &fields) == nullptr) fields = std::tm{};
  return fields;
}

std::string formatted(const std::tm& fields, const char* format) {
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &fields)};
}

}  // namespace

std::string short_revision(std::string_view id) {
  return std::string(id.substr(0, kShortDigits));
}

std::string date_text(const RevisionInfo& revision) {
  return formatted(local_time(revision), "%Y-%m-%d");
}

std::string time_text(const RevisionInfo& revision) {
  const int minutes = std::abs(revision.offset_minutes);
  std::array<char, 16> offset{};
  (void)std::snprintf(offset.data(), offset.size(), "%c%02d:%02d",
                      revision.offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return formatted(local_time(revision), "%Y-%m-%dT%H:%M:%S") + offset.data();
}

void print_revision(JsonWriter& json, const RevisionInfo& revision) {
  json.key("revision").string(revision.id);
  json.key("previous").string_or_null(revision.previous);
  json.key("time").string(time_text(revision));
  json.key("subject").string(revision.subject);
  json.key("names").begin_array();
  for (const std::string& name : revision.names) {
    json.string(name);
  }
  json.end_array();
}

}  // namespace copse::cli
