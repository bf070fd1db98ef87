// Checks: every checksum, and with a parser at hand every node of every tree.
#include <map>
#include <utility>
#include <vector>

#include "core/io/clock.h"
#include "core/io/file_system.h"
#include "core/parallel.h"
#include "store/revision.h"
#include "workspace/file_job.h"
#include "workspace/postings_verify.h"
#include "workspace/revision_verify.h"
#include "workspace/symbol_verify.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

constexpr std::size_t kOpenFilesPerLane = 4;
constexpr double kParseTimeoutS = 120;

// What the check of one file found.
struct FileCheck {
  std::uint64_t nodes = 0;
  std::uint64_t difference_count = 0;
  std::vector<std::string> differences;

  void add(std::string difference) {
    ++difference_count;
    differences.push_back(std::move(difference));
  }
};

// Under a name that says something.
FileRecord named(FileRecord record) {
  record.path = shown_path(record.path);
  return record;
}

class DeepVerifier {
 public:
  DeepVerifier(Workspace::Impl& impl, const VerifyOptions& options)
      : impl_(impl),
        options_(options),
        clock_(real_clock()),
        languages_(real_file_system(), options.grammar_path) {}

  Status run(const std::function<void(const std::string&)>& difference, VerifyReport& report);

 private:
  // Why trees of that grammar cannot be compared; empty when they can.
  std::string obstacle(const FileRecord& record);
  FileCheck check(const FileRecord& record, LaneState& lane) const;

  Workspace::Impl& impl_;
  const VerifyOptions& options_;
  const Clock& clock_;
  LanguageTable languages_;
  Lanes lanes_;
};

std::string DeepVerifier::obstacle(const FileRecord& record) {
  const LanguageState& language = languages_.load(record.language, lanes_.front()->lane());
  if (!language.usable()) return language.problem;
  auto stored = impl_.objects.grammar(record.grammar);
  if (!stored.ok()) return stored.error().message();
  if (stored.value()->identity() == language.grammar->identity()) return {};
  return "the grammar that made its tree is not the one at " + language.library_path +
         "; run 'copse index' to bring the store up to date";
}

FileCheck DeepVerifier::check(const FileRecord& record, LaneState& lane) const {
  FileCheck found;
  const auto compare = [&]() -> Result<TreeComparison> {
    COPSE_TRY(const std::string source, impl_.read_source(record));
    if (content_id(as_bytes(source)) != record.content || source.size() != record.source_bytes) {
      return Error(ErrorCode::Corrupt, record.path + ": the source is not what was indexed");
    }
    if (count_lines(source) != record.lines) {
      return Error(ErrorCode::Corrupt, record.path + ": " + std::to_string(record.lines) +
                                           " lines on record, the source has " +
                                           std::to_string(count_lines(source)));
    }
    if (!record.tree) return TreeComparison{};
    COPSE_TRY(const PreparedTree tree, impl_.read_packed_tree(record));
    COPSE_TRY(const auto model, impl_.objects.model(record.grammar, record.model));
    COPSE_TRY_STATUS(lane.ready(languages_.at(record.language), model));
    return lane.lane().compare(record.language, source, tree);
  };
  auto comparison = compare();
  if (!comparison.ok()) {
    found.add(comparison.error().message());
    return found;
  }
  found.nodes = comparison.value().nodes;
  found.difference_count = comparison.value().difference_count;
  for (const std::string& difference : comparison.value().differences) {
    found.differences.push_back(record.path + ":" + difference);
  }
  return found;
}

Status DeepVerifier::run(const std::function<void(const std::string&)>& difference,
                         VerifyReport& report) {
  lanes_ = make_lanes(options_.jobs, options_.parse_command, clock_, {kParseTimeoutS, 0});
  const Store& store = impl_.store;
  std::vector<std::size_t> files;
  std::map<SharedId, std::string> obstacles;
  IndexProgress progress;
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = named(store.file(i));
    if (record.tree) {
      const auto [at, is_new] = obstacles.try_emplace(record.grammar);
      if (is_new) at->second = obstacle(record);
      if (!at->second.empty()) {
        ++report.differences;
        ++report.not_compared;
        difference(record.path + ": not compared: " + at->second);
        continue;
      }
    }
    files.push_back(i);
    progress.bytes_total += record.source_bytes;
  }
  progress.files_total = files.size();
  const std::int64_t started_ns = clock_.monotonic_ns();
  ParallelOptions parallel;
  parallel.threads = static_cast<unsigned>(lanes_.size());
  parallel.delivery = Delivery::AsTheyCome;
  parallel.window = lanes_.size() * kOpenFilesPerLane;
  parallel.stop = options_.stop;
  parallel.cut_short = [&] { abort_all(lanes_); };
  const bool whole = parallel_map<FileCheck>(
      files.size(), parallel,
      [&](unsigned lane, std::size_t item) {
        return check(named(store.file(files[item])), *lanes_[lane]);
      },
      [&](std::size_t item, const FileCheck& found) {
        report.nodes_compared += found.nodes;
        report.differences += found.difference_count;
        for (const std::string& text : found.differences) {
          difference(text);
        }
        if (found.difference_count > found.differences.size()) {
          difference(named(store.file(files[item])).path + ": and " +
                     std::to_string(found.difference_count - found.differences.size()) +
                     " more differences");
        }
        ++progress.files_done;
        progress.bytes_done += store.file(files[item]).source_bytes;
        progress.elapsed_s = static_cast<double>(clock_.monotonic_ns() - started_ns) / 1e9;
        if (options_.progress) options_.progress(progress);
        return true;
      });
  report.interrupted = !whole;
  return success();
}

// A writer may replace the generation that is being checked: then the newer one is checked instead.
Result<std::vector<Damage>> check_newest_generation(FileSystem& storage, const Store& held,
                                                    std::uint64_t& files) {
  constexpr int kAttemptsMax = 10;
  for (int attempt = 1;; ++attempt) {
    COPSE_TRY(const Store store, Store::open(storage, held.directory()));
    std::vector<Damage> damages;
    auto summary = store.verify([&](const Damage& damage) { damages.push_back(damage); });
    if (!summary.ok()) {
      if (attempt < kAttemptsMax) continue;
      return std::move(summary).take_error();
    }
    files = summary.value().files;
    return damages;
  }
}

}  // namespace

Result<VerifyReport> Workspace::verify(
    const VerifyOptions& options, const std::function<void(const std::string&)>& difference) const {
  VerifyReport report;
  COPSE_TRY(const std::vector<Damage> damages,
            check_newest_generation(impl_->storage.file_system(), impl_->store, report.files));
  for (const Damage& damage : damages) {
    ++report.differences;
    difference(damage.message);
  }
  // Where there are revisions, their contents are checked with the directory's files.
  Impl* every = impl_.get();
  std::unique_ptr<Impl> opened;
  if (!every->store.record_paths(std::string_view(&kHiddenMark, 1)).empty()) {
    COPSE_TRY(Store store, Store::open(every->storage.file_system(), every->store.directory()));
    opened = std::make_unique<Impl>(std::move(store), every->storage);
    every = opened.get();
    verify_revisions(*every, difference, report);
  }
  if (options.deep) {
    COPSE_TRY_STATUS(DeepVerifier(*every, options).run(difference, report));
    if (!report.interrupted) {
      COPSE_TRY_STATUS(verify_postings(*every, options, difference, report));
      verify_symbols(*every, options, difference, report);
    }
  }
  return report;
}

}  // namespace copse
