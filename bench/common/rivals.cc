// Allocations are counted through ts_set_allocator, by thread.
#include "common/rivals.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include <malloc.h>

namespace copse::bench {
namespace {

// Bytes that tree-sitter holds, as malloc rounds them up, with malloc's own word before each block.
constexpr std::int64_t kBlockHeaderBytes = 8;
thread_local std::int64_t held_bytes = 0;

std::int64_t size_of(void* block) {
  return block == nullptr
             ? 0
             : static_cast<std::int64_t>(::malloc_usable_size(block)) + kBlockHeaderBytes;
}

void* counted(void* block) {
  held_bytes += size_of(block);
  return block;
}

void count_allocations() {
  ts_set_allocator(
      [](std::size_t size) { return counted(std::malloc(size)); },
      [](std::size_t items, std::size_t size) { return counted(std::calloc(items, size)); },
      [](void* block, std::size_t size) {
        held_bytes -= size_of(block);
        return counted(std::realloc(block, size));
      },
      [](void* block) {
        held_bytes -= size_of(block);
        std::free(block);
      });
}

}  // namespace

std::uint64_t sum_of(const std::vector<Counter>& counters) {
  std::uint64_t sum = 0;
  for (const Counter& counter : counters)
    sum += counter.value;
  return sum;
}

unsigned jobs_of(const std::string& text) {
  const int jobs = std::atoi(text.c_str());  // NOLINT(cert-err34-c): 0 is refused below
  if (jobs <= 0) give_up("JOBS is a number above 0, not " + text);
  return static_cast<unsigned>(jobs);
}

void run_parse(const std::vector<SourceFile>& files, unsigned jobs) {
  std::vector<Counter> bytes(jobs);
  parse_all(files, jobs,
            [&](unsigned thread, const SourceFile& /*file*/, std::string_view source,
                const TreePointer& /*tree*/) { bytes[thread].value += source.size(); });
  std::cout << "{\"bytes\": " << sum_of(bytes) << "}\n";
}

// A tree's memory is what its deletion gives back: the parser keeps its own for the next file. A
// thread deletes the trees that it made.
void run_memory(const std::vector<SourceFile>& files, unsigned jobs) {
  count_allocations();
  std::vector<Counter> bytes(jobs);
  parse_all(files, jobs,
            [&](unsigned thread, const SourceFile& /*file*/, std::string_view /*source*/,
                TreePointer tree) {
              const std::int64_t before = held_bytes;
              tree.reset();
              bytes[thread].value += static_cast<std::uint64_t>(before - held_bytes);
            });
  std::cout << "{\"tree_bytes\": " << sum_of(bytes) << "}\n";
}

}  // namespace copse::bench
