#include "copse/query.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "query/match_range.h"
#include "query/predicates.h"
#include "query/query_engine.h"
#include "query/query_error.h"
#include "query/query_facts.h"
#include "query/query_tables.h"
#include "query/query_text.h"
#include "syntax/tree_data.h"

namespace copse {
namespace {

// query.c counts lists of captures in 16 bits: past them two matches in progress would share one.
constexpr std::uint32_t kMatchLimitMax = UINT16_MAX;

struct FreeQuery {
  void operator()(TSQuery* query) const { copse_query_delete(query); }
};
struct FreeCursor {
  void operator()(TSQueryCursor* cursor) const { copse_query_cursor_delete(cursor); }
};
using QueryHandle = std::unique_ptr<TSQuery, FreeQuery>;
using CursorHandle = std::unique_ptr<TSQueryCursor, FreeCursor>;

// A tree as the engine wants it, for the time of one execution.
class EngineTree {
 public:
  EngineTree(const TreeData& data, const QueryTables& tables)
      : data_(data), tree_{data.nodes(), &tables.view(), nullptr, 0} {}
  EngineTree(const EngineTree&) = delete;
  EngineTree& operator=(const EngineTree&) = delete;
  ~EngineTree() { copse_query_tree_release(&tree_); }

  TSNode root() const { return copse_query_root(&tree_); }
  Node node(const TSNode& node) const {
    const auto rank = static_cast<const CopseFlatNode*>(node.id) - tree_.nodes;
    return {&data_, static_cast<std::uint32_t>(rank), static_cast<std::uint16_t>(node.context[3])};
  }

 private:
  const TreeData& data_;
  CopseQueryTree tree_;
};

std::string name_in_quotes(std::string_view text, std::uint32_t offset) {
  return '`' + std::string(name_at(text, offset)) + '`';
}

QueryError engine_error(TSQueryError type, const Language& language, std::string_view text,
                        std::uint32_t offset) {
  using Kind = QueryError::Kind;
  const std::string grammar(language.name());
  switch (type) {
    case TSQueryErrorNodeType:
      return make_query_error(Kind::NodeType, text, offset,
                              grammar + " has no node " + name_in_quotes(text, offset));
    case TSQueryErrorField:
      return make_query_error(Kind::Field, text, offset,
                              grammar + " has no field " + name_in_quotes(text, offset));
    case TSQueryErrorCapture:
      return make_query_error(Kind::Capture, text, offset,
                              "nothing before is captured as " + name_in_quotes(text, offset));
    case TSQueryErrorStructure:
      return make_query_error(Kind::Structure, text, offset,
                              "impossible pattern: no tree of " + grammar + " can match from here");
    case TSQueryErrorLanguage:
      return make_query_error(Kind::Language, text, 0,
                              "grammar " + grammar + " has ABI " +
                                  std::to_string(language.abi_version()) +
                                  ", which this version cannot query");
    case TSQueryErrorNone:
    case TSQueryErrorSyntax:
      break;
  }
  return make_query_error(
      Kind::Syntax, text, offset,
      offset >= text.size() ? "the query ends inside a pattern" : "the query's syntax is broken");
}

QueryError fault_error(const Language& language, std::string_view text) {
  return make_query_error(
      QueryError::Kind::Language, text, 0,
      "tree-sitter's compiler breaks down over this query; where others work, it "
      "is the query, else the stored tables of grammar " +
          std::string(language.name()) + " contradict themselves");
}

// Hands the details to whoever wants them, and says the same in one line.
Error report(ErrorCode code, QueryError details, QueryError* error) {
  std::string message = std::to_string(details.position.row + 1) + ':' +
                        std::to_string(details.position.column + 1) + ": " + details.message;
  if (error != nullptr) *error = std::move(details);
  return {code, std::move(message)};
}

Error report_unusable(const UnusableQuery& unusable, std::string_view text, QueryError* error) {
  const bool too_large = unusable.reason == UnusableQuery::Reason::TooLarge;
  return report(too_large ? ErrorCode::LimitExceeded : ErrorCode::InvalidArgument,
                make_query_error(too_large ? QueryError::Kind::Syntax : QueryError::Kind::Structure,
                                 text, unusable.offset, unusable.message),
                error);
}

std::vector<std::string> names_of_captures(const TSQuery* query) {
  std::vector<std::string> names(copse_query_capture_count(query));
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::uint32_t length = 0;
    const char* name =
        copse_query_capture_name_for_id(query, static_cast<std::uint32_t>(i), &length);
    names[i].assign(name, length);
  }
  return names;
}

}  // namespace

