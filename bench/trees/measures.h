// What copse_bench_trees measures; each prints one line of JSON.
#pragma once

#include <string>
#include <vector>

#include "common/corpus.h"
#include "copse_side.h"

namespace copse::bench {

struct Subject {
  std::string store;
  std::string root;  // the indexed directory: sources are read from there, not from the store
  std::string language;
};

// Every file: counts, and its visit compared with that of a fresh parse. Of the held-out half also
// the bytes in each form; what comes back from each form, and what walks see, is compared too.
void measure_sizes(const Subject& subject, unsigned jobs);

// A batch of held-out files in memory: what each step takes, best of `rounds` passes.
void measure_speed(const Subject& subject, std::uint64_t batch_nodes, unsigned rounds);

// At least `files` files one by one: open, open and visit, beside parsing and beside a zstd frame
// that is decompressed and parsed. Each the least of `runs`, taken in turn.
void measure_open(const Subject& subject, std::size_t files, unsigned runs);

// Opens and visits every file of the store and prints how many: for its memory to be watched.
void visit_store(const std::string& store);

// The sources as one zstd frame a file, all and those of each half that is held out.
void measure_zstd(const std::vector<SourceFile>& files, int level, unsigned jobs);

}  // namespace copse::bench
