// Damaged blocks whose checksums are right: they are refused, or give a tree that can be walked.
#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "syntax/lazy_nodes.h"
#include "syntax/model_trainer.h"
#include "syntax/tree_codec.h"
#include "syntax/tree_data.h"
#include "testing/languages.h"

namespace copse {
namespace {

// A source of which one chunk may be damaged.
class TextInChunks : public SourceChunks {
 public:
  static constexpr std::uint32_t kChunkBytes = 64;

  explicit TextInChunks(std::string_view text, std::size_t damaged = SIZE_MAX)
      : text_(text), damaged_(damaged) {}
  std::uint32_t chunk_bytes() const override { return kChunkBytes; }
  Status read(std::size_t chunk, char* out) const override {
    const std::string_view part = text_.substr(chunk * kChunkBytes, kChunkBytes);
    std::memcpy(out, part.data(), part.size());
    if (chunk == damaged_) return Error(ErrorCode::Corrupt, "a chunk is damaged");
    return success();
  }

 private:
  std::string_view text_;
  std::size_t damaged_;
};

struct Encoded {
  std::shared_ptr<const Grammar> grammar;
  std::shared_ptr<const TreeModel> model;
  std::string source;
  FlatTree flat;
};

Encoded prepare(const std::string& id) {
  Encoded made;
  made.grammar = testing::language(id).grammar();
  for (auto& sample : testing::sample_sources(id)) {
    if (sample.text.size() > made.source.size()) made.source = std::move(sample.text);
  }
  made.flat = testing::parse_flat(id, made.source);
  ModelTrainer trainer(made.grammar);
  trainer.add(made.flat, made.source);
  made.model = trainer.train({.with_source = true});
  return made;
}

// Every node ends inside the one around it.
bool is_nested(const CopseFlatNode* nodes, std::uint32_t count) {
  std::vector<std::uint32_t> ends{count};
  for (std::uint32_t i = 0; i < count; ++i) {
    while (ends.back() == i)
      ends.pop_back();
    if (ends.empty()) return false;
    const std::uint64_t end = std::uint64_t{i} + copse_node_count(&nodes[i]);
    if (end <= i || end > ends.back()) return false;
    ends.push_back(static_cast<std::uint32_t>(end));
  }
  return true;
}

// Leaves lie one behind the other.
bool is_ascending(const CopseFlatNode* nodes, std::uint32_t count) {
  std::uint32_t end = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!copse_node_is_leaf(&nodes[i])) continue;
    if (nodes[i].start < end) return false;
    end = nodes[i].start + nodes[i].extent;
  }
  return true;
}

struct Tally {
  std::size_t refused = 0;
  std::size_t shaped = 0;
  std::size_t damaged_later = 0;
};

// What a search does with a tree, and more.
void use(const Encoded& right, const Bytes& bytes, std::unique_ptr<const SourceChunks> chunks,
         ScanMemory& memory, Tally& tally) {
  const auto kept = std::make_shared<const Bytes>(bytes);
  auto opened = LazyNodes::open(right.model, *kept, kept, {}, std::move(chunks),
                                right.source.size(), kTreeNodesMax, &memory);
  const Status shaped = opened.ok() ? opened.value()->shape() : Status(opened.error());
  if (!shaped.ok()) {
    EXPECT_EQ(shaped.error().code(), ErrorCode::Corrupt) << shaped.error().message();
    ++tally.refused;
    return;
  }
  ++tally.shaped;
  const std::uint32_t count = opened.value()->layout().node_count;
  const CopseFlatNode* const nodes = opened.value()->nodes();
  ASSERT_TRUE(is_nested(nodes, count));
  const auto data =
      make_lazy_tree_data(right.grammar, std::move(opened).value(), right.flat.visible_count, true);
  for (std::uint32_t i = 0; i < count; i += 7) {
    const CopseFlatNode& node = data->node(i);
    ASSERT_LE(node.start, data->end_of(i));
    ASSERT_LE(data->end_of(i), right.source.size());
    static_cast<void>(data->point_at(node.start));
    static_cast<void>(data->text(node.start, data->end_of(i)));
    static_cast<void>(data->lookahead_of(i));
  }
  ASSERT_TRUE(is_nested(data->nodes(), count));
  ASSERT_TRUE(is_ascending(data->nodes(), count));
  static_cast<void>(data->visible_rank());
  tally.damaged_later += data->fault().ok() ? 0U : 1U;
  EXPECT_EQ(data->fault().ok(), !data->is_damaged());
}

// The tree with that block's payload exchanged, and all checksums as they should be.
Bytes with_payload(const Encoded& right, TreeLayout layout, std::size_t block, ByteView payload) {
  layout.blocks[block].payload = payload;
  layout.blocks[block].checksum = layout.blocks.size() == 1 ? 0 : TreeLayout::checksum_of(payload);
  return layout.write(*right.model);
}

constexpr TreeForm kForms[] = {TreeForm::Bytecode, TreeForm::Fast, TreeForm::Small};

