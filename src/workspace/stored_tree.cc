// From a record to its source and tree. A small file's are read and checked as a whole; of a large
// one, what is asked for later, part by part.
#include <algorithm>
#include <utility>

#include "codec/chunked_frame.h"
#include "codec/zstd_prefix.h"
#include "syntax/lazy_nodes.h"
#include "syntax/tree_codec.h"
#include "workspace/tree_fallback.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

Error in_file(Error error, const FileRecord& record) {
  return std::move(error).with_context(record.path);
}

bool is_chunked(std::uint8_t codec) {
  return codec == static_cast<std::uint8_t>(FrameCodec::Chunked);
}

// Chunks of a source where they lie in the store.
class StoredChunks : public SourceChunks {
 public:
  StoredChunks(ChunkedFrame frame, std::shared_ptr<const void> owner,
               std::shared_ptr<const Dictionary> dictionary)
      : frame_(std::move(frame)), owner_(std::move(owner)), dictionary_(std::move(dictionary)) {}

  std::uint32_t chunk_bytes() const override { return frame_.chunk_bytes(); }
  Status read(std::size_t chunk, char* out) const override {
    const auto bytes = static_cast<std::size_t>(frame_.bytes_of(chunk));
    return frame_.decode(chunk, dictionary_.get(), {reinterpret_cast<std::uint8_t*>(out), bytes});
  }

 private:
  ChunkedFrame frame_;
  std::shared_ptr<const void> owner_;
  std::shared_ptr<const Dictionary> dictionary_;
};

}  // namespace

Result<FrameView> Workspace::Impl::view_source(const FileRecord& record, FrameCheck check) const {
  COPSE_TRY(FrameView frame, store.read_view(record.source, check));
  counters().add(Counter::SourceFrames);
  counters().add(Counter::SourceFrameBytes, record.source.stored_bytes);
  if (frame.type == kSourceFrame) return frame;
  return Error(ErrorCode::Corrupt, "its source is a frame of another type");
}

Result<std::shared_ptr<const Dictionary>> Workspace::Impl::dictionary_for(
    const FileRecord& record, std::uint8_t codec) const {
  if (needs_dictionary(codec) || (is_chunked(codec) && !record.dictionary.none())) {
    return objects.dictionary(record.dictionary);
  }
  return std::shared_ptr<const Dictionary>();
}

// Outwards from what stands alone: each content is the base of the one before it.
Status Workspace::Impl::read_behind_bases(const FileRecord& record, const FrameView& frame,
                                          std::span<std::uint8_t> out) const {
  counters().add(Counter::Deltas);
  Bytes base;
  for (std::size_t left = record.bases.size(); left > 0; --left) {
    const FrameRef& ref = record.bases[left - 1];
    auto content = read_base(record, ref, left == record.bases.size(), base);
    if (!content.ok()) {
      return std::move(content).take_error().with_context(
          "the source is a delta, and its base at offset " + std::to_string(ref.offset) +
          " of pack " + std::to_string(ref.pack.value) + " cannot be read");
    }
    base = std::move(content).value();
  }
  return restore_with_prefix(frame.payload, base, out);
}

Result<Bytes> Workspace::Impl::read_base(const FileRecord& record, const FrameRef& ref,
                                         bool is_last, ByteView behind) const {
  COPSE_TRY(const FrameView frame, store.read_view(ref));
  if (frame.type != kSourceFrame || is_delta(frame.codec) == is_last) {
    return Error(ErrorCode::Corrupt, "it is a frame of another type");
  }
  if (is_last) {
    COPSE_TRY(const auto dictionary, dictionary_for(record, frame.codec));
    return decompress_frame(frame.codec, frame.payload, frame.raw_bytes, kFileBytesMax,
                            dictionary.get());
  }
  COPSE_TRY_STATUS(check_stated_length(frame.codec, frame.payload, frame.raw_bytes, kFileBytesMax));
  Bytes content(static_cast<std::size_t>(frame.raw_bytes));
  COPSE_TRY_STATUS(restore_with_prefix(frame.payload, behind, content));
  return content;
}

