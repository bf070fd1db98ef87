// Trees and their nodes: what each fact is, from the flat node and the grammar's tables.
#include "copse/tree.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "core/check.h"
#include "syntax/tree_data.h"

namespace copse {

// ---- Language ----------------------------------------------------------------------------------

Language::Language(std::shared_ptr<const Grammar> grammar) : grammar_(std::move(grammar)) {}

std::string_view Language::name() const {
  return grammar_->name();
}

std::uint32_t Language::abi_version() const {
  return grammar_->tables().abi_version;
}

std::string Language::version() const {
  const CopseLanguageTables& tables = grammar_->tables();
  if (tables.abi_version < 15) return {};
  return std::to_string(tables.version[0]) + "." + std::to_string(tables.version[1]) + "." +
         std::to_string(tables.version[2]);
}

std::string Language::identity() const {
  return grammar_->identity().hex();
}

std::uint32_t Language::symbol_count() const {
  return grammar_->symbol_count();
}

std::uint32_t Language::field_count() const {
  return grammar_->tables().field_count;
}

std::string_view Language::symbol_name(std::uint16_t symbol) const {
  return grammar_->symbol_name(symbol);
}

std::string_view Language::field_name(std::uint16_t field) const {
  return grammar_->field_name(field);
}

std::uint16_t Language::field_id(std::string_view name) const {
  for (std::uint32_t field = 1; field <= field_count(); ++field) {
    const auto id = static_cast<std::uint16_t>(field);
    if (field_name(id) == name) return id;
  }
  return 0;
}

// ---- TreeData ----------------------------------------------------------------------------------

VisibleRank::VisibleRank(const Grammar& grammar, const CopseFlatNode* nodes, std::uint32_t count)
    : words_((count + std::size_t{63}) / 64 + 1), counts_(words_.size()) {
  struct Open {
    std::uint32_t end;
    std::uint32_t structural;
    std::uint16_t production;
  };
  std::vector<Open> open;
  for (std::uint32_t i = 0; i < count; ++i) {
    const CopseFlatNode& node = nodes[i];
    while (!open.empty() && open.back().end <= i) {
      open.pop_back();
    }
    std::uint16_t alias = 0;
    if (!open.empty() && !copse_node_is_extra(&node)) {
      alias = grammar.alias_at(open.back().production, open.back().structural++);
    }
    if (i == 0 || alias != 0 || grammar.is_visible(copse_node_symbol(&node))) {
      words_[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    if (!copse_node_is_leaf(&node)) {
      open.push_back({i + node.extent, 0, copse_node_production(&node)});
    }
  }
  for (std::size_t word = 1; word < words_.size(); ++word) {
    counts_[word] = counts_[word - 1] + static_cast<std::uint32_t>(std::popcount(words_[word - 1]));
  }
}

std::uint32_t VisibleRank::count_before(std::uint32_t index) const {
  const std::uint64_t below = (std::uint64_t{1} << (index % 64)) - 1;
  return counts_[index / 64] +
         static_cast<std::uint32_t>(std::popcount(words_[index / 64] & below));
}

// ---- Tree --------------------------------------------------------------------------------------

Node Tree::root() const {
  return {data_.get(), 0, 0};
}

std::string_view Tree::source() const {
  return data_->source();
}

std::uint32_t Tree::source_size() const {
  return data_->source_size();
}

std::optional<Row> Tree::row(std::uint32_t row) const {
  const std::optional<RowSpan> span = data_->row(row);
  if (!span) return std::nullopt;
  if (span->next == UINT64_MAX) return Row{span->begin, source_size()};
  return Row{span->begin, static_cast<std::uint32_t>(span->next) - 1};
}

Status Tree::check() const {
  static_cast<void>(data_->nodes());
  static_cast<void>(data_->source());
  return data_->fault();
}

Status Tree::fault() const {
  return data_->fault();
}

Language Tree::language() const {
  return Language(data_->grammar);
}

std::uint32_t Tree::node_count() const {
  return data_->node_count();
}

std::uint32_t Tree::visible_node_count() const {
  return data_->visible_count();
}

std::string Tree::to_sexp() const {
  return root().to_sexp();
}

Node Tree::descendant_for_byte_range(std::uint32_t begin, std::uint32_t end) const {
  return root().descendant_for_byte_range(begin, end);
}

}  // namespace copse
