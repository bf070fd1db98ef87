// Memory of query.c, which forgets some of it whenever it refuses a query: a server that compiles
// other people's queries would leak with each mistake. So what a compilation allocates is listed,
// and freed when it fails. For query_engine.c only, which includes it as C and before alloc.h.
#ifndef COPSE_QUERY_ENGINE_MEMORY_H_
#define COPSE_QUERY_ENGINE_MEMORY_H_

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

// The core's own allocator, declared as in its alloc.h; it does not return when memory is out.
extern void* (*ts_current_malloc)(size_t size);
extern void* (*ts_current_realloc)(void* pointer, size_t size);
extern void (*ts_current_free)(void* pointer);

// Stands before each block; blocks outside any list point to themselves.
typedef struct CopseBlock {
  _Alignas(max_align_t) struct CopseBlock* previous;
  struct CopseBlock* next;
} CopseBlock;

// The compilation that runs in this thread, if any.
static _Thread_local CopseBlock* copse_compilation = NULL;

static inline void copse_block_link(CopseBlock* block, CopseBlock* after) {
  block->previous = after;
  block->next = after->next;
  after->next->previous = block;
  after->next = block;
}

static inline void copse_block_unlink(CopseBlock* block) {
  block->previous->next = block->next;
  block->next->previous = block->previous;
  block->previous = block;
  block->next = block;
}

static inline void* copse_query_malloc(size_t size) {
  CopseBlock* block = ts_current_malloc(sizeof(CopseBlock) + size);
  block->previous = block;
  block->next = block;
  if (copse_compilation) copse_block_link(block, copse_compilation);
  return block + 1;
}

static inline void* copse_query_calloc(size_t count, size_t size) {
  void* pointer = copse_query_malloc(count * size);
  return memset(pointer, 0, count * size);
}

static inline void copse_query_free(void* pointer) {
  if (!pointer) return;
  CopseBlock* block = (CopseBlock*)pointer - 1;
  copse_block_unlink(block);
  ts_current_free(block);
}

static inline void* copse_query_realloc(void* pointer, size_t size) {
  if (!pointer) return copse_query_malloc(size);
  CopseBlock* block = (CopseBlock*)pointer - 1;
  CopseBlock* before = block->previous;
  const bool is_listed = before != block;
  copse_block_unlink(block);
  CopseBlock* moved = ts_current_realloc(block, sizeof(CopseBlock) + size);
  moved->previous = moved;
  moved->next = moved;
  if (is_listed) copse_block_link(moved, before);
  return moved + 1;
}

static inline void copse_compilation_begin(CopseBlock* list) {
  list->previous = list;
  list->next = list;
  copse_compilation = list;
}

// Keeps what is still allocated, or frees it.
static inline void copse_compilation_end(CopseBlock* list, bool succeeded) {
  copse_compilation = NULL;
  while (list->next != list) {
    CopseBlock* block = list->next;
    copse_block_unlink(block);
    if (!succeeded) ts_current_free(block);
  }
}

#define ts_malloc copse_query_malloc
#define ts_calloc copse_query_calloc
#define ts_realloc copse_query_realloc
#define ts_free copse_query_free

#endif  // COPSE_QUERY_ENGINE_MEMORY_H_
