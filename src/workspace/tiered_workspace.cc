// A store, the tiers in front of it, and the writer behind store().
#include <atomic>
#include <cmath>
#include <mutex>
#include <utility>

#include "copse/metrics.h"
#include "copse/tiers.h"

#include "core/io/memory.h"
#include "tiers/memory_budget.h"
#include "tiers/page_pool.h"
#include "tiers/tier_table.h"
#include "workspace/tier_reader.h"
#include "workspace/tier_writer.h"

namespace copse {
namespace {

constexpr double kBytesPerMb = 1e6;
constexpr double kBytesPerGb = 1e9;
constexpr double kBudgetMbMin = 8;
constexpr double kBudgetMbMax = 1e6;
constexpr double kDiskGbMax = 1e6;
// Addresses for decoded trees, as a multiple of the budget: with so many, a stretch for a large
// tree is nearly always free.
constexpr std::uint64_t kAddressFactor = 4;

Status check_settings(const TierSettings& settings) {
  const auto refuse = [](const std::string& what) {
    return Error(ErrorCode::InvalidArgument, what);
  };
  const auto within = [](double value, double least, double most) {
    return std::isfinite(value) && value >= least && value <= most;
  };
  if (settings.storage_dir.empty()) return refuse("storage_dir is empty");
  if (!within(settings.memory_budget_mb, kBudgetMbMin, kBudgetMbMax)) {
    return refuse("memory_budget_mb is not between 8 and 1000000");
  }
  if (!within(settings.max_disk_gb, 0, kDiskGbMax)) {
    return refuse("max_disk_gb is not between 0 and 1000000");
  }
  constexpr double kRounding = 1e-9;
  if (!within(settings.hot_tier_ratio, 0, 1) || !within(settings.warm_tier_ratio, 0, 1) ||
      settings.hot_tier_ratio + settings.warm_tier_ratio > 1 + kRounding) {
    return refuse("hot_tier_ratio and warm_tier_ratio are not at least 0 and together at most 1");
  }
  if (settings.replacement > Replacement::TinyLfu) return refuse("replacement is none of the four");
  return success();
}

OpenOptions reading(const TierSettings& settings) {
  return {settings.storage, settings.grammar_path, settings.parse_command};
}

TierTableOptions table_options(const TierSettings& settings) {
  return {settings.hot_tier_ratio, settings.warm_tier_ratio, settings.warm_tier, settings.cold_tier,
          settings.replacement};
}

}  // namespace

// Lookups go to what is pending first, then to the generation that is held: what was committed is
// in the newer generation before it stops being pending.
struct TieredWorkspace::Impl {
  Impl(const TierSettings& chosen, std::shared_ptr<Workspace::Impl> opened,
       std::shared_ptr<PagePool> pages)
      : settings(chosen),
        pool(std::move(pages)),
        budget(static_cast<std::uint64_t>(chosen.memory_budget_mb * kBytesPerMb),
               [] { return memory_usage(); }),
        reader(std::move(opened)),
        writer(chosen, [this] { return reopen(); }),
        table(table_options(chosen), pool, budget,
              [this](const std::string& path, const ContentKey& content) {
                return load(path, content);
              }) {}

  std::shared_ptr<Workspace::Impl> now() const {
    const std::lock_guard lock(reader_mutex);
    return reader;
  }
  Status reopen() {
    COPSE_TRY(auto opened, Workspace::Impl::open(settings.storage_dir, reading(settings)));
    const std::lock_guard lock(reader_mutex);
    reader = std::move(opened);
    return success();
  }

  Result<PackedTree> load(const std::string& path, const std::optional<ContentKey>& content) const;
  Result<std::shared_ptr<const TreeData>> get(const std::string& path,
                                              const std::optional<ContentKey>& content);
  Result<std::shared_ptr<const TreeData>> climb(const std::string& path,
                                                const std::optional<ContentKey>& content);

