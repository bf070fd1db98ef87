// A sum of hashes a document stands for its symbols: in a segment they are sorted by name.
#include "workspace/symbol_verify.h"

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/hash.h"
#include "core/parallel.h"
#include "workspace/symbol_collector.h"
#include "workspace/symbol_frames.h"

namespace copse {
namespace {

constexpr std::size_t kOpenFilesPerThread = 4;

std::uint64_t hash_of(std::string_view name, std::string_view kind, std::uint32_t row,
                      std::uint32_t column, std::uint32_t first_row, std::uint32_t last_row) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.text(name);
  out.text(kind);
  for (const std::uint32_t number : {row, column, first_row, last_row})
    out.u32(number);
  return checksum64(bytes);
}

// By document.
Result<std::vector<std::uint64_t>> sums_of(const SymbolSegment& segment) {
  std::vector<std::uint64_t> sums(segment.document_count(), 0);
  SymbolCursor cursor(segment);
  COPSE_TRY_STATUS(cursor.seek({}));
  while (!cursor.at_end()) {
    COPSE_TRY(const auto places, cursor.places());
    for (const IndexedSymbol& place : places) {
      sums[place.document] += hash_of(cursor.name(), segment.kinds()[place.kind], place.row,
                                      place.column, place.first_row, place.last_row);
    }
    COPSE_TRY_STATUS(cursor.next());
  }
  return sums;
}

class SymbolVerifier {
 public:
  SymbolVerifier(Workspace::Impl& impl, const VerifyOptions& options,
                 const std::function<void(const std::string&)>& difference, VerifyReport& report)
      : impl_(impl), options_(options), difference_(difference), report_(report) {
    StoredTags tags(impl.store);
    for (std::size_t i = 0; i < impl.store.file_count(); ++i) {
      const FileRecord record = impl.store.file(i);
      const auto of_language = record.tree ? tags.of(record.language) : std::nullopt;
      if (!of_language) continue;
      if (!files_.emplace(symbol_document_key(record, *of_language), i).second) continue;
      const auto [query, is_new] = queries_.try_emplace(record.grammar);
      if (!is_new) continue;
      auto compiled = impl.tags_query(record);
      if (compiled.ok()) query->second = std::move(compiled).value();
    }
  }

  void verify(const SymbolFrameName& name);

 private:
  void found(const std::string& text) {
    ++report_.differences;
    difference_(text);
  }

  // None when the tree cannot be read.
  std::optional<std::uint64_t> fresh_sum(std::size_t file) const {
    const FileRecord record = impl_.store.file(file);
    const auto& query = queries_.at(record.grammar);
    auto data = impl_.read_tree(record);
    if (!query || !data.ok()) return std::nullopt;
    const auto entries = query->collect(Tree(data.value()));
    if (!entries.ok()) return std::nullopt;
    std::uint64_t sum = 0;
    for (const SymbolEntry& entry : entries.value()) {
      const SymbolPlace& place = entry.place;
      sum +=
          hash_of(entry.name, entry.kind, place.row, place.column, place.first_row, place.last_row);
    }
    return sum;
  }

  Workspace::Impl& impl_;
  const VerifyOptions& options_;
  const std::function<void(const std::string&)>& difference_;
  VerifyReport& report_;
  std::unordered_map<std::uint64_t, std::size_t> files_;  // the first of each key
  std::map<SharedId, std::optional<TagsQuery>> queries_;
};

void SymbolVerifier::verify(const SymbolFrameName& name) {
  const auto segment = open_symbols(impl_.store, name);
  if (!segment.ok()) return found(segment.error().message());
  const auto sums = sums_of(segment.value());
  if (!sums.ok()) return found(name.text() + ": " + sums.error().message());
  std::vector<std::pair<std::size_t, std::uint64_t>> expected;
  for (std::uint32_t document = 0; document < segment.value().document_count(); ++document) {
    const auto file = files_.find(segment.value().document_key(document));
    if (file != files_.end()) expected.emplace_back(file->second, sums.value()[document]);
  }
  ParallelOptions parallel;
  parallel.threads = thread_count(options_.jobs);
  parallel.window = parallel.threads * kOpenFilesPerThread;
  parallel.stop = options_.stop;
  const bool whole = parallel_map<std::optional<std::uint64_t>>(
      expected.size(), parallel,
      [&](unsigned /*thread*/, std::size_t item) { return fresh_sum(expected[item].first); },
      [&](std::size_t item, const std::optional<std::uint64_t>& sum) {
        if (sum && *sum != expected[item].second) {
          found(std::string(impl_.store.path(expected[item].first)) +
                ": its symbols are not those of its tree");
        }
        return true;
      });
  report_.interrupted = !whole;
}

}  // namespace

void verify_symbols(Workspace::Impl& impl, const VerifyOptions& options,
                    const std::function<void(const std::string&)>& difference,
                    VerifyReport& report) {
  SymbolVerifier verifier(impl, options, difference, report);
  for (const auto& [grammar, numbers] : symbol_frames(impl.store.named_frames())) {
    for (const std::uint64_t number : numbers) {
      if (!report.interrupted) verifier.verify({grammar, number});
    }
  }
}

}  // namespace copse
