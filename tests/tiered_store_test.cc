// A store behind its tiers against a map of what was put into it. COPSE_SEED repeats a run.
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/metrics.h"
#include "copse/tiers.h"
#include "copse/workspace.h"

#include "core/io/memory_file_system.h"
#include "store/layout.h"
#include "store/store.h"
#include "testing/languages.h"

namespace copse {
namespace {

std::string c_source(std::uint32_t seed, std::uint32_t functions) {
  std::string text;
  for (std::uint32_t i = 0; i < functions; ++i) {
    const std::string n = std::to_string(seed * 1000 + i);
    text += "static int f" + n + "(int x) { return x > " + n + " ? g(x) : " + n + "; }\n";
  }
  return text;
}

class TiersTest : public ::testing::Test {
 protected:
  TierSettings settings() const {
    TierSettings settings;
    settings.storage_dir = "/store";
    settings.storage = storage_;
    settings.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    return settings;
  }
  static TieredWorkspace open(const TierSettings& settings) {
    auto opened = TieredWorkspace::open(settings);
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    return std::move(opened).value();
  }
  static void put(TieredWorkspace& tiers, const std::string& path, const std::string& text) {
    const auto stored = tiers.store(path, hash_source(text), text);
    ASSERT_TRUE(stored.ok()) << stored.error().message();
    EXPECT_EQ(stored.value().source_bytes, text.size());
  }

  static std::uint64_t value_of(const TieredWorkspace& tiers, std::string_view name,
                                std::string_view tier = {}) {
    const auto families = tiers.metrics();
    EXPECT_TRUE(prometheus_text(families).ok());
    for (const MetricFamily& family : families) {
      for (const MetricSample& sample : family.samples) {
        const bool is_it = sample.labels.empty() ? tier.empty() : sample.labels[0].second == tier;
        if (family.name == name && is_it) return sample.value;
      }
    }
    ADD_FAILURE() << "no " << name;
    return 0;
  }

