// A batch of files in memory, passed through each step in turn; the best pass of each counts. A
// batch is larger than the caches, as a codebase is.
#include <chrono>
#include <functional>
#include <limits>
#include <utility>

#include "common/json_line.h"
#include "measures.h"
#include "syntax/tree_parser.h"
#include "visit.h"

namespace copse::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct BatchFile {
  SideFile file;
  std::string source;
  TreePointer parsed;
  FlatTree flat;
  std::optional<Tree> hot;
  std::optional<Bytes> forms[std::size(kForms)];

  const std::optional<Bytes>& form(Form form) const {
    return forms[static_cast<std::size_t>(form)];
  }
};

struct Batch {
  std::vector<BatchFile> files;
  std::uint64_t nodes = 0;
  std::uint64_t visible_nodes = 0;
  std::uint64_t source_bytes = 0;
};

void add_file(const CopseSide& side, const Subject& subject, Parsers& parsers, SideFile file,
              Batch& batch) {
  BatchFile made;
  made.file = std::move(file);
  read_source(subject.root + "/" + made.file.path, made.source);
  made.parsed = parsers.parse(subject.language, made.source);
  auto flat = flatten(made.parsed.get());
  if (!flat.ok()) give_up(made.file.path + ": " + flat.error().message());
  made.flat = std::move(flat).value();
  made.hot = side.over(made.file, made.source, made.flat);
  for (const Form form : kForms) {
    made.forms[static_cast<std::size_t>(form)] =
        side.encode(made.file, made.flat, made.source, form);
  }
  batch.nodes += made.file.nodes;
  batch.visible_nodes += made.file.visible_nodes;
  batch.source_bytes += made.source.size();
  batch.files.push_back(std::move(made));
}

// Every k-th of the held-out files, so that they hold about as many nodes as were asked for.
Batch load(const CopseSide& side, const Subject& subject, Parsers& parsers,
           std::uint64_t batch_nodes) {
  std::vector<SideFile> files = side.files(subject.language);
  std::erase_if(files, [](const SideFile& file) { return !file.held_out; });
  std::uint64_t nodes = 0;
  for (const SideFile& file : files)
    nodes += file.nodes;
  if (nodes == 0) give_up("no held-out file of " + subject.language);
  const std::size_t step = static_cast<std::size_t>((nodes + batch_nodes - 1) / batch_nodes);
  Batch batch;
  for (std::size_t i = 0; i < files.size(); i += step)
    add_file(side, subject, parsers, std::move(files[i]), batch);
  return batch;
}

// What a step makes of one file; a number that depends on all of the work, absent when the step is
// not available.
using Step = std::function<std::optional<std::uint64_t>(const BatchFile&)>;

struct Timed {
  std::string name;
  Step step;
  bool available = true;
  double best_s = std::numeric_limits<double>::infinity();
};

void pass(const Batch& batch, Timed& timed, std::uint64_t& sum) {
  const auto begin = Clock::now();
  for (const BatchFile& file : batch.files) {
    const auto result = timed.step(file);
    if (!result) {
      timed.available = false;
      return;
    }
    sum += *result;
  }
  timed.best_s =
      std::min(timed.best_s, std::chrono::duration<double>(Clock::now() - begin).count());
}

std::optional<std::uint64_t> size_of(const std::optional<Bytes>& bytes) {
  return bytes ? std::optional<std::uint64_t>(bytes->size()) : std::nullopt;
}

std::optional<std::uint64_t> sum_of(const std::optional<WalkSum>& walk) {
  return walk ? std::optional(walk->sum) : std::nullopt;
}

void add_rival_steps(const Subject& subject, Parsers& parsers, std::vector<Timed>& steps) {
  steps.push_back({"parse", [&](const BatchFile& file) {
                     return ts_node_end_byte(
                         ts_tree_root_node(parsers.parse(subject.language, file.source).get()));
                   }});
  steps.push_back({"treesitter_walk",
                   [](const BatchFile& file) { return kinds(ParsedStep(file.parsed.get())); }});
  steps.push_back({"treesitter_visit",
                   [](const BatchFile& file) { return visit(ParsedStep(file.parsed.get())); }});
}

void add_copse_steps(const CopseSide& side, std::vector<Timed>& steps) {
  steps.push_back({"flatten", [](const BatchFile& file) -> std::optional<std::uint64_t> {
                     const auto flat = flatten(file.parsed.get());
                     if (!flat.ok()) give_up(flat.error().message());
                     return flat.value().nodes.size();
                   }});
  for (const Form form : kForms) {
    const std::string name = name_of(form);
    steps.push_back({"encode_" + name, [&side, form](const BatchFile& file) {
                       return size_of(side.encode(file.file, file.flat, file.source, form));
                     }});
    steps.push_back(
        {"expand_" + name, [&side, form](const BatchFile& file) -> std::optional<std::uint64_t> {
           if (!file.form(form)) return std::nullopt;
           const auto flat = side.expand(file.file, file.source, *file.form(form), form);
           return flat ? std::optional<std::uint64_t>(flat->nodes.size()) : std::nullopt;
         }});
    if (form == Form::Bytecode) continue;
    steps.push_back(
        {"thaw_" + name, [&side, form](const BatchFile& file) -> std::optional<std::uint64_t> {
           if (!file.form(form)) return std::nullopt;
           return size_of(side.thaw(file.file, file.source, *file.form(form)));
         }});
  }
  steps.push_back({"bytecode_walk", [&side](const BatchFile& file) -> std::optional<std::uint64_t> {
                     if (!file.form(Form::Bytecode)) return std::nullopt;
                     return sum_of(side.walk_bytecode(file.file, *file.form(Form::Bytecode)));
                   }});
  steps.push_back(
      {"bytecode_walk_with_spans", [&side](const BatchFile& file) -> std::optional<std::uint64_t> {
         if (!file.form(Form::Bytecode)) return std::nullopt;
         return sum_of(
             side.walk_bytecode_with_spans(file.file, file.source, *file.form(Form::Bytecode)));
       }});
  steps.push_back({"hot_walk", [](const BatchFile& file) -> std::optional<std::uint64_t> {
                     return walk_hot(file.flat, false).sum;
                   }});
  steps.push_back(
      {"hot_cursor", [](const BatchFile& file) { return kinds(StoredStep(*file.hot)); }});
  steps.push_back({"hot_visit", [](const BatchFile& file) { return visit(*file.hot); }});
}

}  // namespace

void measure_speed(const Subject& subject, std::uint64_t batch_nodes, unsigned rounds) {
  const CopseSide side(subject.store);
  Parsers parsers;
  const Batch batch = load(side, subject, parsers, batch_nodes);
  std::vector<Timed> steps;
  add_rival_steps(subject, parsers, steps);
  add_copse_steps(side, steps);
  std::uint64_t sum = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    for (Timed& timed : steps) {
      if (timed.available) pass(batch, timed, sum);
    }
  }
  JsonLine line;
  line.add("files", std::uint64_t{batch.files.size()})
      .add("nodes", batch.nodes)
      .add("visible_nodes", batch.visible_nodes)
      .add("source_bytes", batch.source_bytes)
      .add("sum", sum);
  for (const Timed& timed : steps)
    line.add(timed.name + "_s", timed.available ? std::optional(timed.best_s) : std::nullopt);
  line.print();
}

}  // namespace copse::bench
