// Today's interfaces behind the narrow face.
#include "copse_side.h"

#include <cstring>
#include <set>
#include <utility>

#include "copse/workspace.h"

#include "common/corpus.h"
#include "core/io/file_system.h"
#include "syntax/tree_codec.h"
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

// The rule by which `copse compact` takes half of the files to learn from.
bool is_held_out(const ContentId& content) {
  return content.digest[0] % 2 != 0;
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
    file.held_out = is_held_out(record.content);
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
  return Frame::kHeaderBytes;
}

std::string CopseSide::source(const SideFile& file) const {
  return value_of(state_->workspace.source(file.path));
}

Tree CopseSide::open(const SideFile& file) const {
  return value_of(state_->workspace.tree(file.path));
}

std::optional<Bytes> CopseSide::encode(const SideFile& file, const FlatTree& tree,
                                       std::string_view source, Form form) const {
  if (form != Form::Bytecode) return std::nullopt;  // not available: encode_tree has one form
  return encode_tree(*file.model, tree, source);
}

std::optional<Bytes> CopseSide::thaw(const SideFile& /*file*/, std::string_view /*source*/,
                                     ByteView /*frozen*/) const {
  return std::nullopt;  // not available: there is no frozen form
}

std::optional<WalkSum> CopseSide::walk_bytecode(const SideFile& /*file*/,
                                                ByteView /*bytecode*/) const {
  return std::nullopt;  // not available: bytecode can only be expanded
}

std::optional<WalkSum> CopseSide::walk_bytecode_with_spans(const SideFile& /*file*/,
                                                           std::string_view /*source*/,
                                                           ByteView /*bytecode*/) const {
  return std::nullopt;  // not available: bytecode can only be expanded
}

std::optional<FlatTree> CopseSide::expand(const SideFile& file, std::string_view source,
                                          ByteView bytes, Form form) const {
  if (form != Form::Bytecode) return std::nullopt;  // not available: decode_tree has one form
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
