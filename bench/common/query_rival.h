// A tree-sitter query by tree-sitter itself, and the predicates that the benchmark's queries use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>
#include <tree_sitter/api.h>

namespace copse::bench {

// Compiled once, shared between threads. Knows #eq?, #match? and #any-of? with one node a capture,
// which is what the benchmark's queries have; ends the program when a query asks for more.
class RivalQuery {
 public:
  RivalQuery(const TSLanguage* language, const std::string& text);

  // How many matches there are whose predicates hold.
  std::uint64_t count(TSQueryCursor* cursor, const TSTree* tree, std::string_view source) const;

 private:
  struct Predicate {
    std::uint32_t capture = 0;
    std::vector<std::string> texts;     // one of them is the capture's text, or
    std::unique_ptr<re2::RE2> pattern;  // this is found in it
  };
  struct QueryDeleter {
    void operator()(TSQuery* query) const { ts_query_delete(query); }
  };

  void read_predicates(std::uint32_t pattern);
  std::string string_of(const TSQueryPredicateStep& step) const;
  static bool holds(const Predicate& predicate, const TSQueryMatch& match, std::string_view source);

  std::unique_ptr<TSQuery, QueryDeleter> query_;
  std::vector<std::vector<Predicate>> patterns_;
};

}  // namespace copse::bench
