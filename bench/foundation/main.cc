// What copse is measured against, a command each; every one prints a JSON object in a line.
//
//   copse_bench_foundation parse LIST JOBS         parse every file, keep nothing
//   copse_bench_foundation memory LIST JOBS        what tree-sitter allocates for each tree, summed
//   copse_bench_foundation keep LIST JOBS          parse and keep all trees: what the process takes
//   copse_bench_foundation query LIST JOBS FILE    parse, match the query, count
//   copse_bench_foundation zstd LIST               sources as one zstd -3 frame a file, summed
//   copse_bench_foundation walk LIST STORE ROOT    one file at a time: open and visit every node,
//   from
//                                                  the store and from a zstd -3 frame parsed again
//
// LIST is described in corpus.h.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "copse/workspace.h"

#include "codec/frame_codec.h"
#include "common/corpus.h"
#include "common/query_rival.h"
#include "common/rivals.h"
#include "core/io/memory.h"

namespace copse::bench {
namespace {

// ---- keep --------------------------------------------------------------------------------------

void run_keep(const std::vector<SourceFile>& files, unsigned jobs) {
  std::vector<std::vector<TreePointer>> trees(jobs);
  parse_all(files, jobs,
            [&](unsigned thread, const SourceFile& /*file*/, std::string_view /*source*/,
                TreePointer tree) { trees[thread].push_back(std::move(tree)); });
  const auto usage = memory_usage();
  if (!usage.ok()) give_up(usage.error().message());
  std::cout << "{\"rss_anon_bytes\": " << usage.value().rss_anonymous_bytes
            << ", \"rss_file_bytes\": " << usage.value().rss_file_bytes << "}" << std::endl;
  std::_Exit(0);  // nothing is learnt from deleting them
}

// ---- query -------------------------------------------------------------------------------------

void run_query(const std::vector<SourceFile>& files, unsigned jobs, const std::string& query_path) {
  if (files.empty()) give_up("no files to query");
  std::ifstream file(query_path, std::ios::binary);
  if (!file) give_up("cannot read " + query_path);
  const RivalQuery query(load_language(files.front().language),
                         {std::istreambuf_iterator<char>(file), {}});
  std::vector<TSQueryCursor*> cursors;
  for (unsigned i = 0; i < jobs; ++i)
    cursors.push_back(ts_query_cursor_new());
  std::vector<Counter> matches(jobs);
  parse_all(files, jobs,
            [&](unsigned thread, const SourceFile& /*file*/, std::string_view source,
                const TreePointer& tree) {
              matches[thread].value += query.count(cursors[thread], tree.get(), source);
            });
  for (TSQueryCursor* cursor : cursors)
    ts_query_cursor_delete(cursor);
  std::cout << "{\"matches\": " << sum_of(matches) << "}\n";
}

// ---- zstd --------------------------------------------------------------------------------------

void run_zstd(const std::vector<SourceFile>& files) {
  constexpr int kLevel = 3;
  std::uint64_t bytes = 0;
  std::string source;
  for (const SourceFile& file : files) {
    read_source(file.path, source);
    bytes += compress_frame(as_bytes(source), kLevel).bytes.size();
  }
  std::cout << "{\"bytes\": " << bytes << "}\n";
}

// ---- walk --------------------------------------------------------------------------------------

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

double percentile(std::vector<double>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

// The same walk for both kinds of cursor: every visible node once.
std::uint64_t walk(Cursor cursor) {
  for (std::uint64_t nodes = 1;; ++nodes) {
    if (cursor.goto_first_child()) continue;
    while (!cursor.goto_next_sibling()) {
      if (!cursor.goto_parent()) return nodes;
    }
  }
}

std::uint64_t walk(const TSTree* tree) {
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
  for (std::uint64_t nodes = 1;; ++nodes) {
    if (ts_tree_cursor_goto_first_child(&cursor)) continue;
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (ts_tree_cursor_goto_parent(&cursor)) continue;
      ts_tree_cursor_delete(&cursor);
      return nodes;
    }
  }
}

void run_walk(const std::vector<SourceFile>& files, const std::string& store,
              const std::string& root) {
  constexpr std::size_t kEvery = 8;
  const auto workspace = Workspace::open(store);
  if (!workspace.ok()) give_up(workspace.error().message());
  Parsers parsers;
  std::vector<double> stored_us;
  std::vector<double> parsed_us;
  std::string source;
  for (std::size_t i = 0; i < files.size(); i += kEvery) {
    const SourceFile& file = files[i];
    read_source(file.path, source);
    const FramePayload frame = compress_frame(as_bytes(source), kFastLevel);

    auto begin = Clock::now();
    const auto tree = workspace.value().tree(file.path.substr(root.size() + 1));
    if (!tree.ok()) give_up(tree.error().message());
    const std::uint64_t stored_nodes = walk(Cursor(tree.value().root()));
    stored_us.push_back(microseconds_since(begin));

    begin = Clock::now();
    const auto text = decompress_frame(static_cast<std::uint8_t>(frame.codec), frame.bytes,
                                       frame.raw_bytes, frame.raw_bytes);
    if (!text.ok()) give_up(text.error().message());
    const TreePointer parsed = parsers.parse(file.language, as_text(text.value()));
    const std::uint64_t parsed_nodes = walk(parsed.get());
    parsed_us.push_back(microseconds_since(begin));
    if (stored_nodes != parsed_nodes) give_up(file.path + ": the walks differ");
  }
  std::sort(stored_us.begin(), stored_us.end());
  std::sort(parsed_us.begin(), parsed_us.end());
  std::cout << "{\"files\": " << stored_us.size()
            << ", \"open_walk_us_p50\": " << percentile(stored_us, 0.5)
            << ", \"open_walk_us_p99\": " << percentile(stored_us, 0.99)
            << ", \"reparse_walk_us_p50\": " << percentile(parsed_us, 0.5)
            << ", \"reparse_walk_us_p99\": " << percentile(parsed_us, 0.99) << "}\n";
}

int run(const std::vector<std::string>& words) {
  const std::string command = words.size() < 2 ? "" : words[0];
  const auto is = [&](std::string_view name, std::size_t count) {
    return command == name && words.size() == count;
  };
  if (is("parse", 3)) {
    run_parse(read_list(words[1]), jobs_of(words[2]));
  } else if (is("memory", 3)) {
    run_memory(read_list(words[1]), jobs_of(words[2]));
  } else if (is("keep", 3)) {
    run_keep(read_list(words[1]), jobs_of(words[2]));
  } else if (is("query", 4)) {
    run_query(read_list(words[1]), jobs_of(words[2]), words[3]);
  } else if (is("zstd", 2)) {
    run_zstd(read_list(words[1]));
  } else if (is("walk", 4)) {
    run_walk(read_list(words[1]), words[2], words[3]);
  } else {
    give_up("one of parse, memory, keep, query, zstd, walk, with what main.cc says");
  }
  return 0;
}

}  // namespace
}  // namespace copse::bench

int main(int argc, char** argv) {
  return copse::bench::run({argv + 1, argv + argc});
}
