// Grammar snapshots as bytes, and back. Checks of what comes back are in grammar_check.cc.
#include "syntax/grammar.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "syntax/grammar_check.h"

namespace copse {
namespace {

constexpr std::uint32_t kMagic = 0x47505343;  // "CSPG"
constexpr std::uint32_t kOldestAbi = 13;
constexpr std::uint32_t kNewestAbi = 15;
// Field names live at 1..field_count; a name longer than this is no grammar's.
constexpr std::size_t kNameBytesMax = 4096;

// The scalars of the tables, in the order in which they are written.
std::array<std::uint32_t*, 12> scalars_of(CopseLanguageTables& t) {
  return {&t.abi_version,           &t.symbol_count,
          &t.alias_count,           &t.token_count,
          &t.external_token_count,  &t.state_count,
          &t.large_state_count,     &t.production_id_count,
          &t.field_count,           &t.max_alias_sequence_length,
          &t.keyword_capture_token, &t.supertype_count};
}

template <typename T>
void write_array(ByteWriter& out, const T* items, std::size_t count) {
  out.varint(count);
  out.raw({reinterpret_cast<const std::uint8_t*>(items), count * sizeof(T)});
}

template <typename T>
std::vector<T> read_array(ByteReader& in) {
  const std::size_t count = in.count(sizeof(T));
  std::vector<T> items(count);
  const ByteView bytes = in.raw(count * sizeof(T));
  if (!bytes.empty()) std::memcpy(items.data(), bytes.data(), bytes.size());
  return items;
}

void write_names(ByteWriter& out, const char* const* names, std::size_t first, std::size_t count) {
  out.varint(count - first);
  for (std::size_t i = first; i < count; ++i) {
    out.text(names[i] == nullptr ? "" : names[i]);
  }
}

Bytes write_snapshot(CopseLanguageTables& t, std::string_view name) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(kMagic);
  out.u32(Grammar::kFormatVersion);
  out.text(name);
  for (const std::uint32_t* scalar : scalars_of(t)) {
    out.varint(*scalar);
  }
  out.raw(t.version);
  const std::size_t symbols = t.symbol_count + t.alias_count;
  write_names(out, t.symbol_names, 0, symbols);
  write_names(out, t.field_names, 1, t.field_count + 1);
  write_array(out, t.symbol_metadata, symbols * 3);
  write_array(out, t.public_symbol_map, symbols);
  write_array(out, t.field_map_slices, t.field_count == 0 ? 0 : t.production_id_count);
  write_array(out, t.field_map_entries, t.field_map_entry_count);
  write_array(out, t.alias_sequences,
              std::size_t{t.production_id_count} * t.max_alias_sequence_length);
  write_array(out, t.alias_map, t.alias_map_length);
  write_array(out, t.parse_table, std::size_t{t.large_state_count} * t.symbol_count);
  write_array(out, t.small_parse_table, t.small_parse_table_length);
  write_array(out, t.small_parse_table_map, t.state_count - t.large_state_count);
  write_array(out, t.parse_actions, std::size_t{t.parse_action_count} * 8);
  out.varint(t.lex_mode_bytes);
  write_array(out, t.lex_modes, std::size_t{t.state_count} * t.lex_mode_bytes);
  write_array(out, t.primary_state_ids, t.primary_state_ids == nullptr ? 0 : t.state_count);
  write_array(out, t.supertype_symbols, t.supertype_count);
  write_array(out, t.supertype_map_slices, t.supertype_map_slice_count);
  write_array(out, t.supertype_map_entries, t.supertype_map_entry_count);
  return bytes;
}

}  // namespace

struct Grammar::Storage {
  std::vector<std::string> symbol_names;
  std::vector<std::string> field_names;
  std::vector<const char*> symbol_name_pointers;
  std::vector<const char*> field_name_pointers;
  std::vector<std::uint8_t> symbol_metadata;
  std::vector<std::uint16_t> public_symbol_map;
  std::vector<TSMapSlice> field_map_slices;
  std::vector<TSFieldMapEntry> field_map_entries;
  std::vector<std::uint16_t> alias_sequences;
  std::vector<std::uint16_t> alias_map;
  std::vector<std::uint16_t> parse_table;
  std::vector<std::uint16_t> small_parse_table;
  std::vector<std::uint32_t> small_parse_table_map;
  std::vector<std::uint64_t> parse_actions;  // eight bytes each, as tree-sitter lays them out
  std::vector<std::uint8_t> lex_modes;
  std::vector<std::uint16_t> primary_state_ids;
  std::vector<std::uint16_t> supertype_symbols;
  std::vector<TSMapSlice> supertype_map_slices;
  std::vector<std::uint16_t> supertype_map_entries;
  TSLanguage* language = nullptr;

  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  ~Storage() { copse_language_free(language); }