TEST(TreeShapeDamage, FlippedAndCutBlocks) {
  constexpr int damages = 60;
  testing::Random random(11);
  ScanMemory memory;
  std::size_t damaged_later = 0;
  for (const TreeForm form : kForms) {
    Tally tally;
    for (const std::string& id : testing::all_languages()) {
      const Encoded right = prepare(id);
      for (const std::uint32_t block_nodes : {kBlockNodesMin, 100U, kBlockNodes}) {
        SCOPED_TRACE(id + ", form " + std::to_string(static_cast<int>(form)) + ", blocks of " +
                     std::to_string(block_nodes) + ", seed " + std::to_string(random.seed()));
        const Bytes bytes =
            encode_tree(*right.model, right.flat, right.source, {form, block_nodes});
        const auto layout =
            TreeLayout::read(*right.model, bytes, right.source.size(), kTreeNodesMax);
        ASSERT_TRUE(layout.ok()) << layout.error().message();
        for (int i = 0; i < damages; ++i) {
          const auto blocks = static_cast<std::uint32_t>(layout.value().blocks.size());
          const std::size_t block = random.below(blocks);
          const ByteView payload = layout.value().blocks[block].payload;
          Bytes damaged(payload.begin(), payload.end());
          const auto size = static_cast<std::uint32_t>(damaged.size());
          if (random.chance(25)) {
            damaged.resize(random.below(size));
          } else {
            for (std::uint32_t n = 1 + random.below(3); n > 0; --n)
              damaged[random.below(size)] ^= static_cast<std::uint8_t>(1U << random.below(8));
          }
          use(right, with_payload(right, layout.value(), block, damaged),
              std::make_unique<TextInChunks>(right.source), memory, tally);
          if (HasFatalFailure()) return;
        }
      }
    }
    EXPECT_GT(tally.refused, 0U);
    EXPECT_GT(tally.shaped, 0U);
    damaged_later += tally.damaged_later;
  }
  EXPECT_GT(damaged_later, 0U);
}

// The block of another place is a right one, but not here.
TEST(TreeShapeDamage, ExchangedBlocks) {
  testing::Random random(12);
  ScanMemory memory;
  for (const TreeForm form : kForms) {
    Tally tally;
    for (const char* id : {"c", "go", "json", "python"}) {
      const Encoded right = prepare(id);
      const Bytes bytes = encode_tree(*right.model, right.flat, right.source, {form, 100});
      const auto layout = TreeLayout::read(*right.model, bytes, right.source.size(), kTreeNodesMax);
      ASSERT_TRUE(layout.ok());
      const std::vector<TreeBlock>& blocks = layout.value().blocks;
      ASSERT_GT(blocks.size(), 2U);
      for (std::size_t block = 0; block < blocks.size(); ++block) {
        const auto other = random.below(static_cast<std::uint32_t>(blocks.size()));
        use(right, with_payload(right, layout.value(), block, blocks[other].payload),
            std::make_unique<TextInChunks>(right.source), memory, tally);
        if (HasFatalFailure()) return;
      }
    }
    EXPECT_GT(tally.refused, 0U);
  }
}

// Trees of one block have no checksum of their own, and theirs is not the only part.
TEST(TreeShapeDamage, FlippedAndCutTrees) {
  ScanMemory memory;
  for (const TreeForm form : kForms) {
    Tally tally;
    const Encoded right = prepare("json");
    for (const std::uint32_t block_nodes : {100U, kBlockNodes}) {
      const Bytes bytes = encode_tree(*right.model, right.flat, right.source, {form, block_nodes});
      for (std::size_t at = 0; at < bytes.size(); ++at) {
        Bytes damaged = bytes;
        damaged[at] ^= static_cast<std::uint8_t>(1U << at % 8);
        // The first byte says which reader it is for.
        if (at == 0 && !form_of_tree(damaged)) continue;
        use(right, damaged, std::make_unique<TextInChunks>(right.source), memory, tally);
        damaged.resize(at);
        if (at > 0)
          use(right, damaged, std::make_unique<TextInChunks>(right.source), memory, tally);
        if (HasFatalFailure()) return;
      }
    }
    EXPECT_GT(tally.refused, 0U);
  }
}

// Whatever part of the source is damaged: nodes stay nested, the fault is told, the text is zeros.
TEST(TreeShapeDamage, DamagedSources) {
  ScanMemory memory;
  for (const TreeForm form : kForms) {
    for (const char* id : {"c", "json", "python"}) {
      const Encoded right = prepare(id);
      const Bytes bytes = encode_tree(*right.model, right.flat, right.source, {form, 100});
      const std::size_t chunks = right.source.size() / TextInChunks::kChunkBytes;
      for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        Tally tally;
        use(right, bytes, std::make_unique<TextInChunks>(right.source, chunk), memory, tally);
        if (HasFatalFailure()) return;
        EXPECT_EQ(tally.refused + tally.damaged_later, 1U) << id << ", chunk " << chunk;
      }
      auto opened = LazyNodes::open(right.model, bytes, nullptr, {},
                                    std::make_unique<TextInChunks>(right.source, 1),
                                    right.source.size(), kTreeNodesMax, &memory);
      ASSERT_TRUE(opened.ok());
      EXPECT_FALSE(opened.value()->is_damaged());
      const std::string_view text =
          opened.value()->need_source(0, static_cast<std::uint32_t>(right.source.size()));
      EXPECT_TRUE(opened.value()->is_damaged());
      std::string expected = right.source;
      expected.replace(TextInChunks::kChunkBytes, TextInChunks::kChunkBytes,
                       TextInChunks::kChunkBytes, '\0');
      EXPECT_TRUE(text == expected);
    }
  }
}

}  // namespace
}  // namespace copse
