// Inner interfaces behind the narrow face.
#include "copse_side.h"

#include <cstring>
#include <set>
#include <utility>

#include "copse/workspace.h"

#include "common/corpus.h"
#include "core/io/file_system.h"
#include "store/pack.h"
#include "syntax/bytecode_walk.h"
#include "syntax/leaf_spans.h"
#include "syntax/tree_codec.h"
#include "workspace/compact_learning.h"
#include "workspace/workspace_impl.h"

namespace copse::bench {
namespace {

template <typename T>
T value_of(Result<T> result) {
  if (!result.ok()) give_up(result.error().message());
  return std::move(result).value();
}

template <typename T>
bool same_items(const std::vector<T>& one, const std::vector<T>& other) {
  return one.size() == other.size() &&
         (one.empty() || std::memcmp(one.data(), other.data(), one.size() * sizeof(T)) == 0);
}

TreeForm tree_form(Form form) {
  switch (form) {
    case Form::Bytecode:
      return TreeForm::Bytecode;
    case Form::FrozenFast:
      return TreeForm::Fast;
    case Form::FrozenSmall:
      return TreeForm::Small;
  }
  return TreeForm::Bytecode;
}

// What the walks share: symbols, and how many nodes there are to a block.
class SymbolSink {
 public:
  void begin(const TreeBlock& block) { end_node_ = block.end_node; }
  bool open(std::uint32_t tag, std::uint8_t /*itself*/) {
    walk.take_symbol(static_cast<std::uint16_t>(tag >> 16));
    return true;
  }
  bool leaf(const TemplateItem& item) {
    walk.take_symbol(static_cast<std::uint16_t>(item.tag >> 16));
    return true;
  }
  void close() {}
  bool full() const { return walk.nodes == end_node_; }
  static const char* fault() { return "a leaf lies outside its block"; }

  WalkSum walk;

 private:
  std::uint64_t end_node_ = 0;
};

// An internal node starts with the next leaf and ends with the last one; both may lie in another
// block than its beginning.
class SpanSink {
 public:
  void begin(const TreeBlock& block, LeafSpans* spans) {
    symbols_.begin(block);
    spans_ = spans;
  }
  bool open(std::uint32_t tag, std::uint8_t itself) {
    ++without_start_;
    return symbols_.open(tag, itself);
  }
  bool leaf(const TemplateItem& item) {
    std::uint32_t start = 0;
    std::uint32_t size = 0;
    if (!spans_->next(item.ref, start, size)) return false;
    end_ = start + size;
    symbols_.walk.take_start(start, without_start_ + 1);
    symbols_.walk.take_end(end_);
    without_start_ = 0;
    return symbols_.leaf(item);
  }
  void close() { symbols_.walk.take_end(end_); }
  bool full() const { return symbols_.full(); }
  static const char* fault() { return SymbolSink::fault(); }
  const WalkSum& walk() const { return symbols_.walk; }

 private:
  SymbolSink symbols_;
  LeafSpans* spans_ = nullptr;
  std::uint64_t without_start_ = 0;
  std::uint32_t end_ = 0;
};

template <typename Sink>
void walk_block(const TreeModel& model, const TreeLayout& layout, const TreeBlock& block,
                ByteView opcodes, Sink& sink) {
  BytecodeSide from(opcodes);
  BytecodeWalk<Sink> walk(model, layout, from, sink);
  const char* fault = walk.run(block);
  if (fault != nullptr) give_up(fault);
}

}  // namespace

struct CopseSide::State {
  explicit State(const std::string& directory)
      : workspace(value_of(Workspace::open(directory))),
        impl(value_of(Store::open(real_file_system(), directory))) {}