  void read_names(ByteReader& in, std::vector<std::string>& names,
                  std::vector<const char*>& pointers, bool skip_first);
  // Reads every table and points `t` at them. Lengths only are checked here.
  void read_tables(ByteReader& in, CopseLanguageTables& t);
  void read_fixed_size_tables(ByteReader& in, CopseLanguageTables& t);
};

void Grammar::Storage::read_names(ByteReader& in, std::vector<std::string>& names,
                                  std::vector<const char*>& pointers, bool skip_first) {
  const std::size_t count = in.count(1);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const std::string_view name = in.text();
    if (name.size() > kNameBytesMax || name.find('\0') != std::string_view::npos) in.fail();
    names.emplace_back(name);
  }
  if (skip_first) pointers.push_back(nullptr);
  for (const std::string& name : names) {
    pointers.push_back(name.c_str());
  }
}

void Grammar::Storage::read_fixed_size_tables(ByteReader& in, CopseLanguageTables& t) {
  const std::size_t symbols = std::size_t{t.symbol_count} + t.alias_count;
  if (symbol_names.size() != symbols || field_names.size() != t.field_count) in.fail();
  symbol_metadata = read_array<std::uint8_t>(in);
  public_symbol_map = read_array<std::uint16_t>(in);
  field_map_slices = read_array<TSMapSlice>(in);
  field_map_entries = read_array<TSFieldMapEntry>(in);
  alias_sequences = read_array<std::uint16_t>(in);
  if (symbol_metadata.size() != symbols * 3 || public_symbol_map.size() != symbols) in.fail();
  if (field_map_slices.size() != (t.field_count == 0 ? 0 : t.production_id_count)) in.fail();
  if (alias_sequences.size() != std::size_t{t.production_id_count} * t.max_alias_sequence_length) {
    in.fail();
  }
}

void Grammar::Storage::read_tables(ByteReader& in, CopseLanguageTables& t) {
  read_names(in, symbol_names, symbol_name_pointers, false);
  read_names(in, field_names, field_name_pointers, true);
  read_fixed_size_tables(in, t);
  alias_map = read_array<std::uint16_t>(in);
  parse_table = read_array<std::uint16_t>(in);
  small_parse_table = read_array<std::uint16_t>(in);
  small_parse_table_map = read_array<std::uint32_t>(in);
  const std::vector<std::uint8_t> actions = read_array<std::uint8_t>(in);
  parse_actions.resize(actions.size() / 8);
  if (!parse_actions.empty()) {
    std::memcpy(parse_actions.data(), actions.data(), parse_actions.size() * 8);
  }
  t.lex_mode_bytes = in.varint32();
  lex_modes = read_array<std::uint8_t>(in);
  primary_state_ids = read_array<std::uint16_t>(in);
  supertype_symbols = read_array<std::uint16_t>(in);
  supertype_map_slices = read_array<TSMapSlice>(in);
  supertype_map_entries = read_array<std::uint16_t>(in);
  if (t.large_state_count > t.state_count || actions.size() % 8 != 0 ||
      parse_table.size() != std::size_t{t.large_state_count} * t.symbol_count ||
      small_parse_table_map.size() != t.state_count - t.large_state_count ||
      lex_modes.size() != std::size_t{t.state_count} * t.lex_mode_bytes ||
      (!primary_state_ids.empty() && primary_state_ids.size() != t.state_count) ||
      primary_state_ids.empty() != (t.abi_version < 14) ||
      supertype_symbols.size() != t.supertype_count || !in.at_end()) {
    in.fail();
  }
  t.symbol_names = symbol_name_pointers.data();
  t.field_names = field_name_pointers.data();
  t.symbol_metadata = symbol_metadata.data();
  t.public_symbol_map = public_symbol_map.data();
  t.field_map_slices = field_map_slices.data();
  t.field_map_entries = field_map_entries.data();
  t.field_map_entry_count = static_cast<std::uint32_t>(field_map_entries.size());
  t.alias_sequences = alias_sequences.data();
  t.alias_map = alias_map.data();
  t.alias_map_length = static_cast<std::uint32_t>(alias_map.size());
  t.parse_table = parse_table.data();
  t.small_parse_table = small_parse_table.data();
  t.small_parse_table_length = static_cast<std::uint32_t>(small_parse_table.size());
  t.small_parse_table_map = small_parse_table_map.data();
  t.parse_actions = reinterpret_cast<const std::uint8_t*>(parse_actions.data());
  t.parse_action_count = static_cast<std::uint32_t>(parse_actions.size());
  t.lex_modes = lex_modes.data();
  t.primary_state_ids = primary_state_ids.empty() ? nullptr : primary_state_ids.data();
  t.supertype_symbols = supertype_symbols.data();
  t.supertype_map_slices = supertype_map_slices.data();
  t.supertype_map_slice_count = static_cast<std::uint32_t>(supertype_map_slices.size());
  t.supertype_map_entries = supertype_map_entries.data();
  t.supertype_map_entry_count = static_cast<std::uint32_t>(supertype_map_entries.size());
}