  Storage storage_ = Storage::memory();
};

TEST_F(TiersTest, RandomOperationsAgainstAMap) {
  testing::Random random(7);
  TierSettings small = settings();
  small.memory_budget_mb = 40;
  auto tiers = std::make_unique<TieredWorkspace>(open(small));
  std::map<std::string, std::string> model;
  for (int step = 0; step < 1500; ++step) {
    const std::string path = "d/f" + std::to_string(random.below(60)) + ".c";
    const std::uint32_t choice = random.below(100);
    const auto known = model.find(path);
    if (choice < 15) {
      model[path] = c_source(random.below(50), 1 + random.below(900));
      put(*tiers, path, model[path]);
    } else if (choice < 80) {
      const auto tree = known != model.end() && random.chance(50)
                            ? tiers->get(path, hash_source(known->second))
                            : tiers->get(path);
      ASSERT_EQ(tree.ok(), known != model.end()) << (tree.ok() ? path : tree.error().message());
      if (!tree.ok()) continue;
      ASSERT_EQ(tree.value().source(), known->second);
      ASSERT_EQ(tree.value().root().end_byte(), known->second.size());
      ASSERT_FALSE(tiers->get(path, hash_source("another")).ok());
    } else if (choice < 88) {
      ASSERT_EQ(tiers->freeze(path).ok(), known != model.end());
    } else if (choice < 96) {
      ASSERT_EQ(tiers->thaw(path).ok(), known != model.end());
    } else if (choice < 99) {
      ASSERT_TRUE(tiers->manage_tiers().ok());
    } else {
      tiers.reset();
      tiers = std::make_unique<TieredWorkspace>(open(small));
    }
  }
  ASSERT_TRUE(tiers->manage_tiers().ok());
  EXPECT_EQ(tiers->report().value().pending_files, 0U);
  const auto plain = Workspace::open("/store", {.storage = storage_});
  ASSERT_TRUE(plain.ok());
  for (const auto& [path, text] : model) {
    const auto tree = tiers->get(path);
    ASSERT_TRUE(tree.ok()) << tree.error().message();
    EXPECT_EQ(tree.value().to_sexp(), plain.value().tree(path).value().to_sexp());
    EXPECT_EQ(tiers->source(path).value(), text);
  }
}

TEST_F(TiersTest, GoesUpAndDown) {
  TieredWorkspace tiers = open(settings());
  const std::string text = c_source(1, 20);
  put(tiers, "a.c", text);
  EXPECT_EQ(tiers.place("a.c").value().tier, Tier::Hot);
  EXPECT_GT(tiers.place("a.c").value().compression_ratio(), 0);
  EXPECT_FALSE(tiers.place("a.c").value().pack.has_value());
  ASSERT_TRUE(tiers.freeze("a.c").ok());
  EXPECT_EQ(tiers.place("a.c").value().tier, Tier::Frozen);
  EXPECT_TRUE(tiers.place("a.c").value().pack.has_value());
  ASSERT_TRUE(tiers.thaw("a.c").ok());
  EXPECT_EQ(tiers.place("a.c").value().tier, Tier::Hot);
}

// Its tree is parsed again, its source cannot be had from anywhere.
TEST_F(TiersTest, ParsesAgainWhatIsDamaged) {
  const auto disk = std::make_shared<MemoryFileSystem>();
  storage_ = Storage::over("memory", disk);
  const std::string text = c_source(1, 60);
  std::string whole;
  {
    TieredWorkspace tiers = open(settings());
    put(tiers, "a.c", text);
    ASSERT_TRUE(tiers.manage_tiers().ok());
    whole = tiers.get("a.c").value().to_sexp();
  }
  const auto record = Store::open(*disk, "/store").value().find("a.c").value();
  const auto flip = [&](const FrameRef& ref) {
    const std::string path = "/store/" + pack_name(ref.pack);
    Bytes bytes = disk->read_file(path, 1 << 24).value();
    bytes[static_cast<std::size_t>(ref.offset) + 20] ^= 1;
    ASSERT_TRUE(disk->overwrite(path, bytes).ok());
  };
  flip(*record->tree);
  {
    TieredWorkspace tiers = open(settings());
    const auto tree = tiers.get("a.c", hash_source(text));
    ASSERT_TRUE(tree.ok()) << tree.error().message();
    EXPECT_EQ(tree.value().to_sexp(), whole);
    EXPECT_EQ(value_of(tiers, "copse_fallbacks_total"), 1U);
    EXPECT_EQ(tiers.place("a.c").value().tier, Tier::Frozen);
    TierSettings without = settings();
    without.grammar_path.clear();
    EXPECT_EQ(open(without).get("a.c").error().code(), ErrorCode::Corrupt);
  }
  flip(record->source);
  TieredWorkspace tiers = open(settings());
  EXPECT_EQ(tiers.get("a.c").error().code(), ErrorCode::Corrupt);
  EXPECT_EQ(tiers.source("a.c").error().code(), ErrorCode::Corrupt);
}

TEST_F(TiersTest, CountsWhatItDoes) {
  TieredWorkspace tiers = open(settings());
  for (std::uint32_t i = 0; i < 8; ++i) {
    put(tiers, std::to_string(i) + ".c", c_source(i, 20));
  }
  EXPECT_EQ(value_of(tiers, "copse_pending_files"), 8U);
  ASSERT_TRUE(tiers.manage_tiers().ok());
  EXPECT_EQ(value_of(tiers, "copse_pending_files"), 0U);
  EXPECT_EQ(value_of(tiers, "copse_tier_entries", "hot"), 8U);
  EXPECT_EQ(value_of(tiers, "copse_tier_entries", "frozen"), 8U);
  const std::uint64_t hits = value_of(tiers, "copse_tier_hits_total", "hot");
  ASSERT_TRUE(tiers.get("3.c").ok());
  EXPECT_EQ(value_of(tiers, "copse_tier_hits_total", "hot"), hits + 1);
  ASSERT_TRUE(tiers.freeze("3.c").ok());
  const std::uint64_t promotions = value_of(tiers, "copse_tier_promotions_total", "hot");
  ASSERT_TRUE(tiers.get("3.c").ok());
  EXPECT_EQ(value_of(tiers, "copse_tier_promotions_total", "hot"), promotions + 1);
  EXPECT_FALSE(tiers.get("none.c").ok());
  EXPECT_EQ(value_of(tiers, "copse_tier_misses_total", "frozen"), 1U);
  EXPECT_EQ(value_of(tiers, "copse_memory_budget_bytes"), 50'000'000U);
}

// Another's commit is seen after refresh(), and what it changed is no longer in memory.
TEST_F(TiersTest, SeesWhatOthersWrote) {
  TieredWorkspace reader = open(settings());
  {
    TieredWorkspace writer = open(settings());
    put(writer, "a.c", c_source(1, 10));
    put(writer, "b.c", c_source(2, 10));
  }
  EXPECT_EQ(reader.get("a.c").error().code(), ErrorCode::NotFound);
  ASSERT_TRUE(reader.refresh().ok());
  ASSERT_TRUE(reader.get("a.c").ok() && reader.get("b.c").ok());
  TieredWorkspace writer = open(settings());
  put(writer, "a.c", c_source(3, 10));
  ASSERT_TRUE(writer.manage_tiers().ok());
  EXPECT_EQ(reader.get("a.c").value().source(), c_source(1, 10));
  const std::string another = c_source(4, 10);
  EXPECT_EQ(reader.store("c.c", hash_source(another), another).error().code(), ErrorCode::Busy);
  ASSERT_TRUE(reader.refresh().ok());
  EXPECT_EQ(reader.place("a.c").value().tier, Tier::Frozen);
  EXPECT_EQ(reader.place("b.c").value().tier, Tier::Hot);
  EXPECT_EQ(reader.get("a.c").value().source(), c_source(3, 10));
}

TEST_F(TiersTest, RefusesBeyondItsDiskAndLosesNothing) {
  TierSettings small = settings();
  small.max_disk_gb = 0.0003;
  TieredWorkspace tiers = open(small);
  std::vector<std::string> kept;
  bool refused = false;
  for (std::uint32_t i = 0; i < 2000 && !refused; ++i) {
    const std::string text = c_source(i, 200);
    const auto stored = tiers.store(std::to_string(i) + ".c", hash_source(text), text);
    refused = !stored.ok();
    if (stored.ok()) kept.push_back(text);
    if (refused) {
      EXPECT_EQ(stored.error().code(), ErrorCode::LimitExceeded);
    }
  }
  EXPECT_TRUE(refused);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(tiers.source(std::to_string(i) + ".c").value(), kept[i]);
  }
}

TEST_F(TiersTest, ManyThreads) {
  TierSettings small = settings();
  small.memory_budget_mb = 40;
  TieredWorkspace tiers = open(small);
  std::vector<std::string> texts;
  for (std::uint32_t i = 0; i < 24; ++i) {
    texts.push_back(c_source(i, 400));
    put(tiers, std::to_string(i) + ".c", texts.back());
  }
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      testing::Random random(thread);
      for (int i = 0; i < 200; ++i) {
        const std::uint32_t file = random.below(24);
        const std::string path = std::to_string(file) + ".c";
        if (thread == 0 && i % 20 == 0) {
          put(tiers, path, texts[file]);
        } else if (random.chance(5)) {
          EXPECT_TRUE(tiers.freeze(path).ok());
        }
        const auto tree = tiers.get(path);
        ASSERT_TRUE(tree.ok()) << tree.error().message();
        EXPECT_EQ(tree.value().source(), texts[file]);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace copse
