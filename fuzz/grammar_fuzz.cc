// Any bytes as a grammar snapshot: refused, or safe for tree-sitter's own code to compile a query with.
#include <cstring>

#include "syntax/grammar.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto grammar = copse::Grammar::from_snapshot(copse::ByteView(data, size));
  if (!grammar.ok()) return 0;
  const char* query = "(object (pair key: (_) @k)) (array . (_) @first) (ERROR) (_ (_)* @x)";
  std::uint32_t offset = 0;
  TSQueryError error = TSQueryErrorNone;
  TSQuery* compiled = ts_query_new(grammar.value()->language(), query,
                                   static_cast<std::uint32_t>(std::strlen(query)), &offset, &error);
  if (compiled != nullptr) ts_query_delete(compiled);
  return 0;
}
