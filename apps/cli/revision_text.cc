// Dates and ids for people and for JSON.
#include "revision_text.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace copse::cli {
namespace {

constexpr std::size_t kShortDigits = 10;

constexpr std::int64_t kDaySeconds = 86'400;

struct LocalTime {
  std::int64_t day = 0;     // since 1970
  std::int64_t second = 0;  // of the day
};

LocalTime local_time(const RevisionInfo& revision) {
  const std::int64_t at = revision.time_s + std::int64_t{60} * revision.offset_minutes;
  // Years that are written with four digits; git takes no others.
  constexpr std::int64_t kEnd = 253'402'300'800;
  const std::int64_t kept = at < 0 || at >= kEnd ? 0 : at;
  return {kept / kDaySeconds, kept % kDaySeconds};
}

template <typename... Numbers>
std::string formatted(const char* format, Numbers... numbers) {
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), format, numbers...);
  return text.data();
}

}  // namespace

std::string short_revision(std::string_view id) {
  return std::string(id.substr(0, kShortDigits));
}

std::string date_text(const RevisionInfo& revision) {
  const std::chrono::sys_days days{std::chrono::days{local_time(revision).day}};
  const std::chrono::year_month_day date{days};
  return formatted("%04d-%02u-%02u", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string time_text(const RevisionInfo& revision) {
  const int second = static_cast<int>(local_time(revision).second);
  const int minutes = std::abs(revision.offset_minutes);
  return date_text(revision) +
         formatted("T%02d:%02d:%02d%c%02d:%02d", second / 3600, second / 60 % 60, second % 60,
                   revision.offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
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