  Workspace workspace;
  // A reader of our own beside it: records and models are not public.
  mutable Workspace::Impl impl;
};

std::string name_of(Form form) {
  switch (form) {
    case Form::Bytecode:
      return "bytecode";
    case Form::FrozenFast:
      return "frozen_fast";
    case Form::FrozenSmall:
      return "frozen_small";
  }
  return {};
}

CopseSide::CopseSide(const std::string& store) : state_(std::make_unique<State>(store)) {}
CopseSide::~CopseSide() = default;

std::vector<SideFile> CopseSide::files(const std::string& language) const {
  std::vector<SideFile> files;
  for (std::size_t i = 0; i < state_->impl.store.file_count(); ++i) {
    const FileRecord record = state_->impl.store.file(i);
    if (!record.tree || record.language != language) continue;
    SideFile file;
    file.path = record.path;
    file.model = value_of(state_->impl.objects.model(record.grammar, record.model));
    file.source_bytes = record.source_bytes;
    file.lines = record.lines;
    file.nodes = record.nodes;
    file.visible_nodes = record.visible_nodes;
    file.stored_tree_bytes = record.tree->stored_bytes + frame_overhead_bytes();
    file.stored_source_bytes = record.source.stored_bytes + frame_overhead_bytes();
    file.held_out = !is_for_training(record.content);
    files.push_back(std::move(file));
  }
  return files;
}

std::uint64_t CopseSide::model_bytes(const std::string& language) const {
  std::set<SharedId> models;
  for (std::size_t i = 0; i < state_->impl.store.file_count(); ++i) {
    const FileRecord record = state_->impl.store.file(i);
    if (record.tree && record.language == language) models.insert(record.model);
  }
  std::uint64_t bytes = 0;
  for (const SharedId& id : models)
    bytes += value_of(state_->impl.store.read_shared(id, kModelObject)).size();
  return bytes;
}

std::uint64_t CopseSide::frame_overhead_bytes() {
  // The checksum stands in the record.
  constexpr std::uint64_t kChecksumBytes = 8;
  return frame_header_bytes(kPackVersion) + kChecksumBytes;
}

std::string CopseSide::source(const SideFile& file) const {
  return value_of(state_->workspace.source(file.path));
}

Tree CopseSide::open(const SideFile& file) const {
  return value_of(state_->workspace.tree(file.path));
}

std::optional<Bytes> CopseSide::encode(const SideFile& file, const FlatTree& tree,
                                       std::string_view source, Form form) const {
  TreeEncoding encoding;
  encoding.form = tree_form(form);
  return encode_tree(*file.model, tree, source, encoding);
}

std::optional<Bytes> CopseSide::thaw(const SideFile& file, std::string_view source,
                                     ByteView frozen) const {
  return value_of(thaw_tree(*file.model, source, frozen, static_cast<std::uint32_t>(file.nodes)));
}

std::optional<WalkSum> CopseSide::walk_bytecode(const SideFile& file, ByteView bytecode) const {
  const TreeLayout layout = value_of(TreeLayout::read(*file.model, bytecode, file.source_bytes,
                                                      static_cast<std::uint32_t>(file.nodes)));
  SymbolSink sink;
  for (const TreeBlock& block : layout.blocks) {
    sink.begin(block);
    const BytecodeBlock streams = value_of(BytecodeBlock::read(block.payload));
    walk_block(*file.model, layout, block, streams.opcodes, sink);
  }
  return sink.walk;
}

std::optional<WalkSum> CopseSide::walk_bytecode_with_spans(const SideFile& file,
                                                           std::string_view source,
                                                           ByteView bytecode) const {
  const TreeLayout layout = value_of(TreeLayout::read(*file.model, bytecode, source.size(),
                                                      static_cast<std::uint32_t>(file.nodes)));
  SpanSink sink;
  for (const TreeBlock& block : layout.blocks) {
    const BytecodeBlock streams = value_of(BytecodeBlock::read(block.payload));
    LeafSpans spans(file.model->span_rules(), source, block, streams.spans);
    sink.begin(block, &spans);
    walk_block(*file.model, layout, block, streams.opcodes, sink);
  }
  return sink.walk();
}

std::optional<FlatTree> CopseSide::expand(const SideFile& file, std::string_view source,
                                          ByteView bytes, Form /*form*/) const {
  return value_of(decode_tree(*file.model, source, bytes, static_cast<std::uint32_t>(file.nodes)));
}

Tree CopseSide::over(const SideFile& file, std::string source, FlatTree hot) const {
  const std::shared_ptr<const Grammar> grammar(file.model, &file.model->grammar());
  return Tree(make_tree_data(grammar, std::move(source), std::move(hot)));
}

WalkSum walk_hot(const FlatTree& tree, bool with_spans) {
  WalkSum walk;
  for (std::uint32_t i = 0; i < tree.nodes.size(); ++i) {
    walk.take_symbol(copse_node_symbol(&tree.nodes[i]));
    if (!with_spans) continue;
    walk.take_start(tree.nodes[i].start, 1);
    walk.take_end(copse_node_end(tree.nodes.data(), i));
  }
  return walk;
}

bool same_tree(const FlatTree& one, const FlatTree& other) {
  return one.visible_count == other.visible_count && same_items(one.nodes, other.nodes) &&
         same_items(one.error_leaves, other.error_leaves) && same_items(one.faults, other.faults);
}

}  // namespace copse::bench
