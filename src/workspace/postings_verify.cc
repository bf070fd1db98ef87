// Each segment beside one that is made anew.
#include "workspace/postings_verify.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "postings/postings_builder.h"
#include "postings/segment_compare.h"
#include "postings/segment_merge.h"
#include "workspace/fact_reader.h"
#include "workspace/postings_frames.h"
#include "workspace/postings_writer.h"

namespace copse {
namespace {

constexpr std::size_t kOpenFilesPerThread = 4;
// Of one segment that are named.
constexpr std::uint64_t kNamedMax = 100;

// The fresh postings of a segment's files. Memory: the pieces, and what they are merged to.
class FreshSegment {
 public:
  explicit FreshSegment(const ContentId& grammar) : builder_(grammar) {}

  Status add(std::uint64_t key, const DocumentFacts& facts) {
    builder_.add(key, facts);
    return builder_.memory_bytes() < PostingsWriter::kGatheredBytesMax ? success() : close();
  }
  Result<PostingsSegment> finish() {
    COPSE_TRY_STATUS(close());
    COPSE_TRY(Bytes merged, merge_segments(pieces_, all_documents(pieces_), MergedWords::Whole));
    const auto owner = std::make_shared<const Bytes>(std::move(merged));
    return PostingsSegment::open(*owner, owner);
  }

 private:
  Status close() {
    const auto owner = std::make_shared<const Bytes>(builder_.finish());
    COPSE_TRY(PostingsSegment piece, PostingsSegment::open(*owner, owner));
    pieces_.push_back(std::move(piece));
    return success();
  }

  PostingsBuilder builder_;
  std::vector<PostingsSegment> pieces_;
};

class PostingsVerifier {
 public:
  PostingsVerifier(Workspace::Impl& impl, const VerifyOptions& options,
                   const std::function<void(const std::string&)>& difference, VerifyReport& report)
      : impl_(impl),
        options_(options),
        difference_(difference),
        report_(report),
        reader_(impl, thread_count(options.jobs)) {
    for (std::size_t i = 0; i < impl.store.file_count(); ++i) {
      const FileRecord record = impl.store.file(i);
      if (record.tree) files_.emplace(document_key(record), i);
    }
  }

  Status verify(const PostingsName& name);

 private:
  Result<bool> collect(const std::vector<std::size_t>& files, FreshSegment& fresh);

  Workspace::Impl& impl_;
  const VerifyOptions& options_;
  const std::function<void(const std::string&)>& difference_;
  VerifyReport& report_;
  FactReader reader_;
  std::unordered_map<std::uint64_t, std::size_t> files_;  // the first of each key
};

// False when it was told to stop.
Result<bool> PostingsVerifier::collect(const std::vector<std::size_t>& files, FreshSegment& fresh) {
  ParallelOptions parallel;
  parallel.threads = thread_count(options_.jobs);
  parallel.window = parallel.threads * kOpenFilesPerThread;
  parallel.stop = options_.stop;
  Status status = success();
  const bool whole = parallel_map<std::optional<DocumentFacts>>(
      files.size(), parallel,
      [&](unsigned thread, std::size_t item) {
        return reader_.read(impl_.store.file(files[item]), thread);
      },
      [&](std::size_t item, const std::optional<DocumentFacts>& facts) {
        if (facts) status = fresh.add(document_key(impl_.store.file(files[item])), *facts);
        return status.ok();
      });
  COPSE_TRY_STATUS(std::move(status));
  return whole;
}

Status PostingsVerifier::verify(const PostingsName& name) {
  const auto found = [&](const std::string& text) {
    ++report_.differences;
    difference_(text);
  };
  auto opened = open_postings(impl_.store, name);
  if (!opened.ok()) {
    found(opened.error().message());
    return success();
  }
  const PostingsSegment& stored = opened.value();
  auto grammar = impl_.objects.grammar({stored.grammar()});
  if (!grammar.ok()) return success();  // named where its trees are
  std::vector<std::size_t> files;
  for (std::uint32_t i = 0; i < stored.document_count(); ++i) {
    const auto file = files_.find(stored.key(i));
    if (file != files_.end()) files.push_back(file->second);
  }
  FreshSegment collecting(stored.grammar());
  COPSE_TRY(const bool whole, collect(files, collecting));
  report_.interrupted = !whole;
  if (!whole) return success();
  COPSE_TRY(const PostingsSegment fresh, collecting.finish());
  std::uint64_t named = 0;
  const Status compared =
      compare_segments(stored, fresh, *grammar.value(), [&](const PostingsDifference& one) {
        if (named++ == kNamedMax) {
          found(name.text() + ": and more");
          return false;
        }
        const std::size_t file = files_.at(stored.key(one.document));
        found(std::string(impl_.store.path(file)) + ": its postings " + one.what);
        return true;
      });
  if (!compared.ok()) found(name.text() + ": " + compared.error().message());
  return success();
}

}  // namespace

Status verify_postings(Workspace::Impl& impl, const VerifyOptions& options,
                       const std::function<void(const std::string&)>& difference,
                       VerifyReport& report) {
  PostingsVerifier verifier(impl, options, difference, report);
  for (const auto& [grammar, numbers] : postings_numbers(impl.store.named_frames())) {
    for (const std::uint64_t number : numbers) {
      if (report.interrupted) return success();
      COPSE_TRY_STATUS(verifier.verify({grammar, number}));
    }
  }
  return success();
}

}  // namespace copse
