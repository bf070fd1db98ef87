// A language's tables in a form that outlives the shared object they came from.
//
// A Grammar is a snapshot of everything that reading a tree (symbols, metadata, aliases, fields,
// supertypes) and compiling a query (parse tables and actions) ask of a TSLanguage. It is built
// from a loaded TSLanguage once, travels as bytes, and stands for a TSLanguage of its own without
// lexer or scanner. Its identity is the content id of those bytes. Immutable; may be read by many
// threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/bytes.h"
#include "core/hash.h"
#include "syntax/ts_adapter.h"

namespace copse {

class Grammar {
 public:
  // Format of snapshot bytes; docs/formats/grammar.md.
  static constexpr std::uint32_t kFormatVersion = 1;

  // Reads every table of a loaded language. Unsupported when its ABI is not 13 to 15, or when it is
  // larger than the tree format's limits. Cost: about 10 ms for C.
  static Result<std::shared_ptr<const Grammar>> from_language(const TSLanguage* language,
                                                              std::string_view name);

  // Checks every length and index before it is believed: Corrupt otherwise, Unsupported when the
  // bytes are of a newer format.
  static Result<std::shared_ptr<const Grammar>> from_snapshot(ByteView snapshot);

  Grammar(const Grammar&) = delete;
  Grammar& operator=(const Grammar&) = delete;
  ~Grammar();

  const Bytes& snapshot() const { return snapshot_; }
  const ContentId& identity() const { return identity_; }
  const std::string& name() const { return name_; }
  const CopseLanguageTables& tables() const { return tables_; }

  // A TSLanguage with these tables, for ts_query_new and the like; it cannot parse.
  const TSLanguage* language() const { return language_; }

  // Whether a loaded language has these very tables. The first call for a language costs what
  // from_language does; then it is known, as long as no other one is asked about.
  // REQUIRES: a language that was asked about stays loaded while the Grammar is used.
  bool describes(const TSLanguage* language) const;

  bool symbol_known(std::uint16_t symbol) const {
    return symbol < symbol_count_ || symbol >= COPSE_SYMBOL_ERROR_REPEAT;
  }
  std::uint32_t symbol_count() const { return symbol_count_; }  // aliases included
  std::uint32_t production_count() const { return tables_.production_id_count; }

  bool is_visible(std::uint16_t symbol) const { return (flags_of(symbol) & kVisible) != 0; }
  bool is_named(std::uint16_t symbol) const { return (flags_of(symbol) & kNamed) != 0; }
  bool is_supertype(std::uint16_t symbol) const { return (flags_of(symbol) & kSupertype) != 0; }

  // The symbol that tree-sitter's API shows for this one.
  std::uint16_t public_symbol(std::uint16_t symbol) const {
    return symbol < symbol_count_ ? tables_.public_symbol_map[symbol] : symbol;
  }
  const char* symbol_name(std::uint16_t symbol) const;
  const char* field_name(std::uint16_t field) const;

  // What a production calls its n-th child (extras not counted); 0 for the child's own name.
  // REQUIRES: production < production_count().
  std::uint16_t alias_at(std::uint16_t production, std::uint32_t structural_child) const {
    if (production == 0 || structural_child >= tables_.max_alias_sequence_length) return 0;
    return tables_
        .alias_sequences[production * tables_.max_alias_sequence_length + structural_child];
  }

  // Whether some production has a name of its own for that nonterminal, but for the one that it has
  // everywhere. O(such nonterminals).
  bool may_be_aliased(std::uint16_t nonterminal) const;

  struct FieldEntries {
    const TSFieldMapEntry* begin;
    const TSFieldMapEntry* end;
  };
  // REQUIRES: production < production_count().
  FieldEntries fields_of(std::uint16_t production) const {
    if (tables_.field_count == 0) return {nullptr, nullptr};
    const TSMapSlice slice = tables_.field_map_slices[production];
    const TSFieldMapEntry* begin = tables_.field_map_entries + slice.index;
    return {begin, begin + slice.length};
  }

 private:
  static constexpr std::uint8_t kVisible = 1;
  static constexpr std::uint8_t kNamed = 2;
  static constexpr std::uint8_t kSupertype = 4;

  Grammar() = default;
  std::uint8_t flags_of(std::uint16_t symbol) const {
    if (symbol < symbol_count_) return symbol_flags_[symbol];
    return symbol == COPSE_SYMBOL_ERROR ? kVisible | kNamed : 0;
  }
  Status load(ByteView snapshot);
  struct Storage;  // owns what tables_ points to

  Bytes snapshot_;
  ContentId identity_;
  std::string name_;
  std::unique_ptr<Storage> storage_;
  CopseLanguageTables tables_{};
  const TSLanguage* language_ = nullptr;
  mutable std::atomic<const TSLanguage*> described_ = nullptr;  // the last one found to be so
  std::vector<std::uint8_t> symbol_flags_;
  std::uint32_t symbol_count_ = 0;
};

}  // namespace copse
