// One query in both engines: what they say when compiling it, and what they find with it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "outcome.h"
#include "query/query_text.h"
#include "reference_predicates.h"
#include "subject.h"

namespace copse::query_differential {

struct FreeQuery {
  void operator()(TSQuery* query) const { ts_query_delete(query); }
};
struct FreeCursor {
  void operator()(TSQueryCursor* cursor) const { ts_query_cursor_delete(cursor); }
};
using RealQuery = std::unique_ptr<TSQuery, FreeQuery>;
using RealCursor = std::unique_ptr<TSQueryCursor, FreeCursor>;

// Not inlined: a leak checker must see its name.
[[gnu::noinline]] inline TSQuery* compile_as_tree_sitter(const TSLanguage* language,
                                                         std::string_view text,
                                                         std::uint32_t& offset,
                                                         TSQueryError& error) {
  return ts_query_new(language, text.data(), static_cast<std::uint32_t>(text.size()), &offset,
                      &error);
}

// A query as both engines have it. Compiling it complains where they differ: in the kind or offset
// of an error, in what they say of its patterns. Side::Stored runs what was stored and read again.
class QueryPair {
 public:
  QueryPair(const TestedLanguage& language, std::string text, Tally& tally, bool with_stored = true)
      : language_(language), text_(std::move(text)), tally_(tally) {
    // tree-sitter would not come back from compiling these, or write where it must not.
    if (check_query_text(text_, *language.live)) return;
    // Its analysis reads behind its own steps for some others: copse's copy has checks and says so.
    const auto first = Query::compile(Language(language.live), text_);
    if (!first.ok() && first.error().code() == ErrorCode::Corrupt) return;
    std::uint32_t offset = 0;
    TSQueryError error = TSQueryErrorNone;
    real_.reset(compile_as_tree_sitter(language.real, text_, offset, error));
    if (real_ != nullptr) {
      predicates_.emplace(real_.get());
      if (predicates_->has_bad_regex()) return;
    }
    ++tally_.queries;
    bool accepted = compile(language.live, live_, offset, error);
    if (with_stored) accepted = compile(language.stored, stored_, offset, error) && accepted;
    is_ready_ = real_ != nullptr && accepted;
    if (is_ready_) {
      compare_facts(*live_);
      if (with_stored) store_and_read(language.stored);
    } else {
      ++tally_.refused;
    }
  }

  // Both took it.
  bool is_ready() const { return is_ready_; }
  const std::string& text() const { return text_; }

  // Runs it on both sides. How many matches there are.
  std::size_t run(const Subject& subject, Side side, const MatchOptions& options = {}) {
    const Outcome real = run_real(subject, options);
    const Outcome ours = run_copse(subject, side, options, kMatchesMax);
    if (real.matches != ours.matches) {
      complain(where(subject, side, options) + first_difference(real, ours));
    }
    if (real.complete && ours.complete &&
        real.did_exceed_match_limit != ours.did_exceed_match_limit) {
      complain(where(subject, side, options) + "the match limit was exceeded in one of them");
    }
    ++tally_.runs;
    tally_.runs_over_limit += real.did_exceed_match_limit ? 1 : 0;
    tally_.matches += real.matches.size();
    for (const FoundMatch& match : real.matches)
      tally_.captures += match.captures.size();
    return real.matches.size();
  }

  // A visitor that has had enough gets no more, and what it got are the first ones.
  void run_stopped(const Subject& subject, Side side, std::size_t limit) {
    Outcome expected = run_copse(subject, side, {}, kMatchesMax);
    if (expected.matches.size() > limit) expected.matches.resize(limit);
    const Outcome stopped = run_copse(subject, side, {}, limit);
    if (stopped.matches == expected.matches) return;
    complain(where(subject, side, {}) + "stopped after " + std::to_string(limit) + ": " +
             first_difference(expected, stopped));
  }

 private:
  std::string where(const Subject& subject, Side side, const MatchOptions& options) const {
    return language_.id + " " + subject.name() + " (" + std::string(name_of(side)) + "), " +
           text_of(options) + "\n" + text_ + "\n";
  }

  void complain(const std::string& what) const { tally_.complain(what); }

  // For what is true of the query as a whole.
  void require(bool holds, const std::string& what) const {
    if (!holds) complain(language_.id + "\n" + text_ + "\n" + what);
  }

  // Whether copse took it.
  bool compile(const std::shared_ptr<const Grammar>& grammar, std::optional<Query>& out,
               std::uint32_t offset, TSQueryError error) {
    QueryError said;
    auto query = Query::compile(Language(grammar), text_, &said);
    if (query.ok()) {
      require(error == TSQueryErrorNone, "tree-sitter refuses it at " + std::to_string(offset));
      require(real_ == nullptr || !predicates_->refused(), "predicates taken");
      out.emplace(std::move(query).value());
      return true;
    }
    if (said.kind == QueryError::Kind::Predicate) {
      require(is_refused_predicate(said), "predicates refused: " + said.message);
    } else {
      require(error_type(said.kind) == error && said.offset == offset,
              "tree-sitter's error is " + std::to_string(error) + " at " + std::to_string(offset) +
                  ", ours " + std::to_string(error_type(said.kind)) + " at " +
                  std::to_string(said.offset) + ": " + said.message);
    }
    return false;
  }

  void store_and_read(const std::shared_ptr<const Grammar>& grammar) {
    const std::string bytes = live_->to_bytes();
    require(bytes == stored_->to_bytes(), "other bytes of the stored grammar");
    auto read = Query::from_bytes(Language(grammar), bytes);
    if (!read.ok()) return complain(text_ + "\n" + read.error().message());
    stored_.emplace(std::move(read).value());
    require(stored_->to_bytes() == bytes, "other bytes after reading");
    compare_facts(*stored_);
  }