Status Workspace::Impl::decode_source(const FileRecord& record, const FrameView& frame,
                                      std::span<std::uint8_t> out) const {
  if (is_delta(frame.codec) && !record.bases.empty()) return read_behind_bases(record, frame, out);
  COPSE_TRY(const auto dictionary, dictionary_for(record, frame.codec));
  return decompress_into(frame.codec, frame.payload, dictionary.get(), out);
}

Result<std::string> Workspace::Impl::read_source(const FileRecord& record) const {
  const auto read = [&]() -> Result<std::string> {
    COPSE_TRY(const FrameView frame, view_source(record, FrameCheck::Whole));
    COPSE_TRY_STATUS(
        check_stated_length(frame.codec, frame.payload, frame.raw_bytes, kFileBytesMax));
    std::string text(static_cast<std::size_t>(frame.raw_bytes), '\0');
    const std::span out(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
    COPSE_TRY_STATUS(decode_source(record, frame, out));
    return text;
  };
  auto text = read();
  if (!text.ok()) return in_file(std::move(text).take_error(), record);
  return text;
}

Status Workspace::Impl::read_source_into(const FileRecord& record,
                                         std::span<std::uint8_t> out) const {
  COPSE_TRY(const FrameView frame, view_source(record, FrameCheck::Whole));
  if (frame.raw_bytes != out.size()) {
    return Error(ErrorCode::Corrupt, "its source has another length than its record says");
  }
  return decode_source(record, frame, out);
}

Result<FrameView> Workspace::Impl::view_tree(const FileRecord& record, FrameCheck check) const {
  if (!record.tree) {
    return Error(ErrorCode::NotFound,
                 record.path + " has no tree, it was kept as plain source: " + record.note);
  }
  auto frame = store.read_view(*record.tree, check);
  if (!frame.ok()) return in_file(std::move(frame).take_error(), record);
  counters().add(Counter::TreeFrames);
  counters().add(Counter::TreeFrameBytes, record.tree->stored_bytes);
  if (frame.value().type != kTreeFrame ||
      frame.value().codec > static_cast<std::uint8_t>(FrameCodec::ZstdBare)) {
    return Error(ErrorCode::Corrupt, record.path + ": its tree is a frame of another type");
  }
  return frame;
}

Result<PreparedTree> Workspace::Impl::read_packed_tree(const FileRecord& record) const {
  COPSE_TRY(const FrameView frame, view_tree(record, FrameCheck::Whole));
  PreparedTree tree;
  tree.nodes = record.nodes;
  tree.visible_nodes = record.visible_nodes;
  tree.frame.codec = static_cast<FrameCodec>(frame.codec);
  tree.frame.raw_bytes = frame.raw_bytes;
  tree.frame.bytes.assign(frame.payload.begin(), frame.payload.end());
  return tree;
}

// A tree of one block is thawed at once, so that damage shows here.
Result<std::unique_ptr<LazyNodes>> Workspace::Impl::open_whole(
    const FileRecord& record, std::shared_ptr<const TreeModel> model, const FrameView& frame,
    std::uint32_t nodes) const {
  COPSE_TRY(std::string source, read_source(record));
  const std::uint64_t source_bytes = source.size();
  ByteView bytes = frame.payload;
  std::shared_ptr<const void> kept = frame.owner;
  const auto keep = [&](Bytes made) {
    auto owned = std::make_shared<const Bytes>(std::move(made));
    bytes = *owned;
    kept = std::move(owned);
  };
  if (frame.codec != static_cast<std::uint8_t>(FrameCodec::Raw)) {
    COPSE_TRY(Bytes unpacked,
              unpack_tree_bytes(frame.codec, frame.payload, frame.raw_bytes, nodes));
    keep(std::move(unpacked));
  }
  if (!form_of_tree(bytes)) {
    // Of version 1, which knows no blocks.
    COPSE_TRY(const FlatTree flat, decode_tree(*model, source, bytes, nodes));
    keep(encode_tree(*model, flat, source, {TreeForm::Bytecode}));
  }
  COPSE_TRY(auto lazy, LazyNodes::open(std::move(model), bytes, std::move(kept), std::move(source),
                                       nullptr, source_bytes, nodes));
  if (lazy->layout().blocks.size() == 1) COPSE_TRY_STATUS(lazy->thaw_first());
  return lazy;
}

// A large file: its header, jump table and table of chunks are checked now, each block and chunk
// when it is asked for. Null when it is not kept in parts.
Result<std::unique_ptr<LazyNodes>> Workspace::Impl::open_in_parts(
    const FileRecord& record, std::shared_ptr<const TreeModel> model, std::uint32_t nodes) const {
  std::unique_ptr<LazyNodes> none;
  if (record.source_bytes < kChunkedBytesMin || nodes <= kBlockNodes) return none;
  COPSE_TRY(const FrameView tree, view_tree(record, FrameCheck::Parts));
  const bool raw = tree.codec == static_cast<std::uint8_t>(FrameCodec::Raw);
  if (!raw || !form_of_tree(tree.payload)) return none;
  COPSE_TRY(auto chunks, large_source(record));
  if (chunks == nullptr) return none;
  return LazyNodes::open(std::move(model), tree.payload, tree.owner, {}, std::move(chunks),
                         record.source_bytes, nodes);
}

// Null when the source is not kept in chunks.
Result<std::unique_ptr<const SourceChunks>> Workspace::Impl::large_source(
    const FileRecord& record) const {
  std::unique_ptr<const SourceChunks> none;
  if (record.source_bytes < kChunkedBytesMin) return none;
  COPSE_TRY(const FrameView source, view_source(record, FrameCheck::Parts));
  if (!is_chunked(source.codec)) return none;
  if (source.raw_bytes != record.source_bytes) {
    return Error(ErrorCode::Corrupt, "its source has another length than its record says");
  }
  COPSE_TRY_STATUS(
      check_stated_length(source.codec, source.payload, source.raw_bytes, kFileBytesMax));
  COPSE_TRY(ChunkedFrame chunks, ChunkedFrame::read(source.payload, source.raw_bytes));
  COPSE_TRY(auto dictionary, dictionary_for(record, source.codec));
  none = std::make_unique<StoredChunks>(std::move(chunks), source.owner, std::move(dictionary));
  return none;
}

Result<std::shared_ptr<const TreeData>> Workspace::Impl::read_tree(const FileRecord& record) {
  if (!record.tree) {
    auto none = view_tree(record, FrameCheck::Whole);
    return std::move(none).take_error();
  }
  COPSE_TRY(auto grammar, objects.grammar(record.grammar));
  auto data = read_stored_tree(record, grammar);
  if (data.ok() || fallback == nullptr || data.error().code() != ErrorCode::Corrupt) return data;
  return fallback->parse(record, std::move(grammar), data.error());
}

Result<std::shared_ptr<const TreeData>> Workspace::Impl::read_stored_tree(
    const FileRecord& record, std::shared_ptr<const Grammar> grammar) {
  const auto nodes =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(record.nodes, kTreeNodesMax));
  COPSE_TRY(auto model, objects.model(record.grammar, record.model));
  const auto open = [&]() -> Result<std::unique_ptr<LazyNodes>> {
    COPSE_TRY(auto parts, open_in_parts(record, model, nodes));
    if (parts != nullptr) return parts;
    COPSE_TRY(const FrameView frame, view_tree(record, FrameCheck::Whole));
    return open_whole(record, model, frame, nodes);
  };
  auto lazy = open();
  if (!lazy.ok()) return in_file(std::move(lazy).take_error(), record);
  return make_lazy_tree_data(std::move(grammar), std::move(lazy).value(),
                             static_cast<std::uint32_t>(record.visible_nodes));
}

}  // namespace copse
