// Only the queries are timed, the writing of what they find included.
#include "cursor_rival.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "common/json_line.h"
#include "common/query_rival.h"
#include "common/rivals.h"
#include "core/io/memory.h"
#include "match_text.h"

namespace copse::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct KeptFile {
  std::string path;  // relative
  std::string source;
  TreePointer tree;
};

std::vector<KeptFile> keep_all(const std::vector<SourceFile>& files, const std::string& root,
                               unsigned jobs) {
  std::vector<KeptFile> kept(files.size());
  parse_all(
      files, jobs,
      [&](unsigned /*thread*/, const SourceFile& file, std::string_view source, TreePointer tree) {
        KeptFile& place = kept[static_cast<std::size_t>(&file - files.data())];
        place = {file.path.substr(root.size() + 1), std::string(source), std::move(tree)};
      });
  return kept;
}

struct CursorDeleter {
  void operator()(TSQueryCursor* cursor) const { ts_query_cursor_delete(cursor); }
};

// One file's matches, as text.
std::uint64_t write_matches(const RivalQuery& query, TSQueryCursor* cursor, const KeptFile& file,
                            std::string& text) {
  query.start(cursor, file.tree.get());
  std::uint64_t matches = 0;
  for (TSQueryMatch match; query.next(cursor, file.source, match); ++matches) {
    for (std::uint16_t i = 0; i < match.capture_count; ++i) {
      const TSQueryCapture& capture = match.captures[i];
      append_capture(text, file.path, query.capture_name(capture.index), capture.node, file.source);
    }
  }
  return matches;
}

std::uint64_t query_all(const RivalQuery& query, const std::vector<KeptFile>& files, unsigned jobs,
                        OrderedFile* out) {
  std::atomic<std::size_t> next = 0;
  std::vector<Counter> matches(jobs);
  const auto work = [&](unsigned thread) {
    const std::unique_ptr<TSQueryCursor, CursorDeleter> cursor(ts_query_cursor_new());
    for (std::size_t i = next++; i < files.size(); i = next++) {
      if (out == nullptr) {
        matches[thread].value += query.count(cursor.get(), files[i].tree.get(), files[i].source);
        continue;
      }
      std::string text;
      matches[thread].value += write_matches(query, cursor.get(), files[i], text);
      out->put(i, std::move(text));
    }
  };
  {
    std::vector<std::jthread> pool;
    for (unsigned thread = 0; thread < jobs; ++thread)
      pool.emplace_back(work, thread);
  }
  return sum_of(matches);
}

void run_one(const std::string& words, const TSLanguage* language,
             const std::vector<KeptFile>& files, unsigned jobs, const std::string& output) {
  constexpr std::string_view kCountOnly = "count:";
  const bool writes = !words.starts_with(kCountOnly);
  const std::filesystem::path path = writes ? words : words.substr(kCountOnly.size());
  std::ifstream file(path, std::ios::binary);
  if (!file) give_up("cannot read " + path.string());
  const auto begin = Clock::now();
  const RivalQuery query(language, {std::istreambuf_iterator<char>(file), {}});
  std::uint64_t matches = 0;
  {
    std::optional<OrderedFile> out;
    if (writes) out.emplace(output + "/" + path.stem().string() + ".txt");
    matches = query_all(query, files, jobs, out ? &*out : nullptr);
  }
  JsonLine().add("s", std::optional(seconds_since(begin))).add("matches", matches).print();
}

}  // namespace

void run_cursor(const std::vector<SourceFile>& files, const std::string& root, unsigned jobs,
                const std::string& output, const std::vector<std::string>& queries) {
  if (files.empty()) give_up("no files to query");
  const auto begin = Clock::now();
  const std::vector<KeptFile> kept = keep_all(files, root, jobs);
  const double parse_s = seconds_since(begin);
  const auto usage = memory_usage();
  if (!usage.ok()) give_up(usage.error().message());
  JsonLine()
      .add("parse_s", std::optional(parse_s))
      .add("files", std::uint64_t{kept.size()})
      .add("rss_anon_bytes", std::uint64_t{usage.value().rss_anonymous_bytes})
      .print();
  const TSLanguage* language = load_language(files.front().language);
  for (const std::string& query : queries)
    run_one(query, language, kept, jobs, output);
  std::_Exit(0);  // nothing is learnt from deleting the trees
}

}  // namespace copse::bench
