// What a Workspace shares among its copies: one generation of the store, and what was loaded from
// it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "copse/workspace.h"

#include "core/counters.h"
#include "store/store.h"
#include "syntax/lazy_nodes.h"
#include "syntax/tree_data.h"
#include "workspace/languages.h"
#include "workspace/postings_index.h"
#include "workspace/prepared_file.h"
#include "workspace/symbol_collector.h"
#include "workspace/symbol_index.h"
#include "workspace/syntax_objects.h"

namespace copse {

// A tree that one thread goes through once, in memory of the searching thread's.
struct ScannedTree {
  std::shared_ptr<const TreeData> data;
  const CopseFlatNode* nodes = nullptr;
  bool located = false;  // else only shaped: see LazyNodes::shape()
};

class SourceFilter;
class TreeFallback;

struct Workspace::Impl {
  explicit Impl(Store opened, Storage where = {});
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  // As Workspace::open.
  static Result<std::shared_ptr<Impl>> open(const std::string& store_directory,
                                            const OpenOptions& options);

  Storage storage;  // that the store borrows; counted
  Store store;
  mutable SyntaxObjects objects;           // what is loaded from the store when it is first needed
  LanguageRegistry registry;               // for other names of languages
  std::unique_ptr<TreeFallback> fallback;  // null: damaged trees are damaged
  mutable std::mutex symbols_mutex;
  mutable std::unique_ptr<const SymbolIndex> symbols;  // null until it is asked for

  // A source or a tree of a record, checked, or parsed again. Errors name the path.
  Result<std::string> read_source(const FileRecord& record) const;
  Result<std::shared_ptr<const TreeData>> read_tree(const FileRecord& record);
  Status read_source_into(const FileRecord& record, std::span<std::uint8_t> out) const;
  // No value when the filter, if there is one, says that nothing matches; sources in chunks it is
  // not asked about. REQUIRES: the record has a tree. It and `memory` outlive what comes back.
  Result<std::optional<ScannedTree>> scan_tree(const FileRecord& record, ScanMemory& memory,
                                               const SourceFilter* filter);
  Counters& counters() const { return *storage.counters(); }
  std::vector<MetricFamily> metrics() const;  // as Workspace::metrics
  // A source's frame, behind its bases where it is a delta.
  Status decode_source(const FileRecord& record, const FrameView& frame,
                       std::span<std::uint8_t> out) const;
  Status read_behind_bases(const FileRecord& record, const FrameView& frame,
                           std::span<std::uint8_t> out) const;
  // What stands alone when it is the last one, else what is a delta to the bytes behind it.
  Result<Bytes> read_base(const FileRecord& record, const FrameRef& ref, bool is_last,
                          ByteView behind) const;
  // As they are in the store.
  Result<std::shared_ptr<const TreeData>> read_stored_tree(const FileRecord& record,
                                                           std::shared_ptr<const Grammar> grammar);
  Result<std::optional<ScannedTree>> scan_stored_tree(const FileRecord& record,
                                                      std::shared_ptr<const Grammar> grammar,
                                                      ScanMemory& memory,
                                                      const SourceFilter* filter);
  // Frames where they lie.
  Result<FrameView> view_source(const FileRecord& record, FrameCheck check) const;
  Result<FrameView> view_tree(const FileRecord& record, FrameCheck check) const;
  // The tree as it is stored, for those who unpack it elsewhere.
  Result<PreparedTree> read_packed_tree(const FileRecord& record) const;

  Result<std::shared_ptr<const Dictionary>> dictionary_for(const FileRecord& record,
                                                           std::uint8_t codec) const;
  Result<std::unique_ptr<LazyNodes>> open_whole(const FileRecord& record,
                                                std::shared_ptr<const TreeModel> model,
                                                const FrameView& frame, std::uint32_t nodes) const;
  Result<std::unique_ptr<const SourceChunks>> large_source(const FileRecord& record) const;
  Result<std::unique_ptr<LazyNodes>> open_in_parts(const FileRecord& record,
                                                   std::shared_ptr<const TreeModel> model,
                                                   std::uint32_t nodes) const;

  // Each opened at the first call. Thread-safe.
  const PostingsIndex& postings() const;
  const SymbolIndex& symbol_index() const;
  // Compiled for the record's grammar. Unsupported when the store has none.
  Result<TagsQuery> tags_query(const FileRecord& record) const;

  // NotFound names what to do.
  Result<FileRecord> find(std::string_view path) const;
  // "c++" to "cpp"; what nobody knows stays as it is.
  std::string language_id(std::string_view name) const;

  // Nothing when the postings were not needed so far.
  std::vector<std::string> postings_notes() const;

  mutable std::once_flag postings_once;
  mutable std::unique_ptr<const PostingsIndex> postings_opened;
  mutable std::atomic<const PostingsIndex*> postings_now = nullptr;
};

}  // namespace copse
