// Messages between an indexer and its parse processes.
#include "workspace/parse_protocol.h"

#include <cstring>
#include <utility>

namespace copse {
namespace {

constexpr std::size_t kLengthBytes = 8;

void set_length(Bytes& message) {
  const std::uint64_t length = message.size() - kLengthBytes;
  std::memcpy(message.data(), &length, kLengthBytes);
}

}  // namespace

Bytes parse_request(ParseRequestKind kind, std::string_view language, ByteView rest) {
  Bytes message;
  ByteWriter out(message);
  out.u64(0);
  out.u8(static_cast<std::uint8_t>(kind));
  out.text(language);
  out.raw(rest);
  set_length(message);
  return message;
}

Bytes success_answer(ByteView body) {
  Bytes message;
  ByteWriter out(message);
  out.u64(0);
  out.u8(0);
  out.raw(body);
  set_length(message);
  return message;
}

Bytes error_answer(const Error& error) {
  Bytes message;
  ByteWriter out(message);
  out.u64(0);
  out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(error.code()) + 1));
  out.raw(as_bytes(error.message()));
  set_length(message);
  return message;
}

Bytes write_prepared_tree(const PreparedTree& tree) {
  Bytes body;
  ByteWriter out(body);
  out.varint(tree.nodes);
  out.varint(tree.visible_nodes);
  out.u8(static_cast<std::uint8_t>(tree.frame.codec));
  out.varint(tree.frame.raw_bytes);
  out.text(as_text(tree.facts));
  out.text(as_text(tree.symbols));
  out.raw(tree.frame.bytes);
  return body;
}

Result<PreparedTree> read_prepared_tree(ByteView body) {
  ByteReader in(body);
  PreparedTree tree;
  tree.nodes = in.varint();
  tree.visible_nodes = in.varint();
  const std::uint8_t codec = in.u8();
  tree.frame.raw_bytes = in.varint();
  const ByteView facts = as_bytes(in.text());
  const ByteView symbols = as_bytes(in.text());
  const ByteView payload = in.raw(in.remaining());
  if (in.failed() || codec > static_cast<std::uint8_t>(FrameCodec::ZstdBare) || tree.nodes == 0 ||
      tree.nodes > kTreeNodesMax || tree.visible_nodes > tree.nodes) {
    return Error(ErrorCode::Corrupt, "a parse process answered with a damaged tree");
  }
  tree.frame.codec = static_cast<FrameCodec>(codec);
  tree.facts.assign(facts.begin(), facts.end());
  tree.symbols.assign(symbols.begin(), symbols.end());
  tree.frame.bytes.assign(payload.begin(), payload.end());
  return tree;
}

Bytes write_comparison(const TreeComparison& comparison) {
  Bytes body;
  ByteWriter out(body);
  out.varint(comparison.nodes);
  out.varint(comparison.difference_count);
  out.varint(comparison.differences.size());
  for (const std::string& difference : comparison.differences) {
    out.text(difference);
  }
  return body;
}

Result<TreeComparison> read_comparison(ByteView body) {
  ByteReader in(body);
  TreeComparison comparison;
  comparison.nodes = in.varint();
  comparison.difference_count = in.varint();
  const std::size_t count = in.count(1);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    comparison.differences.emplace_back(in.text());
  }
  if (in.failed() || !in.at_end()) {
    return Error(ErrorCode::Corrupt, "a parse process answered with a damaged comparison");
  }
  return comparison;
}

Status send_message(Channel& channel, const Bytes& message, std::int64_t timeout_ms) {
  return channel.write(message, timeout_ms);
}

Result<Bytes> receive_message(Channel& channel, std::int64_t timeout_ms) {
  std::uint8_t length_bytes[kLengthBytes];
  COPSE_TRY_STATUS(channel.read(length_bytes, timeout_ms));
  std::uint64_t length = 0;
  std::memcpy(&length, length_bytes, kLengthBytes);
  if (length == 0 || length > kParseMessageBytesMax) {
    return Error(ErrorCode::Corrupt,
                 "a parse message states a length of " + std::to_string(length) + " bytes");
  }
  Bytes message(static_cast<std::size_t>(length));
  COPSE_TRY_STATUS(channel.read(message, timeout_ms));
  return message;
}

Result<Bytes> open_answer(Bytes message) {
  const std::uint8_t code = message.front();
  message.erase(message.begin());
  if (code == 0) return message;
  if (code - 1 > static_cast<int>(ErrorCode::Interrupted)) {
    return Error(ErrorCode::Corrupt, "a parse process answered with an unknown error");
  }
  return Error(static_cast<ErrorCode>(code - 1), std::string(as_text(message)));
}

}  // namespace copse
