// Learns on one half of the files, judges on the other.
#include "workspace/compact_learning.h"

#include <algorithm>
#include <utility>

#include "core/parallel.h"
#include "syntax/model_trainer.h"

namespace copse {
namespace {

// What replaces something older must be smaller by this share.
constexpr double kGainMin = 0.02;
// Everything but packs lies in a store twice.
constexpr std::uint64_t kMirrorCount = 2;

// Bounds of samples. More makes a dictionary better by little: twice the bytes, 0.3 % of Linux.
constexpr std::uint64_t kDictionarySampleBytesMax = std::uint64_t{64} << 20;
// Twice as many trees make the model's 1 % smaller, and its training twice as long.
constexpr std::uint64_t kModelSampleBytesMax = std::uint64_t{24} << 20;
constexpr std::uint64_t kJudgedBytesMax = std::uint64_t{2} << 20;
// Larger files speak for themselves only.
constexpr std::uint64_t kSampleFileBytesMax = std::uint64_t{256} << 10;
// Fewer files are no basis for judging.
constexpr std::size_t kJudgedFilesMin = 4;

// Smaller dictionaries that are tried besides: a small language cannot pay for a large one.
constexpr std::size_t kDictionarySizeSteps = 4;
constexpr std::size_t kDictionarySizeRatio = 4;

std::shared_ptr<const Dictionary> usable(Result<std::shared_ptr<const Dictionary>> dictionary) {
  return dictionary.ok() ? std::move(dictionary).value() : nullptr;
}

}  // namespace

Status CompactLearner::check_stop() const {
  if (options_.stop == nullptr || !options_.stop->load(std::memory_order_relaxed)) return success();
  return Error(ErrorCode::Interrupted, "compaction was interrupted");
}

std::vector<FileRecord> CompactLearner::sample(const FileGroup& group, bool training,
                                               std::uint64_t bytes_max,
                                               std::uint64_t file_bytes_max) const {
  std::vector<std::size_t> fitting;
  std::uint64_t bytes = 0;
  for (const std::size_t file : group.files) {
    const FileRecord record = impl_.store.file(file);
    if (is_for_training(record.content) != training || record.source_bytes > file_bytes_max) {
      continue;
    }
    fitting.push_back(file);
    bytes += record.source_bytes;
  }
  const double share =
      bytes <= bytes_max ? 1.0 : static_cast<double>(bytes_max) / static_cast<double>(bytes);
  const auto count = static_cast<std::size_t>(static_cast<double>(fitting.size()) * share);
  std::vector<FileRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(impl_.store.file(fitting[i * fitting.size() / count]));
  }
  return records;
}

// ---- trees -------------------------------------------------------------------------------------

Result<PreparedTree> rewrite_tree(const Workspace::Impl& impl, const FileRecord& record,
                                  std::string_view source, const TreeModel& model,
                                  const TreeEncoding& encoding) {
  COPSE_TRY(const PreparedTree stored, impl.read_packed_tree(record));
  COPSE_TRY(const auto old_model, impl.objects.model(record.grammar, record.model));
  COPSE_TRY(const FlatTree flat,
            unpack_tree(*old_model, source, static_cast<std::uint8_t>(stored.frame.codec),
                        stored.frame.bytes, stored.frame.raw_bytes, record.nodes));
  COPSE_TRY(PreparedTree tree, prepare_tree(model, flat, source, encoding));
  if (tree.nodes != record.nodes || tree.visible_nodes != record.visible_nodes) {
    return Error(ErrorCode::Corrupt, record.path + ": its tree has " + std::to_string(tree.nodes) +
                                         " nodes, " + std::to_string(record.nodes) +
                                         " are on record");
  }
  return tree;
}

Result<std::uint64_t> CompactLearner::measure_trees(const std::vector<FileRecord>& records,
                                                    const TreeModel& model,
                                                    const TreeEncoding& encoding) const {
  std::uint64_t bytes = 0;
  for (const FileRecord& record : records) {
    COPSE_TRY_STATUS(check_stop());
    auto source = impl_.read_source(record);
    if (!source.ok()) continue;
    auto tree = rewrite_tree(impl_, record, source.value(), model, encoding);
    if (tree.ok()) bytes += tree.value().frame.bytes.size();
  }
  return bytes;
}

