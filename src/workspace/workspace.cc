// A store opened for reading: files, sources, trees, languages, statistics.
#include "copse/workspace.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/io/clock.h"
#include "core/io/file_system.h"
#include "core/io/memory.h"
#include "workspace/compactor.h"
#include "workspace/indexer.h"
#include "workspace/postings_frames.h"
#include "workspace/store_phases.h"
#include "workspace/symbol_frames.h"
#include "workspace/tree_fallback.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

StoredFile describe(const FileRecord& record) {
  return {record.path,  record.language, record.note,         record.source_bytes,
          record.lines, record.nodes,    record.visible_nodes};
}

}  // namespace

// ---- Impl --------------------------------------------------------------------------------------

Workspace::Impl::Impl(Store opened, Storage where)
    : storage(where.counters() == nullptr ? where.counted() : std::move(where)),
      store(std::move(opened)),
      objects(store),
      registry(LanguageRegistry::builtin()) {}

Workspace::Impl::~Impl() = default;

Result<std::shared_ptr<Workspace::Impl>> Workspace::Impl::open(const std::string& store_directory,
                                                               const OpenOptions& options) {
  const Storage& given = options.storage;
  const Storage storage = given.counters() == nullptr ? given.counted() : given;
  COPSE_TRY(Store store, Store::open(storage.file_system(), store_directory));
  COPSE_TRY(const StorePhases phases, StorePhases::of(store));
  if (!phases.on(StorePhase::Mmap)) {
    COPSE_TRY(store, Store::open(storage.file_system(), store_directory, {.map_packs = false}));
  }
  store.show_directory();
  auto impl = std::make_shared<Impl>(std::move(store), storage);
  if (!options.grammar_path.empty()) {
    impl->fallback = std::make_unique<TreeFallback>(*impl, options);
  }
  return impl;
}

Result<FileRecord> Workspace::Impl::find(std::string_view path) const {
  while (path.starts_with("./")) {
    path.remove_prefix(2);
  }
  COPSE_TRY(auto record, store.find(path));
  if (!record) {
    return Error(ErrorCode::NotFound, "no file '" + std::string(path) + "' in the store");
  }
  return std::move(*record);
}

std::string Workspace::Impl::language_id(std::string_view name) const {
  const LanguageSpec* spec = registry.find(name);
  return spec == nullptr ? std::string(name) : spec->id;
}

// ---- Workspace ---------------------------------------------------------------------------------

std::string_view version() {
  return COPSE_VERSION;
}

Result<std::string> Workspace::find_store(const std::string& directory) {
  FileSystem& file_system = real_file_system();
  COPSE_TRY(std::string at, file_system.real_path(directory));
  for (;;) {
    std::string candidate = join_path(at, kStoreDirectoryName);
    auto info = file_system.stat(candidate);
    if (info.ok() && info.value().type == FileType::Directory) return candidate;
    const std::size_t slash = at.rfind('/');
    if (at == "/" || slash == std::string::npos) break;
    at.resize(std::max<std::size_t>(slash, 1));
  }
  return Error(ErrorCode::NotFound, "no store (" + std::string(kStoreDirectoryName) + ") in " +
                                        directory +
                                        " or above it; make one with 'copse index DIR', or name "
                                        "one with --store");
}

Result<Workspace> Workspace::open(const std::string& store_directory, const OpenOptions& options) {
  OpenOptions counted = options;
  counted.storage = options.storage.counted();
  COPSE_TRY(auto impl, Impl::open(store_directory, counted));
  return Workspace(std::move(impl));
}

Result<std::vector<StoredFile>> Workspace::files() const {
  std::vector<StoredFile> files;
  files.reserve(impl_->store.file_count());
  for (std::size_t i = 0; i < impl_->store.file_count(); ++i) {
    files.push_back(describe(impl_->store.file(i)));
  }
  return files;
}

Status Workspace::check_complete() const {
  return impl_->store.check_complete();
}

Result<StoredFile> Workspace::file(std::string_view path) const {
  COPSE_TRY(const FileRecord record, impl_->find(path));
  return describe(record);
}

Result<std::string> Workspace::source(std::string_view path) const {
  COPSE_TRY(const FileRecord record, impl_->find(path));
  return impl_->read_source(record);
}

Result<Tree> Workspace::tree(std::string_view path) const {
  COPSE_TRY(const FileRecord record, impl_->find(path));
  COPSE_TRY(auto data, impl_->read_tree(record));
  return Tree(std::move(data));
}