  bool is_refused_predicate(const QueryError& said) const {
    if (real_ == nullptr) return false;
    // Where expressions have slips, what one engine for them refuses another may take.
    if (said.message.find("cannot use the pattern") != std::string::npos) {
      return predicates_->has_regex();
    }
    const auto refused = predicates_->refused();
    return refused && said.offset == ts_query_start_byte_for_pattern(real_.get(), *refused);
  }

  void compare_facts(const Query& ours) const {
    const TSQuery* real = real_.get();
    require(ours.pattern_count() == ts_query_pattern_count(real), "number of patterns");
    require(ours.capture_names().size() == ts_query_capture_count(real), "number of captures");
    for (std::uint32_t i = 0; i < ts_query_capture_count(real); ++i) {
      std::uint32_t length = 0;
      const char* name = ts_query_capture_name_for_id(real, i, &length);
      require(ours.capture_names()[i] == std::string_view(name, length), "names of captures");
    }
    for (std::uint32_t i = 0; i < ts_query_pattern_count(real); ++i) {
      const std::string of_pattern = " of pattern " + std::to_string(i);
      const PatternFacts facts = ours.pattern_facts(i);
      require(facts.begin_byte == ts_query_start_byte_for_pattern(real, i), "begin" + of_pattern);
      require(facts.end_byte == ts_query_end_byte_for_pattern(real, i), "end" + of_pattern);
      require(facts.is_rooted == ts_query_is_pattern_rooted(real, i), "is_rooted" + of_pattern);
      require(facts.is_non_local == ts_query_is_pattern_non_local(real, i),
              "is_non_local" + of_pattern);
      for (std::uint32_t k = 0; k < ts_query_capture_count(real); ++k) {
        require(static_cast<int>(ours.capture_quantifier(i, k)) ==
                    static_cast<int>(ts_query_capture_quantifier_for_id(real, i, k)),
                "quantifier of capture " + std::to_string(k) + of_pattern);
      }
      require(ReferencePredicates::directives(ours, i) == predicates_->directives(i),
              "directives" + of_pattern);
    }
    for (std::uint32_t byte = 0; byte <= text_.size(); ++byte) {
      require(ours.is_guaranteed_at(byte) == ts_query_is_pattern_guaranteed_at_step(real, byte),
              "is_guaranteed_at " + std::to_string(byte));
    }
  }

  Outcome run_real(const Subject& subject, const MatchOptions& options) const {
    const auto point = [](const Point& value) { return TSPoint{value.row, value.column}; };
    const RealCursor cursor(ts_query_cursor_new());
    ts_query_cursor_set_match_limit(cursor.get(), options.match_limit);
    ts_query_cursor_set_max_start_depth(cursor.get(), options.max_start_depth);
    COPSE_CHECK(ts_query_cursor_set_byte_range(cursor.get(), options.begin_byte, options.end_byte));
    COPSE_CHECK(ts_query_cursor_set_point_range(cursor.get(), point(options.begin_point),
                                                point(options.end_point)));
    ts_query_cursor_exec(cursor.get(), real_.get(), subject.root());
    Outcome outcome;
    TSQueryMatch match;
    while (ts_query_cursor_next_match(cursor.get(), &match)) {
      if (!predicates_->hold(match, subject.source())) continue;
      FoundMatch found{.pattern = match.pattern_index, .captures = {}};
      for (std::uint32_t i = 0; i < match.capture_count; ++i) {
        const TSNode node = match.captures[i].node;
        found.captures.push_back({match.captures[i].index, subject.rank(node),
                                  ts_node_start_byte(node), ts_node_end_byte(node),
                                  ts_node_symbol(node), ts_node_grammar_symbol(node),
                                  ts_node_is_named(node)});
      }
      outcome.matches.push_back(std::move(found));
      if (outcome.matches.size() == kMatchesMax) {
        outcome.complete = false;
        break;
      }
    }
    outcome.did_exceed_match_limit = ts_query_cursor_did_exceed_match_limit(cursor.get());
    return outcome;
  }

  Outcome run_copse(const Subject& subject, Side side, const MatchOptions& options,
                    std::size_t limit) const {
    Outcome outcome;
    const Tree tree = subject.tree(side);
    const Query& query = side == Side::Live || !stored_ ? *live_ : *stored_;
    const auto summary = query.matches(tree, options, [&](const Match& match) {
      FoundMatch found{.pattern = match.pattern, .captures = {}};
      for (const Capture& capture : *match.captures) {
        const Node& node = capture.node;
        found.captures.push_back({capture.index, subject.rank(node), node.start_byte(),
                                  node.end_byte(), node.kind_id(), node.grammar_kind_id(),
                                  node.is_named()});
      }
      outcome.matches.push_back(std::move(found));
      outcome.complete = outcome.matches.size() < limit;
      return outcome.complete;
    });
    if (!summary.ok()) complain(summary.error().message());
    if (summary.ok()) outcome.did_exceed_match_limit = summary.value().did_exceed_match_limit;
    return outcome;
  }

  const TestedLanguage& language_;
  std::string text_;
  Tally& tally_;
  RealQuery real_;
  std::optional<ReferencePredicates> predicates_;
  std::optional<Query> live_;
  std::optional<Query> stored_;
  bool is_ready_ = false;
};

}  // namespace copse::query_differential
