// A tree-sitter query by tree-sitter itself, and the predicates that the benchmark's queries use.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>
#include <tree_sitter/api.h>

namespace copse::bench {

// Compiled once, shared between threads. Knows #eq?, of a text or of another capture, #match? and
// #any-of?, which is what the benchmarks' queries have; ends the program when a query asks for
// more.
class RivalQuery {
 public:
  RivalQuery(const TSLanguage* language, const std::string& text);

  // How many matches there are whose predicates hold.
  std::uint64_t count(TSQueryCursor* cursor, const TSTree* tree, std::string_view source) const;

  // One by one: start, then next until it is false. The match is the cursor's.
  void start(TSQueryCursor* cursor, const TSTree* tree) const;
  bool next(TSQueryCursor* cursor, std::string_view source, TSQueryMatch& match) const;

  std::string_view capture_name(std::uint32_t index) const;

 private:
  struct Predicate {
    std::uint32_t capture = 0;
    std::optional<std::uint32_t> other;  // a capture whose text is the same, or
    std::vector<std::string> texts;      // one of them is the capture's text, or
    std::unique_ptr<re2::RE2> pattern;   // this is found in it
  };
  struct QueryDeleter {
    void operator()(TSQuery* query) const { ts_query_delete(query); }
  };

  void read_predicates(std::uint32_t pattern);
  std::string string_of(const TSQueryPredicateStep& step) const;
  static bool holds(const Predicate& predicate, const TSQueryMatch& match, std::string_view source);
  static bool same_texts(const Predicate& predicate, const TSQueryMatch& match,
                         std::string_view source);

  std::unique_ptr<TSQuery, QueryDeleter> query_;
  std::vector<std::vector<Predicate>> patterns_;
};

}  // namespace copse::bench
