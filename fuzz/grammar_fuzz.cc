// Any bytes as a grammar snapshot: refused, or safe for tree-sitter's own code to compile a query
// with.
#include "copse/query.h"

#include "syntax/grammar.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto grammar = copse::Grammar::from_snapshot(copse::ByteView(data, size));
  if (!grammar.ok()) return 0;
  const char* query = "(object (pair key: (_) @k)) (array . (_) @first) (ERROR) (_ (_)* @x)";
  (void)copse::Query::compile(copse::Language(std::move(grammar).value()), query).ok();
  return 0;
}
