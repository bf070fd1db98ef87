#include "copse/query.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "query/compiled_query.h"
#include "query/match_range.h"
#include "query/query_derivation.h"
#include "query/query_error.h"
#include "query/query_scan.h"
#include "query/query_text.h"
#include "syntax/tree_data.h"

namespace copse {
namespace {

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
  compiled->program = QueryProgram(compiled->query.get(), compiled->tables);
  compiled->starts = StartTable(compiled->program, compiled->tables);
  compiled->single_nodes = SingleNodes(compiled->program, compiled->tables);
  compiled->capture_names = names_of_captures(compiled->query.get());
  QueryError details;
  auto predicates =
      compile_predicates(compiled->query.get(), text, compiled->capture_names, details);
  if (!predicates.ok()) return report(predicates.error().code(), std::move(details), error);
  compiled->predicates = std::move(predicates).value();
  compiled->needs = needs_of(compiled->program, compiled->predicates);
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
  COPSE_TRY(const MatchScope scope, scope_of(options, data));
  const CopseFlatNode* const nodes = data.nodes();
  COPSE_TRY_STATUS(data.fault());
  QueryScan scan(*this);
  scan.begin(data, nodes, true, scope);
  scan.run(visit);
  return MatchSummary{scan.did_exceed_match_limit()};
}

}  // namespace copse
