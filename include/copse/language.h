// A grammar as a store remembers it: names, fields and kinds by number.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace copse {

class Grammar;  // a language's tables

// A grammar as a store remembers it: symbols, fields, aliases, productions and parse tables, all
// that reading and querying need, so neither needs the grammar's shared object. Cheap to copy.
class Language {
 public:
  explicit Language(std::shared_ptr<const Grammar> grammar);

  // As the grammar spells it: "c_sharp", "tsx".
  std::string_view name() const;
  // tree-sitter's ABI version, 13 to 15.
  std::uint32_t abi_version() const;
  // "1.2.3", or empty before ABI 15.
  std::string version() const;
  // 64 hexadecimal digits that change when any of the grammar's tables change.
  std::string identity() const;

  // How many symbols there are, aliases included.
  std::uint32_t symbol_count() const;
  std::uint32_t field_count() const;
  // "ERROR" for 0xFFFF; empty when there is no such symbol.
  std::string_view symbol_name(std::uint16_t symbol) const;
  // Fields count from 1; empty when there is no such field.
  std::string_view field_name(std::uint16_t field) const;
  // 0 when there is no such field.
  std::uint16_t field_id(std::string_view name) const;

  const std::shared_ptr<const Grammar>& grammar() const { return grammar_; }

 private:
  std::shared_ptr<const Grammar> grammar_;
};

}  // namespace copse
