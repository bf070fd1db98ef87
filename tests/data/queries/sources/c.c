/* Leading comment. */
#include <stdio.h>
#include "local.h"
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define EMPTY
#ifdef FLAG
static int flagged = 1;
#elif defined(OTHER) && OTHER > 2
static int flagged = 2;
#else
extern int flagged;
#endif

typedef struct node {
  struct node *next, *prev; // links
  union { int i; float f; } value;
  unsigned bits : 3;
  int (*compare)(const struct node *, const struct node *);
} node_t;

enum color { RED, GREEN = 2, BLUE, };

static inline int *const find(node_t *list, int key, ...) {
  for (node_t *at = list; at != NULL; at = at->next) {
    if (at->value.i == key && !at->bits) return &at->value.i;
    else if (key < 0) goto out;
    else { continue; }
  }
out:
  switch (key) {
    case 1: case 2: key++; break;
    default: do { key -= sizeof(struct node); } while (key > 'a');
  }
  return (int *)0;
}

int table[2][3] = {{1, 2, 3}, [1] = {.x = 4, 5}};
const char *text = "a\tb\x41" "second" L"wide";
__attribute__((unused)) void nested(void) {
  ((((((((table[0][(1 + (2 * (3 - (4 / 5))))])++)))))));
  int x = MAX(table[0][0], flagged ? 1 : (2, 3));
  {{{{ if (x) { while (x) { x = x ? -x : ~x; } } }}}}
}
/* A broken part. */
int broken( { return 1 +; }
struct { int a int b; };
int after(void) { return kmalloc(sizeof(*text), GFP_ATOMIC) }
void tail() { @@@ $ }
