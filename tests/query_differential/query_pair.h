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
#include "query_runs.h"
#include "subject.h"

namespace copse::query_differential {

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
    const Outcome real = run_real(real_.get(), *predicates_, subject, options);
    compare(real, subject, side, options);
    return real.matches.size();
  }

  // Over the whole source, without a limit in copse: where tree-sitter needs no more than `limit`,
  // it is the answer of both. With a limit, copse passes over no node.
  std::size_t run_whole(const Subject& subject, Side side, std::uint32_t limit) {
    MatchOptions limited;
    limited.match_limit = limit;
    const Outcome real = run_real(real_.get(), *predicates_, subject, limited);
    compare(real, subject, side, real.did_exceed_match_limit ? limited : MatchOptions{});
    return real.matches.size();
  }

  // A visitor that has had enough gets no more, and what it got are the first ones.
  void run_stopped(const Subject& subject, Side side, std::size_t limit) {
    Outcome expected = run_ours(subject, side, {}, kMatchesMax);
    if (expected.matches.size() > limit) expected.matches.resize(limit);
    const Outcome stopped = run_ours(subject, side, {}, limit);
    if (stopped.matches == expected.matches) return;
    complain(where(subject, side, {}) + "stopped after " + std::to_string(limit) + ": " +
             first_difference(expected, stopped));
  }

 private:
  void compare(const Outcome& real, const Subject& subject, Side side,
               const MatchOptions& options) {
    compare(real, run_ours(subject, side, options, kMatchesMax), where(subject, side, options));
    if (side == Side::Shaped) {
      compare(real, run_shaped(subject, options, kMatchesMax, AsksForPlaces::AtTheEnd),
              where(subject, side, options) + "places at the end\n");
    }
    ++tally_.runs;
    tally_.runs_over_limit += real.did_exceed_match_limit ? 1 : 0;
    tally_.matches += real.matches.size();
    for (const FoundMatch& match : real.matches)
      tally_.captures += match.captures.size();
  }

  void compare(const Outcome& real, const Outcome& ours, const std::string& where) const {
    if (real.matches != ours.matches) complain(where + first_difference(real, ours));
    if (real.complete && ours.complete &&
        real.did_exceed_match_limit != ours.did_exceed_match_limit) {
      complain(where + "the match limit was exceeded in one of them");
    }
  }

  Outcome run_ours(const Subject& subject, Side side, const MatchOptions& options,
                   std::size_t limit) {
    if (side == Side::Shaped) return run_shaped(subject, options, limit, AsksForPlaces::AtOnce);
    const Query& query = side == Side::Live || !stored_ ? *live_ : *stored_;
    return outcome_of(run_copse(query, subject, side, options, limit));
  }

  Outcome run_shaped(const Subject& subject, const MatchOptions& options, std::size_t limit,
                     AsksForPlaces asks) {
    if (!shaped_) shaped_.emplace(*live_);
    return outcome_of(shaped_->run(subject, options, limit, asks));
  }

  Outcome outcome_of(Result<Outcome> result) const {
    if (result.ok()) return std::move(result).value();
    complain(result.error().message());
    return {};
  }

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

  const TestedLanguage& language_;
  std::string text_;
  Tally& tally_;
  RealQuery real_;
  std::optional<ReferencePredicates> predicates_;
  std::optional<Query> live_;
  std::optional<Query> stored_;
  std::optional<ShapedSearch> shaped_;  // made when it is first asked for
  bool is_ready_ = false;
};

}  // namespace copse::query_differential