std::vector<std::string> Workspace::languages() const {
  std::set<std::string> languages;
  for (std::size_t i = 0; i < impl_->store.file_count(); ++i) {
    const FileRecord record = impl_->store.file(i);
    if (record.tree) languages.insert(record.language);
  }
  return {languages.begin(), languages.end()};
}

Result<Language> Workspace::language(std::string_view name) const {
  const std::string id = impl_->language_id(name);
  const auto root = impl_->store.root(LanguageTable::grammar_root(id));
  if (!root) {
    std::string known;
    for (const std::string& language : languages()) {
      known += (known.empty() ? "" : ", ") + language;
    }
    return Error(ErrorCode::NotFound,
                 "no files of language '" + std::string(name) +
                     "' in the store; it has: " + (known.empty() ? "none" : known));
  }
  COPSE_TRY(auto grammar, impl_->objects.grammar(*root));
  return Language(std::move(grammar));
}

Result<StoreStats> Workspace::stats() const {
  const Store& store = impl_->store;
  std::map<std::string, LanguageStats> by_language;
  std::set<FrameRef> seen;
  std::uint64_t deduplicated_bytes = 0;
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    LanguageStats& entry = by_language[record.language];
    ++entry.files;
    entry.lines += record.lines;
    entry.nodes += record.nodes;
    entry.visible_nodes += record.visible_nodes;
    entry.source_bytes += record.source_bytes;
    if (!seen.insert(record.source).second) {
      deduplicated_bytes += record.source_bytes;
      continue;
    }
    entry.stored_source_bytes += record.source.stored_bytes;
    if (record.tree) entry.stored_tree_bytes += record.tree->stored_bytes;
  }
  StoreStats stats;
  stats.deduplicated_bytes = deduplicated_bytes;
  for (auto& [language, entry] : by_language) {
    entry.language = language;
    stats.languages.push_back(entry);
  }
  COPSE_TRY(const DiskUsage disk, store.disk_bytes());
  stats.generation = store.generation();
  stats.pack_bytes = disk.packs;
  for (const std::string& name : store.named_frames()) {
    const std::uint64_t bytes = store.named_frame(name)->stored_bytes;
    if (name.starts_with(kPostingsPrefix)) stats.postings_bytes += bytes;
    if (name.starts_with(kSymbolFramePrefix)) stats.symbols_bytes += bytes;
  }
  stats.catalogue_bytes = disk.catalogue;
  stats.shared_bytes = disk.shared;
  stats.store_bytes = disk.total();
  COPSE_TRY(const StorePhases phases, StorePhases::of(store));
  stats.phases_off = phases.names_off();
  COPSE_TRY(const MemoryUsage memory, memory_usage());
  stats.rss_anon_bytes = memory.rss_anonymous_bytes;
  stats.rss_file_bytes = memory.rss_file_bytes;
  return stats;
}

const PostingsIndex& Workspace::Impl::postings() const {
  std::call_once(postings_once, [&] {
    postings_opened = std::make_unique<const PostingsIndex>(PostingsIndex::open(store));
    postings_now.store(postings_opened.get(), std::memory_order_release);
  });
  return *postings_opened;
}

std::vector<std::string> Workspace::Impl::postings_notes() const {
  const PostingsIndex* const opened = postings_now.load(std::memory_order_acquire);
  return opened == nullptr ? std::vector<std::string>() : opened->damage_notes();
}

std::vector<std::string> Workspace::damage_notes() const {
  std::vector<std::string> notes;
  for (const Damage& damage : impl_->store.damages()) {
    notes.push_back(damage.message);
  }
  for (const std::string& note : impl_->postings_notes())
    notes.push_back(note);
  if (impl_->fallback == nullptr) return notes;
  for (const std::string& note : impl_->fallback->notes())
    notes.push_back(note);
  return notes;
}

// ---- writing -----------------------------------------------------------------------------------

Result<IndexReport> index_directory(const std::string& directory, const IndexOptions& options) {
  FileSystem& file_system = real_file_system();
  COPSE_TRY(const std::string root, file_system.real_path(directory));
  COPSE_TRY(const FileInfo info, file_system.stat(root));
  if (info.type != FileType::Directory) {
    return Error(ErrorCode::InvalidArgument, directory + " is not a directory");
  }
  std::string store_directory = options.store_directory;
  if (store_directory.empty()) store_directory = join_path(root, kStoreDirectoryName);
  return Indexer(file_system, real_clock(), root, store_directory, options).run();
}

Result<CompactReport> compact_store(const std::string& store_directory,
                                    const CompactOptions& options) {
  return Compactor(options.storage.file_system(), real_clock(), store_directory, options).run();
}

}  // namespace copse
