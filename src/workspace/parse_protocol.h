// What an indexer and its parse processes say to each other over a channel.
//
//   request  u64 length of what follows | u8 kind | text language | the rest by kind
//     Load     text path of the shared object          answer: grammar snapshot
//     Model    tree model                              answer: nothing
//     Prepare  source                                  answer: PreparedTree
//     Compare  text source, then a PreparedTree         answer: TreeComparison
//     Phases   u8 phases of trees that are off, before any Load   answer: nothing
//   answer   u64 length of what follows | u8 error code + 1, or 0 | message, or the answer
//
// Both ends are the same build of the same program, so there is no version. The indexer still
// checks every answer: a grammar's code may have written over its process's memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "copse/result.h"

#include "core/bytes.h"
#include "core/io/process.h"
#include "syntax/tree_compare.h"
#include "workspace/prepared_file.h"

namespace copse {

enum class ParseRequestKind : std::uint8_t {
  Load = 1,
  Model = 2,
  Prepare = 3,
  Compare = 4,
  Phases = 5
};

// A source of kSourceBytesMax and what goes with it.
inline constexpr std::uint64_t kParseMessageBytesMax = std::uint64_t{4} << 30;

Bytes parse_request(ParseRequestKind kind, std::string_view language, ByteView rest);
Bytes success_answer(ByteView body);
Bytes error_answer(const Error& error);

Bytes write_prepared_tree(const PreparedTree& tree);
Result<PreparedTree> read_prepared_tree(ByteView body);

Bytes write_comparison(const TreeComparison& comparison);
Result<TreeComparison> read_comparison(ByteView body);

// One message, length included.
Status send_message(Channel& channel, const Bytes& message, std::int64_t timeout_ms);
// One message without its length. NotFound when the peer closed between messages.
Result<Bytes> receive_message(Channel& channel, std::int64_t timeout_ms);
// The body of a successful answer, or the error that it carries.
Result<Bytes> open_answer(Bytes message);

}  // namespace copse
