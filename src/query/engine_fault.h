// What happens when one of query.c's own assertions fails: tables that contradict themselves,
// though each of their numbers is in its bounds, as a damaged or hostile grammar snapshot may have
// them. The compilation ends with an error instead of the process. For query_engine.c only, before
// the headers of tree-sitter.
#ifndef COPSE_QUERY_ENGINE_FAULT_H_
#define COPSE_QUERY_ENGINE_FAULT_H_

#include <setjmp.h>
#include <stdlib.h>

// In the place of tree-sitter's ts_assert.h, in release builds too: its arrays check their bounds
// by the same macro.
#define TREE_SITTER_ASSERT_H_
#define ts_assert(condition) ((condition) ? (void)0 : copse_engine_fault())

// Where a compilation on this thread ends when it fails; null outside of one.
static _Thread_local jmp_buf* copse_fault_exit;

static _Noreturn void copse_engine_fault(void) {
  if (copse_fault_exit == NULL) abort();
  longjmp(*copse_fault_exit, 1);
}

#endif  // COPSE_QUERY_ENGINE_FAULT_H_
