// From a record to a tree that one search goes through once.
#include <algorithm>
#include <optional>
#include <utility>

#include "query/source_filter.h"
#include "syntax/lazy_nodes.h"
#include "syntax/tree_codec.h"
#include "workspace/tree_fallback.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

// A source that is read as a whole when the first byte of it is asked for.
class WholeSource : public SourceChunks {
 public:
  WholeSource(const Workspace::Impl& workspace, const FileRecord& record)
      : workspace_(workspace), record_(record) {}

  std::uint32_t chunk_bytes() const override {
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(record_.source_bytes, 1));
  }
  Status read(std::size_t /*chunk*/, char* out) const override {
    return workspace_.read_source_into(record_, {reinterpret_cast<std::uint8_t*>(out),
                                                 static_cast<std::size_t>(record_.source_bytes)});
  }

 private:
  const Workspace::Impl& workspace_;
  const FileRecord& record_;
};

// A damaged source is for the search to report.
bool is_left_out(const LazyNodes& lazy, const FileRecord& record, const SourceFilter* filter) {
  if (filter == nullptr || lazy.in_chunks()) return false;
  const auto bytes = static_cast<std::uint32_t>(record.source_bytes);
  const std::string_view source = lazy.need_source(0, bytes);
  return !lazy.is_damaged() && !filter->may_match(source);
}

}  // namespace

Result<std::optional<ScannedTree>> Workspace::Impl::scan_tree(const FileRecord& record,
                                                              ScanMemory& memory,
                                                              const SourceFilter* filter) {
  COPSE_TRY(auto grammar, objects.grammar(record.grammar));
  auto scanned = scan_stored_tree(record, grammar, memory, filter);
  if (scanned.ok() || fallback == nullptr || scanned.error().code() != ErrorCode::Corrupt) {
    return scanned;
  }
  COPSE_TRY(auto data, fallback->parse(record, std::move(grammar), scanned.error()));
  const CopseFlatNode* const made = data->nodes();
  COPSE_TRY_STATUS(data->fault());
  return std::optional(ScannedTree{std::move(data), made, true});
}

Result<std::optional<ScannedTree>> Workspace::Impl::scan_stored_tree(
    const FileRecord& record, std::shared_ptr<const Grammar> grammar, ScanMemory& memory,
    const SourceFilter* filter) {
  const auto nodes =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(record.nodes, kTreeNodesMax));
  COPSE_TRY(auto model, objects.model(record.grammar, record.model));
  COPSE_TRY(const FrameView frame, view_tree(record, FrameCheck::Whole));
  const bool raw = frame.codec == static_cast<std::uint8_t>(FrameCodec::Raw);
  if (!raw || !form_of_tree(frame.payload) || record.source_bytes > kFileBytesMax) {
    COPSE_TRY(auto data, read_stored_tree(record, std::move(grammar)));
    const CopseFlatNode* const made = data->nodes();
    COPSE_TRY_STATUS(data->fault());
    return std::optional(ScannedTree{std::move(data), made, true});
  }
  const auto open = [&]() -> Result<std::unique_ptr<LazyNodes>> {
    COPSE_TRY(auto chunks, large_source(record));
    if (chunks == nullptr) chunks = std::make_unique<WholeSource>(*this, record);
    COPSE_TRY(auto lazy, LazyNodes::open(std::move(model), frame.payload, frame.owner, {},
                                         std::move(chunks), record.source_bytes, nodes, &memory));
    if (is_left_out(*lazy, record, filter)) return std::unique_ptr<LazyNodes>();
    COPSE_TRY_STATUS(lazy->shape());
    return lazy;
  };
  auto lazy = open();
  if (!lazy.ok()) return std::move(lazy).take_error().with_context(record.path);
  if (lazy.value() == nullptr) return std::optional<ScannedTree>();
  const CopseFlatNode* const shaped = lazy.value()->nodes();
  auto data = make_lazy_tree_data(std::move(grammar), std::move(lazy).value(),
                                  static_cast<std::uint32_t>(record.visible_nodes), true);
  return std::optional(ScannedTree{std::move(data), shaped, false});
}

}  // namespace copse
