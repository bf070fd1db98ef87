// Bytes in each form, and whether what comes back is what went in.
#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "copse/workspace.h"

#include "codec/frame_codec.h"
#include "common/json_line.h"
#include "common/rivals.h"
#include "measures.h"
#include "syntax/tree_parser.h"
#include "visit.h"

namespace copse::bench {
namespace {

constexpr std::size_t kFormCount = std::size(kForms);

// Of one thread.
struct alignas(64) Tally {
  std::uint64_t files = 0, lines = 0, source_bytes = 0, nodes = 0, visible_nodes = 0;
  std::uint64_t stored_tree_bytes = 0, stored_source_bytes = 0;
  std::uint64_t held_out_files = 0, held_out_nodes = 0, held_out_stored_bytes = 0;
  std::array<std::uint64_t, kFormCount> held_out_bytes{};
  std::array<bool, kFormCount> missing{};

  void add(const SideFile& file) {
    ++files;
    lines += file.lines;
    source_bytes += file.source_bytes;
    nodes += file.nodes;
    visible_nodes += file.visible_nodes;
    stored_tree_bytes += file.stored_tree_bytes;
    stored_source_bytes += file.stored_source_bytes;
    if (!file.held_out) return;
    ++held_out_files;
    held_out_nodes += file.nodes;
    held_out_stored_bytes += file.stored_tree_bytes;
  }

  void add(const Tally& other) {
    files += other.files;
    lines += other.lines;
    source_bytes += other.source_bytes;
    nodes += other.nodes;
    visible_nodes += other.visible_nodes;
    stored_tree_bytes += other.stored_tree_bytes;
    stored_source_bytes += other.stored_source_bytes;
    held_out_files += other.held_out_files;
    held_out_nodes += other.held_out_nodes;
    held_out_stored_bytes += other.held_out_stored_bytes;
    for (std::size_t i = 0; i < kFormCount; ++i) {
      held_out_bytes[i] += other.held_out_bytes[i];
      missing[i] = missing[i] || other.missing[i];
    }
  }
};

class SizeRun {
 public:
  SizeRun(const CopseSide& side, const Subject& subject, std::vector<SideFile> files)
      : side_(side), subject_(subject), files_(std::move(files)) {}

  void work(Tally& tally) {
    Parsers parsers;
    std::string source;
    for (std::size_t i = next_++; i < files_.size(); i = next_++) {
      const SideFile& file = files_[i];
      read_source(subject_.root + "/" + file.path, source);
      const TreePointer parsed = parsers.parse(subject_.language, source);
      const auto flat = flatten(parsed.get());
      if (!flat.ok()) give_up(file.path + ": " + flat.error().message());
      compare_visits(file, parsed.get());
      tally.add(file);
      if (!file.held_out) continue;
      add_forms(file, flat.value(), source, tally);
      compare_walks(file, flat.value(), source);
    }
  }

 private:
  void compare_visits(const SideFile& file, const TSTree* parsed) const {
    if (visit(StoredStep(side_.open(file))) != visit(ParsedStep(parsed))) {
      give_up(file.path + ": the stored tree is not the parsed one");
    }
  }

  void add_forms(const SideFile& file, const FlatTree& flat, std::string_view source,
                 Tally& tally) const {
    for (std::size_t i = 0; i < kFormCount; ++i) {
      const auto bytes = side_.encode(file, flat, source, kForms[i]);
      tally.missing[i] = tally.missing[i] || !bytes;
      if (!bytes) continue;
      tally.held_out_bytes[i] += bytes->size();
      if (kForms[i] != Form::Bytecode) {
        tally.held_out_bytes[i] += CopseSide::frame_overhead_bytes();
        compare_thawed(file, *bytes, flat, source);
      }
      const auto back = side_.expand(file, source, *bytes, kForms[i]);
      if (!back || !same_tree(*back, flat)) {
        give_up(file.path + ": does not come back from its " + name_of(kForms[i]) + " form");
      }
    }
  }