Grammar::~Grammar() = default;

Result<std::shared_ptr<const Grammar>> Grammar::from_language(const TSLanguage* language,
                                                              std::string_view name) {
  const std::uint32_t abi = ts_language_abi_version(language);
  if (abi < kOldestAbi || abi > kNewestAbi) {
    return Error(ErrorCode::Unsupported, "grammar '" + std::string(name) + "' has ABI version " +
                                             std::to_string(abi) + ", expected " +
                                             std::to_string(kOldestAbi) + " to " +
                                             std::to_string(kNewestAbi));
  }
  CopseLanguageTables tables;
  copse_language_tables(language, &tables);
  if (tables.production_id_count > COPSE_MAX_PRODUCTION_ID + 1) {
    return Error(ErrorCode::Unsupported,
                 "grammar '" + std::string(name) + "' has " +
                     std::to_string(tables.production_id_count) + " productions, at most " +
                     std::to_string(COPSE_MAX_PRODUCTION_ID + 1) + " can be stored");
  }
  return from_snapshot(write_snapshot(tables, name));
}

Result<std::shared_ptr<const Grammar>> Grammar::from_snapshot(ByteView snapshot) {
  std::shared_ptr<Grammar> grammar(new Grammar());
  COPSE_TRY_STATUS(grammar->load(snapshot));
  return std::shared_ptr<const Grammar>(std::move(grammar));
}

Status Grammar::load(ByteView snapshot) {
  ByteReader in(snapshot);
  if (in.u32() != kMagic) return Error(ErrorCode::Corrupt, "grammar snapshot: not a snapshot");
  const std::uint32_t version = in.u32();
  if (version != kFormatVersion) {
    return Error(version > kFormatVersion ? ErrorCode::Unsupported : ErrorCode::Corrupt,
                 "grammar snapshot: format version " + std::to_string(version) +
                     ", this copse reads " + std::to_string(kFormatVersion));
  }
  name_ = std::string(in.text());
  for (std::uint32_t* scalar : scalars_of(tables_)) {
    *scalar = in.varint32();
  }
  const ByteView version_bytes = in.raw(sizeof tables_.version);
  if (!version_bytes.empty()) std::memcpy(tables_.version, version_bytes.data(), 3);
  storage_ = std::make_unique<Storage>();
  storage_->read_tables(in, tables_);
  if (in.failed()) {
    return Error(ErrorCode::Corrupt,
                 "grammar snapshot of '" + name_ + "': a table does not have the length it should");
  }
  COPSE_TRY_STATUS(check_grammar_tables(tables_, name_));
  symbol_count_ = tables_.symbol_count + tables_.alias_count;
  for (std::size_t i = 0; i < symbol_count_; ++i) {
    const std::uint8_t* metadata = tables_.symbol_metadata + 3 * i;
    symbol_flags_.push_back(static_cast<std::uint8_t>((metadata[0] != 0 ? kVisible : 0) |
                                                      (metadata[1] != 0 ? kNamed : 0) |
                                                      (metadata[2] != 0 ? kSupertype : 0)));
  }
  snapshot_.assign(snapshot.begin(), snapshot.end());
  identity_ = content_id(snapshot_);
  storage_->language = copse_language_from_tables(&tables_, name_.c_str());
  language_ = storage_->language;
  if (language_ == nullptr) return Error(ErrorCode::LimitExceeded, "out of memory");
  return success();
}

bool Grammar::describes(const TSLanguage* language) const {
  if (language == nullptr) return false;
  if (language == described_.load(std::memory_order_relaxed)) return true;
  const auto other = from_language(language, name_);
  if (!other.ok() || other.value()->identity() != identity_) return false;
  described_.store(language, std::memory_order_relaxed);
  return true;
}

const char* Grammar::symbol_name(std::uint16_t symbol) const {
  if (symbol == COPSE_SYMBOL_ERROR) return "ERROR";
  if (symbol == COPSE_SYMBOL_ERROR_REPEAT) return "_ERROR";
  return symbol < symbol_count_ ? tables_.symbol_names[symbol] : "";
}

const char* Grammar::field_name(std::uint16_t field) const {
  return field >= 1 && field <= tables_.field_count ? tables_.field_names[field] : "";
}

// A list of: symbol, how many names, the names; it ends with symbol 0.
bool Grammar::may_be_aliased(std::uint16_t nonterminal) const {
  for (std::uint32_t at = 0; at + 1 < tables_.alias_map_length && tables_.alias_map[at] != 0;
       at += 2U + tables_.alias_map[at + 1]) {
    if (tables_.alias_map[at] == nonterminal) return true;
  }
  return false;
}

}  // namespace copse