Result<LearntModel> CompactLearner::learn_model(
    const FileGroup& group, const std::shared_ptr<const TreeModel>& current) const {
  const std::vector<FileRecord> judged = sample(group, false, kJudgedBytesMax, kSampleFileBytesMax);
  if (current == nullptr || judged.size() < kJudgedFilesMin) return LearntModel{};
  COPSE_TRY(const auto grammar, impl_.objects.grammar(group.grammar));
  ModelTrainer trainer(grammar);
  std::vector<std::unique_ptr<const std::string>> sources;  // the trainer looks back at them
  for (const FileRecord& record : sample(group, true, kModelSampleBytesMax, kSampleFileBytesMax)) {
    COPSE_TRY_STATUS(check_stop());
    auto source = impl_.read_source(record);
    auto stored = impl_.read_packed_tree(record);
    auto model = impl_.objects.model(record.grammar, record.model);
    if (!source.ok() || !stored.ok() || !model.ok()) continue;
    sources.push_back(std::make_unique<const std::string>(std::move(source).value()));
    const FramePayload& frame = stored.value().frame;
    auto tree = unpack_tree(*model.value(), *sources.back(), static_cast<std::uint8_t>(frame.codec),
                            frame.bytes, frame.raw_bytes, record.nodes);
    if (tree.ok()) trainer.add(tree.value(), *sources.back());
  }
  if (sources.empty()) return LearntModel{};
  LearntModel learnt;
  learnt.model = trainer.train({.with_source = true});
  learnt.packed = pack_object(learnt.model->bytes(), kSmallestLevel);
  // One model serves both forms; what the source says shows in the small one alone.
  TreeEncoding encoding = options_.encoding;
  if (!current->contexts().has_keys()) encoding.form = TreeForm::Small;
  COPSE_TRY(const std::uint64_t before, measure_trees(judged, *current, encoding));
  COPSE_TRY(const std::uint64_t after, measure_trees(judged, *learnt.model, encoding));
  const std::uint64_t current_packed = pack_object(current->bytes(), kSmallestLevel).size();
  const double share = before == 0 ? 1 : static_cast<double>(after) / static_cast<double>(before);
  const double saved = static_cast<double>(group.tree_bytes) * (1 - share);
  const double cost =
      static_cast<double>(kMirrorCount) *
      (static_cast<double>(learnt.packed.size()) - static_cast<double>(current_packed));
  if (share > 1 - kGainMin || saved <= cost) return LearntModel{};
  return learnt;
}

// ---- sources -----------------------------------------------------------------------------------

std::uint64_t CompactLearner::measure(const std::vector<std::string>& sources,
                                      const Dictionary* dictionary) const {
  std::uint64_t bytes = 0;
  ParallelOptions parallel;
  parallel.threads = options_.threads;
  parallel.stop = options_.stop;
  parallel_map<std::uint64_t>(
      sources.size(), parallel,
      [&](unsigned /*thread*/, std::size_t item) {
        const ByteView source = as_bytes(sources[item]);
        return std::uint64_t{compress_small(source, options_.level, dictionary).bytes.size()};
      },
      [&](std::size_t /*item*/, std::uint64_t size) {
        bytes += size;
        return true;
      });
  return bytes;
}

Result<LearntDictionary> CompactLearner::learn_dictionary(const FileGroup& group,
                                                          const Dictionary* current) const {
  std::vector<std::string> judged;
  std::uint64_t judged_bytes = 0;
  for (const FileRecord& record : sample(group, false, kJudgedBytesMax, kSampleFileBytesMax)) {
    auto source = impl_.read_source(record);
    if (!source.ok()) continue;
    judged_bytes += source.value().size();
    judged.push_back(std::move(source).value());
  }
  if (judged.size() < kJudgedFilesMin || judged_bytes == 0) return LearntDictionary{};
  DictionarySamples samples;
  samples.bytes.reserve(std::min(kDictionarySampleBytesMax, group.source_bytes));
  for (const FileRecord& record :
       sample(group, true, kDictionarySampleBytesMax, kSampleFileBytesMax)) {
    COPSE_TRY_STATUS(check_stop());
    auto source = impl_.read_source(record);
    if (source.ok()) samples.add(as_bytes(source.value()));
  }
  // What all files of the group would take, judged by the sample; a dictionary counts with both its
  // copies.
  const auto total = [&](const Dictionary* dictionary, std::size_t packed_bytes) {
    const double share =
        static_cast<double>(measure(judged, dictionary)) / static_cast<double>(judged_bytes);
    return static_cast<double>(group.source_bytes) * share +
           static_cast<double>(kMirrorCount * packed_bytes);
  };
  const std::size_t current_packed =
      current == nullptr ? 0 : pack_object(current->bytes(), kSmallestLevel).size();
  const double before = total(current, current_packed);
  double best_total = current == nullptr ? before : before * (1 - kGainMin);
  LearntDictionary best;
  std::size_t size = options_.dictionary_bytes;
  for (std::size_t step = 0; step < kDictionarySizeSteps && size >= kDictionaryBytesMin; ++step) {
    COPSE_TRY_STATUS(check_stop());
    LearntDictionary learnt;
    if (auto bytes = train_dictionary(samples, size)) {
      learnt.dictionary = usable(Dictionary::from_bytes(std::move(*bytes)));
    }
    size /= kDictionarySizeRatio;
    if (learnt.dictionary == nullptr) continue;
    learnt.packed = pack_object(learnt.dictionary->bytes(), kSmallestLevel);
    const double after = total(learnt.dictionary.get(), learnt.packed.size());
    // Sizes fall: once a smaller one is no better, the next is not either.
    if (after >= best_total && best.dictionary != nullptr) break;
    if (after >= best_total) continue;
    best_total = after;
    best = std::move(learnt);
  }
  COPSE_TRY_STATUS(check_stop());
  return best;
}

}  // namespace copse
