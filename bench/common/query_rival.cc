// tree-sitter's query cursor and a host's predicates.
#include "common/query_rival.h"

#include <algorithm>

#include "common/corpus.h"

namespace copse::bench {
namespace {

std::string_view text_of(const TSNode& node, std::string_view source) {
  const std::uint32_t start = ts_node_start_byte(node);
  return source.substr(start, ts_node_end_byte(node) - start);
}

}  // namespace

RivalQuery::RivalQuery(const TSLanguage* language, const std::string& text) {
  std::uint32_t offset = 0;
  TSQueryError error = TSQueryErrorNone;
  query_.reset(ts_query_new(language, text.data(), static_cast<std::uint32_t>(text.size()), &offset,
                            &error));
  if (query_ == nullptr) give_up("the query is wrong at byte " + std::to_string(offset));
  const std::uint32_t patterns = ts_query_pattern_count(query_.get());
  patterns_.resize(patterns);
  for (std::uint32_t pattern = 0; pattern < patterns; ++pattern)
    read_predicates(pattern);
}

std::string RivalQuery::string_of(const TSQueryPredicateStep& step) const {
  if (step.type != TSQueryPredicateStepTypeString) give_up("a predicate with a capture too many");
  std::uint32_t length = 0;
  const char* text = ts_query_string_value_for_id(query_.get(), step.value_id, &length);
  return {text, length};
}

void RivalQuery::read_predicates(std::uint32_t pattern) {
  std::uint32_t count = 0;
  const TSQueryPredicateStep* steps =
      ts_query_predicates_for_pattern(query_.get(), pattern, &count);
  for (std::uint32_t begin = 0; begin < count;) {
    std::uint32_t end = begin;
    while (steps[end].type != TSQueryPredicateStepTypeDone)
      ++end;
    const std::string name = string_of(steps[begin]);
    if (end < begin + 3) give_up("a predicate with too little to say: " + name);
    Predicate predicate;
    predicate.capture = steps[begin + 1].value_id;
    if (name == "eq?" && steps[begin + 2].type == TSQueryPredicateStepTypeCapture) {
      predicate.other = steps[begin + 2].value_id;
    } else {
      for (std::uint32_t i = begin + 2; i < end; ++i)
        predicate.texts.push_back(string_of(steps[i]));
    }
    if (name == "match?") {
      predicate.pattern = std::make_unique<re2::RE2>(predicate.texts.front(), re2::RE2::Quiet);
      if (!predicate.pattern->ok()) give_up(predicate.pattern->error());
    } else if (name != "eq?" && name != "any-of?") {
      give_up("a predicate that the rival does not know: " + name);
    }
    patterns_[pattern].push_back(std::move(predicate));
    begin = end + 1;
  }
}

// Node by node, as long as both captures have one.
bool RivalQuery::same_texts(const Predicate& predicate, const TSQueryMatch& match,
                            std::string_view source) {
  const auto next_of = [&](std::uint32_t capture, std::uint16_t from) {
    while (from < match.capture_count && match.captures[from].index != capture)
      ++from;
    return from;
  };
  std::uint16_t one = next_of(predicate.capture, 0);
  std::uint16_t other = next_of(*predicate.other, 0);
  while (one < match.capture_count && other < match.capture_count) {
    if (text_of(match.captures[one].node, source) != text_of(match.captures[other].node, source)) {
      return false;
    }
    one = next_of(predicate.capture, one + 1);
    other = next_of(*predicate.other, other + 1);
  }
  return true;
}

bool RivalQuery::holds(const Predicate& predicate, const TSQueryMatch& match,
                       std::string_view source) {
  if (predicate.other) return same_texts(predicate, match, source);
  for (std::uint16_t i = 0; i < match.capture_count; ++i) {
    const TSQueryCapture& capture = match.captures[i];
    if (capture.index != predicate.capture) continue;
    const std::string_view text = text_of(capture.node, source);
    const bool holds =
        predicate.pattern != nullptr
            ? re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *predicate.pattern)
            : std::find(predicate.texts.begin(), predicate.texts.end(), text) !=
                  predicate.texts.end();
    if (!holds) return false;
  }
  return true;
}

void RivalQuery::start(TSQueryCursor* cursor, const TSTree* tree) const {
  ts_query_cursor_exec(cursor, query_.get(), ts_tree_root_node(tree));
}

bool RivalQuery::next(TSQueryCursor* cursor, std::string_view source, TSQueryMatch& match) const {
  while (ts_query_cursor_next_match(cursor, &match)) {
    const std::vector<Predicate>& predicates = patterns_[match.pattern_index];
    if (std::all_of(predicates.begin(), predicates.end(),
                    [&](const Predicate& predicate) { return holds(predicate, match, source); })) {
      return true;
    }
  }
  return false;
}

std::uint64_t RivalQuery::count(TSQueryCursor* cursor, const TSTree* tree,
                                std::string_view source) const {
  start(cursor, tree);
  std::uint64_t matches = 0;
  for (TSQueryMatch match; next(cursor, source, match);)
    ++matches;
  return matches;
}

std::string_view RivalQuery::capture_name(std::uint32_t index) const {
  std::uint32_t length = 0;
  const char* name = ts_query_capture_name_for_id(query_.get(), index, &length);
  return {name, length};
}

}  // namespace copse::bench
