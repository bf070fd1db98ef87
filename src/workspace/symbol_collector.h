// The definitions and references of one tree, found by its language's tags query as tree-sitter's
// own crate `tree-sitter-tags` (0.25.10) finds them: one tag a name, that of the earliest pattern
// where several match, names in broken nodes and names of local variables left out. Documentation
// is not looked for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "copse/query.h"
#include "copse/result.h"
#include "copse/tree.h"

#include "core/bytes.h"
#include "core/io/file_system.h"
#include "postings/symbol_entry.h"

namespace copse {

// The queries of a language, as the authors of its grammar wrote them.
struct TagsText {
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20;

  std::string locals;  // names scopes and local variables; may be empty
  std::string tags;

  bool operator==(const TagsText&) const = default;

  // queries/<language>/{locals,tags}.scm beside a grammar's shared object. No tags: an empty text.
  static Result<TagsText> beside(FileSystem& file_system, const std::string& library_path,
                                 std::string_view language);
  Bytes encode() const;
  static Result<TagsText> decode(ByteView bytes);
};

// A tag: an entry, and the bytes of what it names.
struct Tag {
  SymbolEntry entry;
  std::uint32_t begin_byte = 0;
  std::uint32_t end_byte = 0;
};

// Compiled for one grammar. Immutable; may be used by many threads. Cheap to copy.
class TagsQuery {
 public:
  // InvalidArgument when the text does not compile for that language. Cost: as Query::compile.
  static Result<TagsQuery> compile(const Language& language, const TagsText& text);

  // In the order of the crate, which is that of the names' ends but for nested ones. Names longer
  // than kSymbolNameBytesMax are left out. InvalidArgument when the tree is of another grammar.
  Result<std::vector<Tag>> tags(const Tree& tree) const;
  // The same as entries of an index.
  Result<std::vector<SymbolEntry>> collect(const Tree& tree) const;

 private:
  enum class Role : std::uint8_t { None, Name, Ignore, Kind, Scope, LocalDefinition };
  struct Pattern {
    bool name_must_be_non_local = false;
    bool scope_inherits = true;
  };
  class Collector;

  TagsQuery(Query query, std::uint32_t locals_patterns)
      : query_(std::move(query)), locals_patterns_(locals_patterns) {}

  Query query_;
  std::uint32_t locals_patterns_;  // they come first
  std::vector<Role> roles_;        // by capture
  std::vector<Pattern> patterns_;
};

}  // namespace copse