struct Query::Compiled {
  explicit Compiled(Language query_language)
      : language(std::move(query_language)), tables(*language.grammar()) {}

  Language language;
  QueryTables tables;
  QueryHandle query;
  std::vector<std::string> capture_names;
  std::vector<PatternPredicates> predicates;
  QueryFacts facts;
};

Result<Query> Query::compile(const Language& language, std::string_view text, QueryError* error) {
  if (const auto unusable = check_query_text(text, *language.grammar())) {
    return report_unusable(*unusable, text, error);
  }
  auto compiled = std::make_shared<Compiled>(language);
  std::uint32_t offset = 0;
  TSQueryError type = TSQueryErrorNone;
  bool fault = false;
  compiled->query.reset(copse_query_new(language.grammar()->language(), text.data(),
                                        static_cast<std::uint32_t>(text.size()), &offset, &type,
                                        &fault));
  if (fault) return report(ErrorCode::Corrupt, fault_error(language, text), error);
  if (compiled->query == nullptr) {
    const ErrorCode code =
        type == TSQueryErrorLanguage ? ErrorCode::Unsupported : ErrorCode::InvalidArgument;
    return report(code, engine_error(type, language, text, offset), error);
  }
  compiled->capture_names = names_of_captures(compiled->query.get());
  QueryError details;
  auto predicates =
      compile_predicates(compiled->query.get(), text, compiled->capture_names, details);
  if (!predicates.ok()) return report(predicates.error().code(), std::move(details), error);
  compiled->predicates = std::move(predicates).value();
  compiled->facts = QueryFacts(compiled->query.get());
  return Query(std::move(compiled));
}

std::uint32_t Query::pattern_count() const {
  return copse_query_pattern_count(compiled_->query.get());
}

const std::vector<std::string>& Query::capture_names() const {
  return compiled_->capture_names;
}

Language Query::language() const {
  return compiled_->language;
}

const QueryFacts& Query::facts() const {
  return compiled_->facts;
}

Result<MatchSummary> Query::matches(const Tree& tree, const MatchOptions& options,
                                    const std::function<bool(const Match&)>& visit) const {
  const TreeData& data = *tree.data();
  const Grammar& own = *compiled_->language.grammar();
  if (data.grammar.get() != &own && data.grammar->identity() != own.identity()) {
    return Error(ErrorCode::InvalidArgument, "the query is for grammar " + own.name() + " " +
                                                 own.identity().hex() + ", the tree of " +
                                                 data.grammar->name() + " " +
                                                 data.grammar->identity().hex());
  }
  COPSE_TRY(const MatchRange range, resolve_range(options, data));
  static_cast<void>(data.nodes());
  COPSE_TRY_STATUS(data.fault());
  const CursorHandle cursor(copse_query_cursor_new());
  set_range(cursor.get(), range);
  copse_query_cursor_set_max_start_depth(cursor.get(), options.max_start_depth);
  copse_query_cursor_set_match_limit(cursor.get(), std::min(options.match_limit, kMatchLimitMax));
  const EngineTree engine_tree(data, compiled_->tables);
  copse_query_cursor_exec(cursor.get(), compiled_->query.get(), engine_tree.root());
  std::vector<Capture> captures;
  TSQueryMatch match{};
  while (copse_query_cursor_next_match(cursor.get(), &match)) {
    captures.clear();
    for (std::uint32_t i = 0; i < match.capture_count; ++i) {
      const TSQueryCapture& capture = match.captures[i];
      captures.push_back({capture.index, engine_tree.node(capture.node)});
    }
    if (!satisfies(compiled_->predicates[match.pattern_index], captures)) continue;
    if (!visit({match.pattern_index, &captures})) break;
  }
  return MatchSummary{copse_query_cursor_did_exceed_match_limit(cursor.get())};
}

}  // namespace copse
