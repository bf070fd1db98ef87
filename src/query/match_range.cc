#include "query/match_range.h"

#include <string>

namespace copse {
namespace {

constexpr Point kNoEnd{UINT32_MAX, UINT32_MAX};

PointBound gap_behind(std::uint64_t byte) {
  return {static_cast<std::uint32_t>(byte) + 1, false};
}

PointBound bound_of(const Point& point, const TreeData& tree) {
  if (point == Point{}) return {0, true};
  if (point == kNoEnd) return {UINT32_MAX, false};
  const auto row = tree.row(point.row);
  // Tokens may end at the source's last byte, and nothing is behind that.
  if (!row) return gap_behind(tree.source_size());
  const std::uint64_t byte = std::uint64_t{row->begin} + point.column;
  if (row->next != UINT64_MAX) {
    return byte < row->next ? PointBound{static_cast<std::uint32_t>(byte), true}
                            : gap_behind(row->next - 1);
  }
  return byte <= tree.source_size() ? PointBound{static_cast<std::uint32_t>(byte), true}
                                    : gap_behind(tree.source_size());
}

std::string text_of(const Point& point) {
  return std::to_string(point.row) + ':' + std::to_string(point.column);
}

Error ends_early(const std::string& kind, const std::string& begin, const std::string& end) {
  return {ErrorCode::InvalidArgument,
          kind + " range from " + begin + " to " + end + " ends before it begins"};
}

}  // namespace

Status check_range(const MatchOptions& options) {
  if (options.begin_byte > options.end_byte && options.end_byte != 0) {
    return ends_early("byte", std::to_string(options.begin_byte), std::to_string(options.end_byte));
  }
  if (options.begin_point > options.end_point && options.end_point != Point{}) {
    return ends_early("point", text_of(options.begin_point), text_of(options.end_point));
  }
  return success();
}

Result<MatchScope> scope_of(const MatchOptions& options, const TreeData& tree) {
  COPSE_TRY_STATUS(check_range(options));
  MatchScope scope;
  scope.begin_byte = options.begin_byte;
  if (options.end_byte != 0) scope.end_byte = options.end_byte;
  scope.begin_point = bound_of(options.begin_point, tree);
  if (options.end_point != Point{}) scope.end_point = bound_of(options.end_point, tree);
  scope.max_start_depth = options.max_start_depth;
  scope.match_limit = options.match_limit;
  return scope;
}

}  // namespace copse
