// Segments of postings as named frames of a store: "postings/<grammar>/<number>".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "postings/postings_segment.h"
#include "store/store.h"
#include "store/store_writer.h"

namespace copse {

struct PostingsName {
  std::string grammar;  // the first 16 hexadecimal digits of its id
  std::uint64_t number = 0;

  static std::optional<PostingsName> parse(std::string_view name);
  std::string text() const;
};

inline constexpr std::string_view kPostingsPrefix = "postings/";

std::string postings_grammar(const ContentId& grammar);

// By grammar, as the names call it: the numbers of its segments, ascending.
std::map<std::string, std::vector<std::uint64_t>> postings_numbers(
    const std::vector<std::string>& frame_names);

// Where the segment lies, mapped if the store's packs are. Errors name it.
Result<PostingsSegment> open_postings(const Store& store, const PostingsName& name);

// Puts a segment into the store under that name, for the next commit.
Status put_postings(StoreWriter& writer, const PostingsName& name, ByteView segment);

// The key of a record's tree. REQUIRES: record.tree.
std::uint64_t document_key(const FileRecord& record);

}  // namespace copse
