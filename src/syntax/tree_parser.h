// Parsing with tree-sitter, into flat trees.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "copse/result.h"

#include "syntax/tree_data.h"
#include "syntax/ts_adapter.h"

namespace copse {

// The largest source that tree-sitter's 32-bit positions are trusted with.
inline constexpr std::size_t kSourceBytesMax = std::size_t{1} << 31;

// A parser for one loaded language; reusable, one thread at a time.
class Parser {
 public:
  // REQUIRES: `language` is loaded, of a supported ABI, and outlives the parser. Unsupported when
  // tree-sitter refuses it.
  static Result<Parser> create(const TSLanguage* language);

  // Parses the whole source from scratch, as UTF-8. `keep_going` is asked now and then; false ends
  // the parse. LimitExceeded when it did, or when the source or the tree is too large. Parses in a
  // scope of parse_arena.h, where arenas are in use.
  Result<FlatTree> parse(std::string_view source, const std::function<bool()>& keep_going);

  // The same, but gives tree-sitter's own tree to those who need it: tests and verification.
  struct TreeDeleter {
    void operator()(TSTree* tree) const { ts_tree_delete(tree); }
  };
  using TreePointer = std::unique_ptr<TSTree, TreeDeleter>;
  Result<TreePointer> parse_tree(std::string_view source, const std::function<bool()>& keep_going);

 private:
  struct ParserDeleter {
    void operator()(TSParser* parser) const { ts_parser_delete(parser); }
  };

  // Where trees are laid out first; kept from file to file unless one was large.
  struct BufferDeleter {
    void operator()(CopseFlatBuffer* buffer) const {
      copse_flat_buffer_free(buffer);
      delete buffer;
    }
  };
  static constexpr std::uint32_t kBufferNodesMax = std::uint32_t{1} << 19;

  Parser(TSParser* parser, const TSLanguage* language)
      : parser_(parser), language_(language), buffer_(new CopseFlatBuffer{}) {}

  Result<FlatTree> flatten_here(const TSTree* tree);

  std::unique_ptr<TSParser, ParserDeleter> parser_;
  const TSLanguage* language_;
  std::unique_ptr<CopseFlatBuffer, BufferDeleter> buffer_;
};

// Lays a tree-sitter tree out flat. LimitExceeded when memory or node numbers run out.
Result<FlatTree> flatten(const TSTree* tree);

}  // namespace copse
