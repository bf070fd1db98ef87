// Code patterns and rules as ast-grep has them, over stored trees: `kmalloc($SIZE, GFP_ATOMIC)`, or
// a YAML document with pattern, kind, regex, inside, has, all, any, not and their relatives.
//
// A RuleSet is read from a pattern or from YAML text and needs no grammar; Workspace::search_rule
// parses its patterns with the grammars of the languages and searches a store's files.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/file_problem.h"
#include "copse/query.h"
#include "copse/result.h"

namespace copse {

// What a pattern may pass over in the code, from nothing to everything but the shape.
enum class Strictness : std::uint8_t {
  Cst,        // nothing
  Smart,      // tokens without a name that the pattern does not have
  Ast,        // tokens without a name
  Relaxed,    // these and comments
  Signature,  // these, and the text of names and literals
  Template    // kinds of nodes: only text counts
};

// "cst", "smart", "ast", "relaxed", "signature", "template"; no value for other words.
std::optional<Strictness> strictness_named(std::string_view name);

struct PatternSpec {
  std::string text;  // the pattern, or the context that the selector picks it from
  // The kind of the first node in the text that is the pattern.
  std::optional<std::string> selector;
  Strictness strictness = Strictness::Smart;
};

// What a rule says about itself.
struct RuleInfo {
  std::string id;        // a pattern's text, for a rule of from_pattern
  std::string language;  // as the rule spells it
  std::string message;
  std::string note;
  std::string severity;              // "hint", "info", "warning", "error" or "off"
  std::vector<std::string> files;    // globs, as ast-grep reads them
  std::vector<std::string> ignores;  // globs
};

struct RuleDocument;  // a rule that was read and not yet compiled

// Rules that were read. Immutable, cheap to copy, shared by threads.
class RuleSet {
 public:
  static constexpr std::size_t kYamlBytesMax = std::size_t{1} << 20;
  static constexpr std::size_t kPatternBytesMax = std::size_t{64} << 10;

  // InvalidArgument where the pattern is empty or too long. Whether it parses shows later.
  static Result<RuleSet> from_pattern(PatternSpec pattern, std::string_view language);
  // All documents of a YAML text. Errors begin with "<name>:<line>:<column>: " and name the field:
  // InvalidArgument for what is no rule, Unsupported for what only ast-grep does (fix, transform,
  // rewriters), LimitExceeded. O(text).
  static Result<RuleSet> from_yaml(std::string_view name, std::string_view text);

  void append(const RuleSet& other);

  std::size_t size() const { return documents_.size(); }
  // REQUIRES: index < size().
  const RuleInfo& info(std::size_t index) const;
  const RuleDocument& document(std::size_t index) const { return *documents_[index]; }

 private:
  std::vector<std::shared_ptr<const RuleDocument>> documents_;
};

struct RuleRequest {
  std::optional<std::string> path_glob;  // as QueryRequest's
  std::uint64_t limit = UINT64_MAX;      // matches at most
  unsigned jobs = 0;                     // 0: one for each processor
  const std::atomic<bool>* stop = nullptr;
  // Patterns are parsed as files are: by the first <language>.so on the path, in a process of its
  // own when there is a command. As in IndexOptions.
  std::vector<std::string> grammar_path;
  std::vector<std::string> parse_command;
};

// A match of one rule in one file. Views are valid inside the visitor's call only.
struct RuleMatch {
  std::string_view path;
  std::string_view language;
  const RuleInfo* rule = nullptr;
  // [0] is "match", the node that was found; then the rule's metavariables.
  const std::vector<std::string>* capture_names = nullptr;
  // By capture: whether it is a list ($$$NAME), of none, one or several nodes.
  const std::vector<bool>* capture_is_list = nullptr;
  const Match* match = nullptr;  // `pattern` is the rule's index in the set
};

struct RuleReport {
  std::uint64_t files = 0;              // whose trees were searched
  std::uint64_t matches = 0;            // given to the visitor
  std::vector<FileProblem> unreadable;  // damaged files: named, never silently skipped
  // Rules, by their index, with a pattern whose code did not parse: they rarely find what was
  // meant.
  std::vector<std::size_t> with_syntax_error;
};

}  // namespace copse