  void compare_walks(const SideFile& file, const FlatTree& flat, std::string_view source) const {
    const auto bytecode = side_.encode(file, flat, source, Form::Bytecode);
    if (!bytecode) return;
    const auto walk = side_.walk_bytecode(file, *bytecode);
    const auto with_spans = side_.walk_bytecode_with_spans(file, source, *bytecode);
    if ((walk && *walk != walk_hot(flat, false)) ||
        (with_spans && *with_spans != walk_hot(flat, true))) {
      give_up(file.path + ": a walk over its bytecode misses something");
    }
  }

  // The thawed form is bytecode, whatever it came from.
  void compare_thawed(const SideFile& file, ByteView frozen, const FlatTree& flat,
                      std::string_view source) const {
    const auto bytecode = side_.thaw(file, source, frozen);
    if (!bytecode) return;
    const auto back = side_.expand(file, source, *bytecode, Form::Bytecode);
    if (!back || !same_tree(*back, flat)) {
      give_up(file.path + ": its frozen form thaws into something else");
    }
  }

  const CopseSide& side_;
  const Subject& subject_;
  std::vector<SideFile> files_;
  std::atomic<std::size_t> next_ = 0;
};

void print(const Tally& sum, std::uint64_t model_bytes) {
  JsonLine line;
  line.add("files", sum.files)
      .add("lines", sum.lines)
      .add("source_bytes", sum.source_bytes)
      .add("nodes", sum.nodes)
      .add("visible_nodes", sum.visible_nodes)
      .add("model_bytes", model_bytes)
      .add("stored_tree_bytes", sum.stored_tree_bytes)
      .add("stored_source_bytes", sum.stored_source_bytes)
      .add("held_out_files", sum.held_out_files)
      .add("held_out_nodes", sum.held_out_nodes)
      .add("held_out_stored_bytes", sum.held_out_stored_bytes);
  for (std::size_t i = 0; i < kFormCount; ++i) {
    const auto bytes =
        sum.missing[i] ? std::nullopt : std::optional(static_cast<double>(sum.held_out_bytes[i]));
    line.add("held_out_" + name_of(kForms[i]) + "_bytes", bytes);
  }
  line.print();
}

}  // namespace

void measure_sizes(const Subject& subject, unsigned jobs) {
  const CopseSide side(subject.store);
  SizeRun run(side, subject, side.files(subject.language));
  std::vector<Tally> tallies(jobs);
  std::vector<std::jthread> pool;
  for (Tally& tally : tallies)
    pool.emplace_back([&] { run.work(tally); });
  pool.clear();
  Tally sum;
  for (const Tally& tally : tallies)
    sum.add(tally);
  // A comparison of nothing proves nothing.
  if (sum.held_out_files == 0) give_up("no held-out file of " + subject.language + " in the store");
  print(sum, side.model_bytes(subject.language));
}

void visit_store(const std::string& store) {
  const auto workspace = Workspace::open(store);
  if (!workspace.ok()) give_up(workspace.error().message());
  const auto files = workspace.value().files();
  if (!files.ok()) give_up(files.error().message());
  std::uint64_t hash = 0;
  std::uint64_t visited = 0;
  for (const StoredFile& file : files.value()) {
    if (file.language.empty()) continue;
    const auto tree = workspace.value().tree(file.path);
    if (!tree.ok()) give_up(tree.error().message());
    hash = mixed(hash, visit(tree.value()));
    ++visited;
  }
  JsonLine().add("files", visited).add("hash", hash).print();
}

void measure_zstd(const std::vector<SourceFile>& files, int level, unsigned jobs) {
  std::vector<Counter> bytes(jobs);
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> pool;
  for (unsigned thread = 0; thread < jobs; ++thread) {
    pool.emplace_back([&, thread] {
      std::string source;
      for (std::size_t i = next++; i < files.size(); i = next++) {
        read_source(files[i].path, source);
        bytes[thread].value += compress_frame(as_bytes(source), level).bytes.size();
      }
    });
  }
  pool.clear();
  JsonLine().add("bytes", sum_of(bytes)).print();
}

}  // namespace copse::bench
