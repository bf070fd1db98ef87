// First every tree gets its facts, then each grammar one segment.
#include "workspace/postings_compaction.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "postings/segment_merge.h"
#include "workspace/fact_reader.h"
#include "workspace/postings_frames.h"
#include "workspace/postings_writer.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

constexpr std::size_t kOpenFilesPerThread = 4;

// Segments that hold what they say.
struct SoundSegments {
  std::vector<PostingsSegment> segments;
  std::vector<std::uint64_t> numbers;
};

SoundSegments open_sound(const Store& store, const std::string& grammar) {
  SoundSegments sound;
  const auto numbers = postings_numbers(store.named_frames());
  const auto found = numbers.find(grammar);
  if (found == numbers.end()) return sound;
  for (const std::uint64_t number : found->second) {
    auto segment = open_postings(store, {grammar, number});
    if (!segment.ok() || !segment.value().check_pages().ok()) continue;
    if (has_coarse_words(segment.value())) continue;
    sound.segments.push_back(std::move(segment).value());
    sound.numbers.push_back(number);
  }
  return sound;
}

class PostingsCompactor {
 public:
  PostingsCompactor(FileSystem& file_system, const std::string& store_directory,
                    StoreWriter& writer, const PostingsCompaction& options)
      : file_system_(file_system),
        store_directory_(store_directory),
        writer_(writer),
        options_(options) {}

  Status run() {
    COPSE_TRY_STATUS(cover());
    COPSE_TRY(const Store store, Store::open(file_system_, store_directory_));
    std::set<std::string> grammars;
    for (std::size_t i = 0; i < store.file_count(); ++i) {
      const FileRecord record = store.file(i);
      if (record.tree && (last_grammar_ != record.grammar)) {
        last_grammar_ = record.grammar;
        grammars.insert(postings_grammar(record.grammar.content));
      }
    }
    for (const auto& [grammar, numbers] : postings_numbers(store.named_frames())) {
      if (!grammars.contains(grammar)) COPSE_TRY_STATUS(remove(grammar, numbers));
    }
    for (const std::string& grammar : grammars) {
      if (stopping()) return Error(ErrorCode::Interrupted, "compaction was interrupted");
      COPSE_TRY_STATUS(merge(store, grammar));
    }
    return writer_.commit();
  }

 private:
  bool stopping() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }

  Status cover();
  Status merge(const Store& store, const std::string& grammar);
  Status remove(const std::string& grammar, const std::vector<std::uint64_t>& numbers) {
    for (const std::uint64_t number : numbers) {
      COPSE_TRY_STATUS(writer_.set_named_frame(PostingsName{grammar, number}.text(), {}));
    }
    return success();
  }

  FileSystem& file_system_;
  const std::string& store_directory_;
  StoreWriter& writer_;
  const PostingsCompaction& options_;
  SharedId last_grammar_;
};

// Puts what is missing into segments of its own, in the order of the paths.
Status PostingsCompactor::cover() {
  COPSE_TRY(Store opened, Store::open(file_system_, store_directory_));
  Workspace::Impl impl(std::move(opened));
  std::map<std::string, std::unordered_set<std::uint64_t>> covered;
  std::vector<std::size_t> files;
  for (std::size_t i = 0; i < impl.store.file_count(); ++i) {
    const FileRecord record = impl.store.file(i);
    if (!record.tree) continue;
    const auto [keys, is_new] = covered.try_emplace(postings_grammar(record.grammar.content));
    if (is_new) {
      for (const PostingsSegment& segment : open_sound(impl.store, keys->first).segments) {
        for (std::uint32_t document = 0; document < segment.document_count(); ++document)
          keys->second.insert(segment.key(document));
      }
    }
    if (keys->second.insert(document_key(record)).second) files.push_back(i);
  }
  if (files.empty()) return success();
  covered.clear();
  PostingsWriter postings(file_system_, store_directory_, writer_);
  FactReader reader(impl, options_.threads);
  ParallelOptions parallel;
  parallel.threads = options_.threads;
  parallel.window = parallel.threads * kOpenFilesPerThread;
  parallel.stop = options_.stop;
  Status status = success();
  const bool whole = parallel_map<std::optional<DocumentFacts>>(
      files.size(), parallel,
      [&](unsigned thread, std::size_t item) {
        return reader.read(impl.store.file(files[item]), thread);
      },
      [&](std::size_t item, const std::optional<DocumentFacts>& facts) {
        if (facts) status = postings.add(impl.store.file(files[item]), *facts);
        return status.ok();
      });
  COPSE_TRY_STATUS(std::move(status));
  if (!whole || stopping()) {
    return Error(ErrorCode::Interrupted, "compaction was interrupted");
  }
  COPSE_TRY_STATUS(postings.flush());
  return writer_.commit();
}

Status PostingsCompactor::merge(const Store& store, const std::string& grammar) {
  const auto numbers = postings_numbers(store.named_frames());
  const auto named = numbers.find(grammar);
  if (named == numbers.end()) return success();
  const SoundSegments sound = open_sound(store, grammar);
  if (sound.segments.empty()) return remove(grammar, named->second);
  const auto documents = documents_of(sound.segments, live_keys(store, grammar));
  PostingsWriter names(file_system_, store_directory_, writer_);
  for (std::size_t begin = 0; begin < documents.size(); begin += kSegmentDocumentsMax) {
    const std::size_t end = std::min<std::size_t>(documents.size(), begin + kSegmentDocumentsMax);
    COPSE_TRY(const Bytes merged,
              merge_segments(sound.segments, std::span(documents).subspan(begin, end - begin)));
    if (named->second.size() == 1 && documents.size() <= kSegmentDocumentsMax) {
      const auto ref = store.named_frame(PostingsName{grammar, named->second.front()}.text());
      const auto before = store.read_view(*ref);
      if (before.ok() && std::ranges::equal(merged, before.value().payload)) return success();
    }
    COPSE_TRY_STATUS(put_postings(writer_, names.new_name(grammar), merged));
  }
  return remove(grammar, named->second);
}

}  // namespace

Status compact_postings(FileSystem& file_system, const std::string& store_directory,
                        StoreWriter& writer, const PostingsCompaction& options) {
  return PostingsCompactor(file_system, store_directory, writer, options).run();
}

}  // namespace copse
