// Everything that this task asks of copse, behind one narrow face: when an inner interface changes,
// only copse_side.cc follows. What the engine cannot do yet answers with "not available", an empty
// optional, and its column stays empty.
//
// Whatever goes wrong ends the program. Thread-safe: all const.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "copse/tree.h"

#include "core/bytes.h"
#include "syntax/tree_data.h"
#include "syntax/tree_model.h"

namespace copse::bench {

// The forms of a tree: ranks that can be walked, and two frozen ones that are thawed into it.
enum class Form : std::uint8_t { Bytecode, FrozenFast, FrozenSmall };
inline constexpr Form kForms[] = {Form::Bytecode, Form::FrozenFast, Form::FrozenSmall};
std::string name_of(Form form);

// A file of the store that has a tree.
struct SideFile {
  std::string path;                        // relative to the indexed directory
  std::shared_ptr<const TreeModel> model;  // loaded once for all files that it serves
  std::uint64_t source_bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t nodes = 0;  // hidden ones included
  std::uint64_t visible_nodes = 0;
  std::uint64_t stored_tree_bytes = 0;    // frame header included
  std::uint64_t stored_source_bytes = 0;  // likewise
  bool held_out = false;  // of the half that models and dictionaries are not learnt from
};

// What a walk saw: proof that it looked at every node, cheap enough not to be what is measured. It
// does not depend on the order, so that an internal node's end may come when it is known.
struct WalkSum {
  std::uint64_t nodes = 0;
  std::uint64_t sum = 0;

  void take_symbol(std::uint16_t symbol) {
    ++nodes;
    sum += symbol;
  }
  // Of so many nodes at once.
  void take_start(std::uint32_t start, std::uint64_t count) {
    constexpr std::uint64_t kStartFactor = 0x10001;
    sum += start * kStartFactor * count;
  }
  void take_end(std::uint32_t end) {
    constexpr std::uint64_t kEndFactor = 0x1000003;
    sum += end * kEndFactor;
  }
  bool operator==(const WalkSum&) const = default;
};

// The plain twin of the bytecode walks: what they have to come to.
WalkSum walk_hot(const FlatTree& tree, bool with_spans);

class CopseSide {
 public:
  explicit CopseSide(const std::string& store);
  ~CopseSide();

  // In bytewise order of their paths.
  std::vector<SideFile> files(const std::string& language) const;
  // Of the language's models, as they are stored, one copy.
  std::uint64_t model_bytes(const std::string& language) const;
  // What a frame has beside its payload: header and checksum.
  static std::uint64_t frame_overhead_bytes();

  std::string source(const SideFile& file) const;
  // The public way to a tree, from the path on: catalogue, frames, checksums, source, thawing.
  Tree open(const SideFile& file) const;

  // The tree's bytes in that form, without a frame, under the model that the store has for it.
  std::optional<Bytes> encode(const SideFile& file, const FlatTree& tree, std::string_view source,
                              Form form) const;
  // Frozen bytes to bytecode. REQUIRES: encode() gave `frozen` for a frozen form.
  std::optional<Bytes> thaw(const SideFile& file, std::string_view source, ByteView frozen) const;
  // Every node in preorder, hidden ones included, straight from bytecode: symbols, and with spans
  // also where each starts and ends.
  std::optional<WalkSum> walk_bytecode(const SideFile& file, ByteView bytecode) const;
  std::optional<WalkSum> walk_bytecode_with_spans(const SideFile& file, std::string_view source,
                                                  ByteView bytecode) const;
  // Any form to the hot one: nodes in an array.
  std::optional<FlatTree> expand(const SideFile& file, std::string_view source, ByteView bytes,
                                 Form form) const;
  // A tree over a hot form, for cursors.
  Tree over(const SideFile& file, std::string source, FlatTree hot) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether two flat trees are the same in every bit.
bool same_tree(const FlatTree& one, const FlatTree& other);

}  // namespace copse::bench
