// What the targets about trees share: the grammar of JSON, and models of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "core/hash.h"
#include "syntax/model_trainer.h"
#include "syntax/tree_codec.h"
#include "syntax/tree_parser.h"
#include "workspace/grammar_library.h"

namespace copse::fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

inline const GrammarLibrary& json() {
  static const auto kLibrary =
      GrammarLibrary::load(std::string(COPSE_TEST_GRAMMAR_DIR) + "/json.so", "json");
  require(kLibrary.ok());
  return kLibrary.value();
}

inline FlatTree parse(std::string_view source) {
  // A new one each time: what a parser keeps for later would look like a leak to the fuzzer.
  auto parser = Parser::create(json().language());
  require(parser.ok());
  auto tree = parser.value().parse_tree(source, {});
  require(tree.ok());
  auto flat = flatten(tree.value().get());
  require(flat.ok());
  return std::move(flat).value();
}

// A file of tests/data/formats/json.
inline std::string golden(const std::string& name) {
  std::ifstream file(std::string(COPSE_TEST_DATA_DIR) + "/formats/json/" + name, std::ios::binary);
  require(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

// The golden models never change, so seeds made with them reach as deep as on their first day; the
// learnt one has whatever today's trainer knows.
enum class ModelKind : std::uint8_t { Golden2, Golden1, Learnt, Base };

inline std::shared_ptr<const TreeModel> make_model(ModelKind kind) {
  if (kind == ModelKind::Golden1 || kind == ModelKind::Golden2) {
    const std::string bytes = golden(kind == ModelKind::Golden1 ? "model_v1.bin" : "model_v2.bin");
    auto model = TreeModel::from_bytes(as_bytes(bytes), json().grammar());
    require(model.ok());
    return std::move(model).value();
  }
  ModelTrainer trainer(json().grammar());
  std::string text;
  if (kind == ModelKind::Learnt) {
    for (int i = 0; i < 40; ++i) {
      text += R"({"a": [1, true, -2.5e3, "b\n"], "c": null, "dd": {"e": [[], {}]}})";
      text += i % 8 == 0 ? ", ]\n" : "\n";
    }
    trainer.add(parse(text), text);
  }
  return trainer.train({.with_source = true});
}

inline const std::shared_ptr<const TreeModel>& shared_model(ModelKind kind) {
  static const std::shared_ptr<const TreeModel> kModels[] = {
      make_model(ModelKind::Golden2), make_model(ModelKind::Golden1), make_model(ModelKind::Learnt),
      make_model(ModelKind::Base)};
  return kModels[static_cast<std::size_t>(kind)];
}

inline const TreeModel& model(ModelKind kind) {
  return *shared_model(kind);
}

// What a node shows of its descendants is stated by damaged jump tables as they like.
inline std::uint32_t comparable_tag(const CopseFlatNode& node) {
  constexpr std::uint32_t kShows = COPSE_TAG_SHOWS_CHILDREN | COPSE_TAG_SHOWS_NAMED;
  return copse_node_is_leaf(&node) ? node.tag : node.tag & ~kShows;
}

inline bool same_nodes(const FlatTree& a, const FlatTree& b, bool with_shows = true) {
  if (a.nodes.size() != b.nodes.size() || a.visible_count != b.visible_count ||
      a.faults != b.faults || a.error_leaves.size() != b.error_leaves.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    const CopseFlatNode& x = a.nodes[i];
    const CopseFlatNode& y = b.nodes[i];
    const bool same_tag = with_shows ? x.tag == y.tag : comparable_tag(x) == comparable_tag(y);
    if (!same_tag || x.start != y.start || x.extent != y.extent) return false;
  }
  return true;
}

// Puts right the checksums of a tree of several blocks, as damage alone would hardly ever get past
// them. Leaves alone what has no room for them.
inline void mend_checksums(Bytes& bytes) {
  ByteReader in(bytes);
  const std::uint8_t head = in.u8();
  const std::uint64_t nodes = in.varint();
  if ((head & 0x80) != 0) in.varint();
  const std::uint64_t block_nodes = (head & 0x40) != 0 ? in.varint() : nodes;
  if ((head & 15) != kTreeFormatVersion || block_nodes == 0 || block_nodes >= nodes) return;
  struct Payload {
    std::size_t checksum_at;
    std::uint64_t size;
  };
  std::vector<Payload> payloads;
  for (std::uint64_t i = 1; i < (nodes - 1) / block_nodes + 1 && !in.failed(); ++i) {
    for (int skipped = 0; skipped < 3; ++skipped)
      in.varint();
    const std::uint64_t size = in.varint();
    payloads.push_back({in.position(), size});
    in.u32();
    if (in.varint() != 0) in.varint();
    for (std::size_t numbers = in.count(6) * 6; numbers > 0; --numbers)
      in.varint();
  }
  payloads.push_back({in.position(), 0});
  in.u32();
  const std::size_t table_bytes = in.position();
  in.u64();
  if (in.failed()) return;
  for (Payload& payload : payloads) {
    if (&payload == &payloads.back()) payload.size = in.remaining();
    const std::uint32_t sum = TreeLayout::checksum_of(
        in.raw(static_cast<std::size_t>(std::min<std::uint64_t>(payload.size, in.remaining()))));
    std::memcpy(bytes.data() + payload.checksum_at, &sum, sizeof(sum));
  }
  const std::uint64_t sum = checksum64(ByteView(bytes).first(table_bytes));
  std::memcpy(bytes.data() + table_bytes, &sum, sizeof(sum));
}

inline constexpr TreeForm kForms[] = {TreeForm::Bytecode, TreeForm::Fast, TreeForm::Small};

}  // namespace copse::fuzz
