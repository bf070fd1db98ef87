// First every tree gets its symbols, then each grammar one segment.
#include "workspace/symbol_compaction.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "workspace/symbol_frames.h"
#include "workspace/symbol_writer.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

constexpr std::size_t kOpenFilesPerThread = 4;

class SymbolCompactor {
 public:
  SymbolCompactor(FileSystem& file_system, const std::string& store_directory, StoreWriter& writer,
                  const SymbolCompaction& options)
      : file_system_(file_system),
        store_directory_(store_directory),
        writer_(writer),
        options_(options) {}

  Status run() {
    COPSE_TRY_STATUS(cover());
    COPSE_TRY(const Store store, Store::open(file_system_, store_directory_));
    for (const auto& [grammar, numbers] : symbol_frames(store.named_frames())) {
      if (stopping()) return interrupted();
      COPSE_TRY_STATUS(merge(store, grammar, numbers));
    }
    return writer_.commit();
  }

 private:
  // A file whose symbols are missing, and their key.
  struct Missing {
    std::size_t file;
    SharedId tags;
  };

  bool stopping() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }
  static Error interrupted() { return {ErrorCode::Interrupted, "compaction was interrupted"}; }

  static std::vector<Missing> find_missing(const Store& store);
  Status cover();
  Status merge(const Store& store, const std::string& grammar,
               const std::vector<std::uint64_t>& numbers);

  FileSystem& file_system_;
  const std::string& store_directory_;
  StoreWriter& writer_;
  const SymbolCompaction& options_;
};

std::vector<SymbolCompactor::Missing> SymbolCompactor::find_missing(const Store& store) {
  std::unordered_set<std::uint64_t> covered;
  for (const auto& [grammar, numbers] : symbol_frames(store.named_frames())) {
    for (const SymbolSegment& segment : open_sound_symbols(store, grammar, numbers).segments) {
      for (std::uint32_t document = 0; document < segment.document_count(); ++document)
        covered.insert(segment.document_key(document));
    }
  }
  std::vector<Missing> missing;
  StoredTags tags(store);
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    if (!record.tree) continue;
    const auto of_language = tags.of(record.language);
    if (!of_language || !covered.insert(symbol_document_key(record, *of_language)).second) continue;
    missing.push_back({i, *of_language});
  }
  return missing;
}

// Puts what is missing into segments of its own, in the order of the paths. A tree that cannot be
// read, or a query that does not fit its grammar, leaves the file as it is.
Status SymbolCompactor::cover() {
  COPSE_TRY(Store opened, Store::open(file_system_, store_directory_));
  const auto impl = std::make_unique<Workspace::Impl>(std::move(opened));
  const std::vector<Missing> missing = find_missing(impl->store);
  if (missing.empty()) return success();
  std::map<SharedId, std::optional<TagsQuery>> queries;
  for (const Missing& each : missing) {
    const FileRecord record = impl->store.file(each.file);
    const auto [at, is_new] = queries.try_emplace(record.grammar);
    if (!is_new) continue;
    auto query = impl->tags_query(record);
    if (query.ok()) at->second = std::move(query).value();
  }
  SymbolWriter symbols(file_system_, store_directory_, writer_);
  ParallelOptions parallel;
  parallel.threads = options_.threads;
  parallel.window = parallel.threads * kOpenFilesPerThread;
  parallel.stop = options_.stop;
  Status status = success();
  const auto collect = [&](std::size_t file) -> Result<std::vector<SymbolEntry>> {
    const FileRecord record = impl->store.file(file);
    const auto& query = queries.at(record.grammar);
    if (!query) return Error(ErrorCode::Unsupported, "no tags query");
    COPSE_TRY(auto data, impl->read_tree(record));
    return query->collect(Tree(std::move(data)));
  };
  const bool whole = parallel_map<Result<std::vector<SymbolEntry>>>(
      missing.size(), parallel,
      [&](unsigned /*thread*/, std::size_t item) { return collect(missing[item].file); },
      [&](std::size_t item, const Result<std::vector<SymbolEntry>>& entries) {
        if (!entries.ok()) return true;
        const Missing& each = missing[item];
        status = symbols.add(impl->store.file(each.file), each.tags, entries.value());
        return status.ok();
      });
  COPSE_TRY_STATUS(std::move(status));
  if (!whole || stopping()) return interrupted();
  COPSE_TRY_STATUS(symbols.flush());
  return writer_.commit();
}

Status SymbolCompactor::merge(const Store& store, const std::string& grammar,
                              const std::vector<std::uint64_t>& numbers) {
  const SoundSymbols sound = open_sound_symbols(store, grammar, numbers);
  const std::vector<std::uint64_t> keys = live_symbol_keys(store, grammar);
  if (!sound.segments.empty() && !keys.empty()) {
    // More than fits stays apart.
    if (keys.size() > kSymbolDocumentsMax) return success();
    COPSE_TRY(const Bytes merged, merge_by_keys(sound.segments, keys, kSymbolSmallLevel));
    if (numbers.size() == 1) {
      const auto before =
          store.read_view(*store.named_frame(SymbolFrameName{grammar, numbers[0]}.text()));
      if (before.ok() && std::ranges::equal(merged, before.value().payload)) return success();
    }
    COPSE_TRY_STATUS(put_symbols(writer_, grammar, merged));
  }
  for (const std::uint64_t number : numbers)
    COPSE_TRY_STATUS(writer_.set_named_frame(SymbolFrameName{grammar, number}.text(), {}));
  return success();
}

}  // namespace

Status compact_symbols(FileSystem& file_system, const std::string& store_directory,
                       StoreWriter& writer, const SymbolCompaction& options) {
  return SymbolCompactor(file_system, store_directory, writer, options).run();
}

}  // namespace copse
