#include "codec/dictionaries.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "codec/dictionary.h"
#include "codec/frame_codec.h"
#include "codec/thread_time.h"
#include "common/corpus.h"
#include "common/json_line.h"
#include "core/hash.h"
#include "core/parallel.h"

namespace copse::bench {
namespace {

constexpr std::uint64_t kSampleBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kSampleFileBytesMax = std::uint64_t{256} << 10;
constexpr std::uint64_t kJudgedBytes = std::uint64_t{12} << 20;
constexpr std::size_t kSizes[] = {std::size_t{32} << 10, std::size_t{128} << 10,
                                  std::size_t{256} << 10, std::size_t{512} << 10,
                                  std::size_t{1} << 20};

struct Corpus {
  std::vector<std::string> training;  // paths
  std::vector<std::string> held_out;
  std::uint64_t bytes = 0;
  std::uint64_t training_bytes = 0;
  std::uint64_t held_out_bytes = 0;
};

Corpus read_corpus(const std::string& list) {
  Corpus corpus;
  std::string text;
  for (const SourceFile& file : read_list(list)) {
    read_source(file.path, text);
    corpus.bytes += text.size();
    const bool trains = content_id(as_bytes(text)).digest[0] % 2 == 0;
    if (!trains) {
      corpus.held_out.push_back(file.path);
      corpus.held_out_bytes += text.size();
    } else if (text.size() <= kSampleFileBytesMax) {
      corpus.training.push_back(file.path);
      corpus.training_bytes += text.size();
    }
  }
  return corpus;
}

// Every so many files, so that about `bytes_max` bytes of `bytes` are left.
std::vector<std::string> read_evenly(const std::vector<std::string>& paths, std::uint64_t bytes,
                                     std::uint64_t bytes_max) {
  const std::size_t step = bytes <= bytes_max ? 1 : bytes / bytes_max + 1;
  std::vector<std::string> texts;
  for (std::size_t i = step / 2; i < paths.size(); i += step) {
    read_source(paths[i], texts.emplace_back());
  }
  return texts;
}

template <typename Compress>
std::vector<std::uint64_t> sizes_of(const std::vector<std::string>& texts, unsigned jobs,
                                    const Compress& compress) {
  std::vector<std::uint64_t> sizes;
  ParallelOptions options;
  options.threads = jobs;
  parallel_map<std::uint64_t>(
      texts.size(), options,
      [&](unsigned /*thread*/, std::size_t item) {
        return std::uint64_t{compress(as_bytes(texts[item])).bytes.size()};
      },
      [&](std::size_t /*item*/, std::uint64_t size) {
        sizes.push_back(size);
        return true;
      });
  return sizes;
}

std::uint64_t sum_of(const std::vector<std::uint64_t>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
}

// What half of the files save at least, each with its share of the dictionary.
double median_gain(const std::vector<std::string>& texts, const std::vector<std::uint64_t>& plain,
                   const std::vector<std::uint64_t>& with, double dictionary_per_byte) {
  std::vector<double> gains;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (plain[i] == 0) continue;
    const double share = static_cast<double>(texts[i].size()) * dictionary_per_byte;
    gains.push_back(1 - (static_cast<double>(with[i]) + share) / static_cast<double>(plain[i]));
  }
  if (gains.empty()) return 0;
  const auto middle = gains.begin() + static_cast<std::ptrdiff_t>(gains.size() / 2);
  std::nth_element(gains.begin(), middle, gains.end());
  return *middle;
}

}  // namespace

int bench_dictionaries(int argc, char** argv) {
  if (argc != 3) give_up("dictionaries LIST JOBS");
  const auto jobs = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
  const Corpus corpus = read_corpus(argv[1]);
  DictionarySamples samples;
  for (const std::string& text :
       read_evenly(corpus.training, corpus.training_bytes, kSampleBytes)) {
    samples.add(as_bytes(text));
  }
  const auto judged = read_evenly(corpus.held_out, corpus.held_out_bytes, kJudgedBytes);
  std::uint64_t judged_bytes = 0;
  for (const std::string& text : judged) {
    judged_bytes += text.size();
  }
  const auto plain =
      sizes_of(judged, jobs, [](ByteView bytes) { return compress_frame(bytes, kSmallestLevel); });
  for (const std::size_t size : kSizes) {
    const double begin = thread_seconds();
    auto bytes = train_dictionary(samples, size);
    const double train_s = thread_seconds() - begin;
    if (!bytes) continue;
    const auto dictionary = Dictionary::from_bytes(std::move(*bytes));
    if (!dictionary.ok()) give_up(dictionary.error().message());
    const auto with = sizes_of(judged, jobs, [&](ByteView each) {
      return compress_small(each, kSmallestLevel, dictionary.value().get());
    });
    const std::uint64_t packed =
        compress_small(dictionary.value()->bytes(), kSmallestLevel, nullptr).bytes.size();
    const double per_byte = static_cast<double>(packed) / static_cast<double>(corpus.bytes);
    const double all =
        static_cast<double>(sum_of(with)) + per_byte * static_cast<double>(judged_bytes);
    JsonLine()
        .add("dictionary_bytes", std::uint64_t{dictionary.value()->bytes().size()})
        .add("packed_bytes", packed)
        .add("corpus_bytes", corpus.bytes)
        .add("judged_files", std::uint64_t{judged.size()})
        .add("judged_bytes", judged_bytes)
        .add("plain_bytes", sum_of(plain))
        .add("with_bytes", sum_of(with))
        .add("train_s", std::optional(train_s))
        .add("gain", std::optional(1 - all / static_cast<double>(sum_of(plain))))
        .add("gain_of_files_median", std::optional(median_gain(judged, plain, with, per_byte)))
        .print();
  }
  return 0;
}

}  // namespace copse::bench
