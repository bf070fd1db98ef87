// Memory for one parse: what tree-sitter allocates for a parser and its tree lies in one region,
// and goes all at once.
//
// A parse asks for memory some times a node, and giving it back node by node costs a sixth of
// parsing. Files follow one another, so each finds the region where the last one left it: in the
// processor's cache. tree-sitter has one allocator for a whole process; so only a process of which
// every thread's parsing is ours may say use_parse_arenas(). Elsewhere scopes stay closed, and
// nothing changes.
#pragma once

#include <cstddef>

namespace copse {

// The region of a thread, taken at its first scope. What does not fit is malloc's.
inline constexpr std::size_t kParseArenaBytes = std::size_t{64} << 20;
// A region of which more was touched goes back to the system behind its parse.
inline constexpr std::size_t kParseArenaKeptBytes = std::size_t{32} << 20;

// From now on tree-sitter asks the calling thread's open scope for memory, and where there is none
// whom it asked before. REQUIRES: no other thread uses tree-sitter meanwhile. Calling it again does
// no harm.
void use_parse_arenas();

// While it lives, what tree-sitter allocates on this thread comes from the thread's region.
// REQUIRES: whatever was allocated in the scope is used and freed in the scope, by this thread, or
// not at all; what was allocated before may be freed in it.
class ParseScope {
 public:
  ParseScope();
  ~ParseScope();
  ParseScope(const ParseScope&) = delete;
  ParseScope& operator=(const ParseScope&) = delete;

  // False when arenas are not in use, a scope is open on this thread already, or the region could
  // not be had: then everything is as without the scope.
  bool is_open() const { return open_; }
  // False: what was allocated in the scope need not be freed.
  bool has_spilled() const;

 private:
  bool open_ = false;
};

}  // namespace copse
