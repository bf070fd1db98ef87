// Records to packed trees.
#include "workspace/tier_reader.h"

#include <algorithm>
#include <utility>

#include "core/hash.h"
#include "syntax/tree_layout.h"

namespace copse {
namespace {

// Whether the payload and a dictionary are all that it takes to decompress it.
bool stands_alone(std::uint8_t codec) {
  return codec <= static_cast<std::uint8_t>(FrameCodec::Lz4);
}

Status add_source(const Workspace::Impl& workspace, const FileRecord& record, PackedTree& packed) {
  COPSE_TRY(FrameView frame, workspace.view_source(record, FrameCheck::Whole));
  packed.source.raw_bytes = frame.raw_bytes;
  if (stands_alone(frame.codec)) {
    COPSE_TRY(packed.dictionary, workspace.dictionary_for(record, frame.codec));
    packed.source.codec = frame.codec;
    packed.source.payload = frame.payload;
    packed.owners[0] = std::move(frame.owner);
    return success();
  }
  COPSE_TRY(std::string text, workspace.read_source(record));
  auto owned = std::make_shared<const std::string>(std::move(text));
  packed.source.codec = static_cast<std::uint8_t>(FrameCodec::Raw);
  packed.source.raw_bytes = owned->size();
  packed.source.payload = as_bytes(*owned);
  packed.owners[0] = std::move(owned);
  return success();
}

}  // namespace

Result<PackedTree> view_packed(const Workspace::Impl& workspace, const FileRecord& record) {
  COPSE_TRY(FrameView tree, workspace.view_tree(record, FrameCheck::Whole));
  PackedTree packed;
  packed.content = record.content;
  packed.nodes = static_cast<std::uint32_t>(std::min<std::uint64_t>(record.nodes, kTreeNodesMax));
  packed.tree = {tree.codec, tree.raw_bytes, tree.payload};
  packed.owners[1] = std::move(tree.owner);
  const auto add_rest = [&]() -> Status {
    COPSE_TRY(packed.grammar, workspace.objects.grammar(record.grammar));
    COPSE_TRY(packed.model, workspace.objects.model(record.grammar, record.model));
    return add_source(workspace, record, packed);
  };
  Status added = add_rest();
  if (!added.ok()) return std::move(added).take_error().with_context(record.path);
  return packed;
}

StoredPlace place_of(const FileRecord& record) {
  StoredPlace place;
  place.hash = hash_of(record.content);
  place.language = record.language;
  place.source_bytes = record.source_bytes;
  place.stored_source_bytes = record.source.stored_bytes;
  if (record.tree) place.stored_tree_bytes = record.tree->stored_bytes;
  place.pack = record.source.pack.value;
  place.pack_offset = record.source.offset;
  return place;
}

SourceHash hash_of(const ContentKey& content) {
  return {content.digest};
}

ContentKey key_of(const SourceHash& hash) {
  ContentKey key;
  key.digest = hash.digest;
  return key;
}

SourceHash hash_source(std::string_view source) {
  return hash_of(content_id(as_bytes(source)));
}

std::string SourceHash::hex() const {
  ContentId id;
  std::copy(digest.begin(), digest.end(), id.digest.begin());
  return id.hex().substr(0, digest.size() * 2);
}

std::string_view tier_name(Tier tier) {
  constexpr std::array<std::string_view, kTiers> kNames = {"hot", "warm", "cold", "frozen"};
  return kNames[static_cast<std::size_t>(tier)];
}

}  // namespace copse
