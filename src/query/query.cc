#include "copse/query.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "query/compiled_query.h"
#include "query/program_check.h"
#include "query/query_derivation.h"
#include "query/query_error.h"
#include "query/query_text.h"
#include "query/stored_query.h"

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

struct FreeQuery {
  void operator()(TSQuery* query) const { copse_query_delete(query); }
};
using QueryHandle = std::unique_ptr<TSQuery, FreeQuery>;

Error report_predicate(Error&& reason, std::string_view text, std::uint32_t offset,
                       QueryError* error) {
  const ErrorCode code = reason.code();
  return report(code, make_query_error(QueryError::Kind::Predicate, text, offset, reason.message()),
                error);
}

// Where the pattern of a step begins.
std::uint32_t begin_of_pattern(const QueryParts& parts, std::uint32_t step) {
  const auto begin = parts.program.steps.begin();
  const auto before = std::count_if(
      begin, begin + step, [](const QueryStep& each) { return each.depth == kPatternDone; });
  return parts.patterns.all[static_cast<std::size_t>(before)].facts.begin_byte;
}

}  // namespace

Query::Compiled::Compiled(Language query_language, QueryParts parts)
    : language(std::move(query_language)),
      tables(*language.grammar()),
      program(std::move(parts.program)),
      facts(std::move(parts.patterns)),
      starts(program, tables),
      single_nodes(program, tables) {}

Status Query::Compiled::compile_predicates(std::uint32_t& pattern) {
  const QueryPatterns& patterns = facts.patterns();
  predicates.reserve(patterns.all.size());
  for (pattern = 0; pattern < patterns.all.size(); ++pattern) {
    COPSE_TRY(PatternPredicates compiled,
              copse::compile_predicates(patterns.all[pattern].predicates, patterns.capture_names));
    predicates.push_back(std::move(compiled));
  }
  needs = needs_of(program, predicates);
  return success();
}

Result<Query> Query::compile(const Language& language, std::string_view text, QueryError* error) {
  if (const auto unusable = check_query_text(text, *language.grammar())) {
    return report_unusable(*unusable, text, error);
  }
  std::uint32_t offset = 0;
  TSQueryError type = TSQueryErrorNone;
  bool fault = false;
  const QueryHandle made(copse_query_new(language.grammar()->language(), text.data(),
                                         static_cast<std::uint32_t>(text.size()), &offset, &type,
                                         &fault));
  if (fault) return report(ErrorCode::Corrupt, fault_error(language, text), error);
  if (made == nullptr) {
    const ErrorCode code =
        type == TSQueryErrorLanguage ? ErrorCode::Unsupported : ErrorCode::InvalidArgument;
    return report(code, engine_error(type, language, text, offset), error);
  }
  QueryParts parts{program_parts_of(made.get()), patterns_of(made.get())};
  if (const auto step = first_crowded_step(parts.program.steps)) {
    return report_unusable({UnusableQuery::Reason::TooLarge, begin_of_pattern(parts, *step),
                            "the pattern's repetitions and alternatives multiply: one node would "
                            "begin more than " +
                                std::to_string(kMovesMax) + " matches of it"},
                           text, error);
  }
  auto compiled = std::make_shared<Compiled>(language, std::move(parts));
  std::uint32_t pattern = 0;
  Status status = compiled->compile_predicates(pattern);
  if (!status.ok()) {
    const std::uint32_t begin = compiled->facts.pattern(pattern).facts.begin_byte;
    return report_predicate(std::move(status).take_error(), text, begin, error);
  }
  return Query(std::move(compiled));
}

Result<Query> Query::from_bytes(const Language& language, std::string_view bytes) {
  COPSE_TRY(QueryParts parts, read_query(as_bytes(bytes), *language.grammar()));
  auto compiled = std::make_shared<Compiled>(language, std::move(parts));
  std::uint32_t pattern = 0;
  const Status status = compiled->compile_predicates(pattern);
  if (!status.ok()) {
    return Error(ErrorCode::Corrupt, "stored query: pattern " + std::to_string(pattern) + ": " +
                                         status.error().message());
  }
  return Query(std::move(compiled));
}

std::string Query::to_bytes() const {
  const Bytes bytes =
      write_query(compiled_->program.parts(), facts().patterns(), *compiled_->language.grammar());
  return std::string(as_text(bytes));
}

Language Query::language() const {
  return compiled_->language;
}

const QueryFacts& Query::facts() const {
  return compiled_->facts;
}

}  // namespace copse
