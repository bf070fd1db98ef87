// The tree-sitter parser behind Result.
#include "syntax/tree_parser.h"

#include <string>

#include "syntax/parse_arena.h"

namespace copse {

Result<Parser> Parser::create(const TSLanguage* language) {
  Parser parser(ts_parser_new(), language);
  if (!ts_parser_set_language(parser.parser_.get(), language)) {
    return Error(ErrorCode::Unsupported, "tree-sitter refuses a grammar of ABI version " +
                                             std::to_string(ts_language_abi_version(language)));
  }
  return parser;
}

Result<Parser::TreePointer> Parser::parse_tree(std::string_view source,
                                               const std::function<bool()>& keep_going) {
  if (source.size() > kSourceBytesMax) {
    return Error(ErrorCode::LimitExceeded, "source of " + std::to_string(source.size()) +
                                               " bytes, at most " +
                                               std::to_string(kSourceBytesMax) + " can be parsed");
  }
  struct Input {
    std::string_view source;
    static const char* read(void* payload, std::uint32_t byte, TSPoint /*point*/,
                            std::uint32_t* length) {
      const std::string_view text = static_cast<const Input*>(payload)->source;
      if (byte >= text.size()) {
        *length = 0;
        return "";
      }
      *length = static_cast<std::uint32_t>(text.size() - byte);
      return text.data() + byte;
    }
  };
  Input input{source};
  TSInput ts_input{};
  ts_input.payload = &input;
  ts_input.read = &Input::read;
  ts_input.encoding = TSInputEncodingUTF8;
  TSParseOptions options{};
  std::function<bool()> callback = keep_going;
  options.payload = &callback;
  options.progress_callback = [](TSParseState* state) {
    return !(*static_cast<std::function<bool()>*>(state->payload))();
  };
  if (!callback) options.progress_callback = nullptr;
  TreePointer tree(ts_parser_parse_with_options(parser_.get(), nullptr, ts_input, options));
  if (tree == nullptr) {
    ts_parser_reset(parser_.get());
    return Error(ErrorCode::LimitExceeded, "parsing took too long and was stopped");
  }
  return tree;
}

Result<FlatTree> Parser::parse(std::string_view source, const std::function<bool()>& keep_going) {
  const ParseScope scope;
  if (!scope.is_open()) {
    COPSE_TRY(const TreePointer tree, parse_tree(source, keep_going));
    return flatten_here(tree.get());
  }
  // One that lives no longer than the scope's memory.
  COPSE_TRY(Parser parser, create(language_));
  COPSE_TRY(TreePointer tree, parser.parse_tree(source, keep_going));
  Result<FlatTree> flat = flatten_here(tree.get());
  if (!scope.has_spilled()) static_cast<void>(tree.release());
  return flat;
}

namespace {

Result<FlatTree> flatten_into(CopseFlatBuffer& buffer, const TSTree* tree) {
  const CopseFlattenResult result = copse_flatten(tree, &buffer);
  if (result != CopseFlattenOk) {
    return Error(ErrorCode::LimitExceeded, result == CopseFlattenOutOfMemory
                                               ? "out of memory while flattening a tree"
                                               : "tree has too many nodes");
  }
  FlatTree flat;
  flat.visible_count = buffer.visible_count;
  flat.nodes.assign(buffer.nodes, buffer.nodes + buffer.node_count);
  flat.error_leaves.assign(buffer.error_leaves, buffer.error_leaves + buffer.error_leaf_count);
  flat.faults.assign(buffer.faults, buffer.faults + buffer.fault_count);
  return flat;
}

}  // namespace

Result<FlatTree> Parser::flatten_here(const TSTree* tree) {
  Result<FlatTree> flat = flatten_into(*buffer_, tree);
  if (buffer_->node_capacity > kBufferNodesMax) copse_flat_buffer_free(buffer_.get());
  return flat;
}

Result<FlatTree> flatten(const TSTree* tree) {
  CopseFlatBuffer buffer{};
  Result<FlatTree> flat = flatten_into(buffer, tree);
  copse_flat_buffer_free(&buffer);
  return flat;
}

}  // namespace copse