  const TierSettings settings;
  const std::shared_ptr<PagePool> pool;
  MemoryBudget budget;
  mutable std::mutex reader_mutex;
  std::shared_ptr<Workspace::Impl> reader;
  TierWriter writer;
  TierTable table;
};

namespace {

Error other_content(std::string_view path, const ContentKey& asked) {
  return {ErrorCode::NotFound, "'" + std::string(path) + "' has not the content " +
                                   hash_of(asked).hex() + " that is asked for"};
}

std::string_view without_dots(std::string_view path) {
  while (path.starts_with("./")) {
    path.remove_prefix(2);
  }
  return path;
}

}  // namespace

Result<PackedTree> TieredWorkspace::Impl::load(const std::string& path,
                                               const std::optional<ContentKey>& content) const {
  const auto pending = writer.find(path);
  if (pending != nullptr) {
    if (content && pending->record.content != *content) return other_content(path, *content);
    if (pending->tree) return view_pending(pending);
    return Error(ErrorCode::NotFound,
                 path + " has no tree, it was kept as plain source: " + pending->record.note);
  }
  const auto workspace = now();
  COPSE_TRY(const FileRecord record, workspace->find(path));
  if (content && record.content != *content) return other_content(path, *content);
  return view_packed(*workspace, record);
}

// A tree that is damaged in the store is parsed again each time, and in no tier.
Result<std::shared_ptr<const TreeData>> TieredWorkspace::Impl::get(
    const std::string& path, const std::optional<ContentKey>& content) {
  auto tree = climb(path, content);
  if (tree.ok() || tree.error().code() != ErrorCode::Corrupt) return tree;
  const auto workspace = now();
  const auto record = workspace->find(path);
  if (!record.ok() || (content && record.value().content != *content)) return tree;
  return workspace->read_tree(record.value());
}

Result<std::shared_ptr<const TreeData>> TieredWorkspace::Impl::climb(
    const std::string& path, const std::optional<ContentKey>& content) {
  const TierTable::Found found = table.find(path, content);
  if (found.tree != nullptr) return found.tree;
  if (found.packed != nullptr) return table.promote(path, *found.packed, found.tier, found.epoch);
  auto frozen = load(path, content);
  table.count_frozen(frozen.ok());
  if (!frozen.ok()) return std::move(frozen).take_error();
  if (frozen.value().decoded_bytes() > table.tree_bytes_max()) {
    const auto workspace = now();
    COPSE_TRY(const FileRecord record, workspace->find(path));
    if (record.content == frozen.value().content) return workspace->read_tree(record);
  }
  return table.promote(path, frozen.value(), Tier::Frozen, found.epoch);
}

// ---- the front ---------------------------------------------------------------------------------

TieredWorkspace::TieredWorkspace(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TieredWorkspace::TieredWorkspace(TieredWorkspace&&) noexcept = default;
TieredWorkspace& TieredWorkspace::operator=(TieredWorkspace&&) noexcept = default;

TieredWorkspace::~TieredWorkspace() {
  if (impl_ == nullptr) return;
  // There is nobody left to tell.
  [[maybe_unused]] const Status flushed = impl_->writer.flush();
}

Result<TieredWorkspace> TieredWorkspace::open(const TierSettings& given) {
  COPSE_TRY_STATUS(check_settings(given));
  TierSettings settings = given;
  settings.storage = given.storage.counted();
  auto opened = Workspace::Impl::open(settings.storage_dir, reading(settings));
  if (!opened.ok() && opened.error().code() == ErrorCode::NotFound) {
    auto made = StoreWriter::open_or_create(settings.storage.file_system(), settings.storage_dir);
    if (!made.ok()) return std::move(made).take_error();
    COPSE_TRY_STATUS(made.value().commit());
    opened = Workspace::Impl::open(settings.storage_dir, reading(settings));
  }
  if (!opened.ok()) return std::move(opened).take_error();
  const auto budget = static_cast<std::uint64_t>(settings.memory_budget_mb * kBytesPerMb);
  auto pool = PagePool::reserve(budget * kAddressFactor);
  if (pool == nullptr) {
    return Error(ErrorCode::LimitExceeded, "the system has no addresses for " +
                                               std::to_string(budget * kAddressFactor) + " bytes");
  }
  return TieredWorkspace(
      std::make_unique<Impl>(settings, std::move(opened).value(), std::move(pool)));
}

Result<Tree> TieredWorkspace::get(std::string_view path, const SourceHash& hash) {
  COPSE_TRY(auto data, impl_->get(std::string(without_dots(path)), key_of(hash)));
  return Tree(std::move(data));
}

Result<Tree> TieredWorkspace::get(std::string_view path) {
  COPSE_TRY(auto data, impl_->get(std::string(without_dots(path)), std::nullopt));
  return Tree(std::move(data));
}

Result<std::string> TieredWorkspace::source(std::string_view given) {
  const std::string path(without_dots(given));
  const TierTable::Found found = impl_->table.find(path, std::nullopt);
  if (found.tree != nullptr) return std::string(found.tree->source());
  const auto pending = impl_->writer.find(path);
  if (pending != nullptr) {
    const FramePayload& source = pending->source;
    COPSE_TRY(const Bytes bytes, decompress_frame(static_cast<std::uint8_t>(source.codec),
                                                  source.bytes, source.raw_bytes, kFileBytesMax));
    return std::string(as_text(bytes));
  }
  const auto workspace = impl_->now();
  COPSE_TRY(const FileRecord record, workspace->find(path));
  return workspace->read_source(record);
}

Result<StoredPlace> TieredWorkspace::place(std::string_view given) const {
  const std::string path(without_dots(given));
  StoredPlace place;
  const auto pending = impl_->writer.find(path);
  if (pending != nullptr) {
    place = place_of(pending->record);
    place.stored_source_bytes = pending->source.bytes.size();
    if (pending->tree) place.stored_tree_bytes = pending->tree->frame.bytes.size();
    place.pack = std::nullopt;
  } else {
    COPSE_TRY(const FileRecord record, impl_->now()->find(path));
    place = place_of(record);
  }
  place.tier = impl_->table.tier_of(path);
  return place;
}

Result<StoredPlace> TieredWorkspace::store(std::string_view given, const SourceHash& hash,
                                           std::string_view source) {
  const std::string path(without_dots(given));
  const ContentId content = content_id(as_bytes(source));
  if (ContentKey(content) != key_of(hash)) {
    return Error(ErrorCode::InvalidArgument, "the source of '" + path + "' has the hash " +
                                                 hash_of(content).hex() + ", not " + hash.hex());
  }
  COPSE_TRY(const auto file,
            impl_->writer.put(path, content, source, [&] { impl_->table.forget(path); }));
  if (file->tree) {
    // It will be asked for. That it does not fit now is no reason to refuse it.
    const auto risen = impl_->get(path, ContentKey(content));
    if (!risen.ok() && risen.error().code() == ErrorCode::Corrupt) return Error(risen.error());
  }
  return place(path);
}

Status TieredWorkspace::freeze(std::string_view given) {
  const std::string path(without_dots(given));
  if (impl_->writer.find(path) != nullptr) {
    COPSE_TRY_STATUS(impl_->writer.flush());
  } else {
    COPSE_TRY([[maybe_unused]] const FileRecord record, impl_->now()->find(path));
  }
  impl_->table.forget(path);
  return success();
}

Status TieredWorkspace::thaw(std::string_view path) {
  COPSE_TRY([[maybe_unused]] const auto data,
            impl_->get(std::string(without_dots(path)), std::nullopt));
  return success();
}

Status TieredWorkspace::manage_tiers() {
  Status flushed = impl_->writer.flush();
  impl_->table.manage();
  return flushed;
}

Status TieredWorkspace::refresh() {
  COPSE_TRY_STATUS(impl_->reopen());
  impl_->table.forget_changed([&](const std::string& path) -> std::optional<ContentKey> {
    const auto pending = impl_->writer.find(path);
    if (pending != nullptr) return pending->record.content;
    const auto record = impl_->now()->find(path);
    if (!record.ok()) return std::nullopt;
    return record.value().content;
  });
  return success();
}

Result<TierReport> TieredWorkspace::report() const {
  TierReport report;
  const auto workspace = impl_->now();
  report.tiers = impl_->table.counters();
  COPSE_TRY(const DiskUsage disk, workspace->store.disk_bytes());
  COPSE_TRY(const MemoryUsage memory, memory_usage());
  TierCounters& frozen = report.tiers[static_cast<std::size_t>(Tier::Frozen)];
  frozen.bytes = disk.packs_live;
  frozen.entries = workspace->store.file_count();
  report.budget_bytes = impl_->budget.bytes();
  report.memory_bytes = memory.budget_bytes();
  report.memory_bytes_max = std::max(impl_->budget.highest_reading(), report.memory_bytes);
  report.room_bytes = impl_->budget.room();
  report.held_bytes = impl_->pool->used_bytes();
  report.pending_files = impl_->writer.pending_files();
  report.pending_bytes = impl_->writer.pending_bytes();
  report.disk_bytes = disk.total();
  report.disk_bytes_max = static_cast<std::uint64_t>(impl_->settings.max_disk_gb * kBytesPerGb);
  return report;
}

std::vector<MetricFamily> TieredWorkspace::metrics() const {
  std::vector<MetricFamily> families = impl_->now()->metrics();
  const auto report = this->report();
  if (!report.ok()) return families;
  for (MetricFamily& family : tier_metrics(report.value())) {
    families.push_back(std::move(family));
  }
  return families;
}

}  // namespace copse
