// Python's grammar behind a mask: loads the real one from REAL_GRAMMAR and answers a copy of it that
// misbehaves, as the definitions say. Compiled by tests/bad_grammar_test.cc.
//   MASK_ABI=n      claims that ABI version
//   MASK_SYMBOL     calls its first named symbol something else, as a newer grammar might
//   MASK_ABORT      its scanner aborts at a backtick
//   MASK_HANG       its scanner never comes back from a backtick; it says "hanging" first
//   MASK_HUNGRY     its scanner takes memory without end at a backtick
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tree_sitter/parser.h"

static bool (*real_scan)(void *, TSLexer *, const bool *);

static void misbehave(void) {
#if defined(MASK_ABORT)
  abort();
#elif defined(MASK_HANG)
  static const char note[] = "hanging\n";
  if (write(STDERR_FILENO, note, sizeof note - 1) < 0) abort();
  for (volatile int forever = 1; forever;) {
  }
#elif defined(MASK_HUNGRY)
  // Untouched memory counts, too, and costs the machine nothing.
  for (void *volatile taken = malloc(1); taken != NULL;) taken = malloc((size_t)64 << 20);
  abort();
#endif
}

static bool scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  if (lexer->lookahead == '`') misbehave();
  return real_scan(payload, lexer, valid_symbols);
}

const TSLanguage *tree_sitter_python(void) {
  static TSLanguage mask;
  void *library = dlopen(REAL_GRAMMAR, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) abort();
  const TSLanguage *(*real)(void) = (const TSLanguage *(*)(void))dlsym(library, "tree_sitter_python");
  memcpy(&mask, real(), sizeof mask);
  real_scan = mask.external_scanner.scan;
  mask.external_scanner.scan = scan;
#ifdef MASK_ABI
  mask.abi_version = MASK_ABI;
#endif
#ifdef MASK_SYMBOL
  static const char *names[1024];
  memcpy(names, mask.symbol_names, (mask.symbol_count + mask.alias_count) * sizeof *names);
  names[1] = "renamed_identifier";
  mask.symbol_names = names;
#endif
  return &mask;
}
