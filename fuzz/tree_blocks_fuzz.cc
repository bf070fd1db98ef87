// Any source, parsed, encoded in small blocks and decoded again: nothing changes. Then the same
// with bytes of the tree overwritten: damage in the midst of what is right is refused or decodes to
// something, safely.
//
// Bound: an input has at most kInputBytesMax bytes, a tree of them at most as many nodes as the
// parser makes; damage may ask for kNodesMax, of 100 bytes each.
#include "copse/cursor.h"
#include "copse/tree.h"

#include "fuzz_support.h"
#include "syntax/lazy_nodes.h"

namespace {

using namespace copse;

constexpr std::size_t kInputBytesMax = 2048;
constexpr std::uint32_t kNodesMax = 20000;

void damage(Bytes& bytes, ByteView patches) {
  for (std::size_t i = 0; i + 3 <= patches.size(); i += 3) {
    const std::size_t at = (patches[i] | std::size_t{patches[i + 1]} << 8) % bytes.size();
    bytes[at] = patches[i + 2];
  }
}

// Null when the header or the jump table is refused.
std::shared_ptr<const TreeData> open_lazy(fuzz::ModelKind kind, const Bytes& bytes,
                                          const std::string& source) {
  const auto kept = std::make_shared<Bytes>(bytes);
  auto lazy = LazyNodes::open(fuzz::shared_model(kind), *kept, kept, source, nullptr, source.size(),
                              kNodesMax);
  if (!lazy.ok()) return nullptr;
  return make_lazy_tree_data(fuzz::json().grammar(), std::move(lazy).value(), 0);
}

// From both ends, so that blocks are made in either order.
void walk(const std::shared_ptr<const TreeData>& data, std::uint32_t source_bytes) {
  for (const bool backwards : {true, false}) {
    Cursor cursor(Tree(data).root());
    for (int moves = 0; moves < 500; ++moves) {
      fuzz::require(cursor.node().index() < data->node_count());
      fuzz::require(cursor.node().end_byte() <= source_bytes);
      const bool down = backwards ? cursor.goto_last_child() : cursor.goto_first_child();
      if (down) continue;
      while (!(backwards ? cursor.goto_previous_sibling() : cursor.goto_next_sibling())) {
        if (!cursor.goto_parent()) break;
      }
      if (cursor.depth() == 0) break;
    }
  }
  static_cast<void>(data->fault().ok());
}

}  // namespace

// Which model (two bits) and form (two bits); nodes of a block beyond the least; number of patches;
// the patches, each a u16 and a byte; the source.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size > kInputBytesMax || size - 3 < data[2] * std::size_t{3}) return 0;
  const TreeModel& model = fuzz::model(static_cast<fuzz::ModelKind>(data[0] % 4));
  const TreeForm form = fuzz::kForms[data[0] / 4 % 3];
  const ByteView patches(data + 3, data[2] * std::size_t{3});
  const std::string source(reinterpret_cast<const char*>(patches.data() + patches.size()),
                           size - 3 - patches.size());
  const FlatTree tree = fuzz::parse(source);
  Bytes bytes = encode_tree(model, tree, source, {form, kBlockNodesMin + data[1]});
  auto back = decode_tree(model, source, bytes);
  fuzz::require(back.ok() && fuzz::same_nodes(tree, back.value()));
  const auto thawed = thaw_tree(model, source, bytes);
  fuzz::require(thawed.ok());
  back = decode_tree(model, source, thawed.value());
  fuzz::require(back.ok() && fuzz::same_nodes(tree, back.value()));
  // Thawing gives what would have been written in the first place; but of the small form it does
  // not see that a node ends behind a block's last shape, and writes that shape alone.
  const TreeEncoding bytecode{TreeForm::Bytecode, kBlockNodesMin + data[1]};
  if (form != TreeForm::Small) {
    fuzz::require(thawed.value() == encode_tree(model, tree, source, bytecode));
  }

  damage(bytes, patches);
  // With its checksums as they are: made-up spines are not safe to walk before their blocks are
  // made.
  const auto lazy = open_lazy(static_cast<fuzz::ModelKind>(data[0] % 4), bytes, source);
  if (lazy != nullptr) walk(lazy, static_cast<std::uint32_t>(source.size()));
  fuzz::mend_checksums(bytes);
  const auto layout = TreeLayout::read(model, bytes, source.size(), kNodesMax);
  if (!layout.ok()) return 0;
  for (const TreeBlock& block : layout.value().blocks) {
    const auto opcodes = thaw_block(model, layout.value(), block, source);
    if (!opcodes.ok() || form == TreeForm::Bytecode) continue;
    fuzz::require(opcodes.value().size() <= 64 * std::size_t{kNodesMax});
  }
  const auto damaged = decode_tree(model, source, bytes, kNodesMax);
  if (damaged.ok()) fuzz::require(damaged.value().nodes.size() <= kNodesMax);
  return 0;
}
