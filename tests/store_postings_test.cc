// Postings of a store through its life: what they answer is what the files' facts, collected anew,
// say.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <sys/wait.h>
#include <vector>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "copse/compact.h"
#include "copse/workspace.h"

#include "core/io/file_system.h"
#include "postings/postings_builder.h"
#include "store/store_writer.h"
#include "testing/languages.h"
#include "workspace/postings_frames.h"
#include "workspace/postings_index.h"

namespace copse {
namespace {

using Files = std::set<std::string>;

class PostingsTest : public ::testing::Test {
 protected:
  PostingsTest()
      : directory_(std::filesystem::path(::testing::TempDir()) /
                   ("postings_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(directory_);
    for (int i = 0; i < 12; ++i)
      write("d" + std::to_string(i % 3) + "/f" + std::to_string(i) + ".c", source(i));
    write("twin.c", source(3));
    write("app.py", "def greet(name):\n    return \"hello\\n\" + name\n");
    write("torn.c", "int f( { if x } return \"a\\nb\"");
  }
  ~PostingsTest() override { std::filesystem::remove_all(directory_); }

  static std::string source(int i) {
    const std::string n = std::to_string(i);
    std::string text = "static int common" + n + "(struct thing *it)\n{\n";
    if (i % 2 == 0) text += "  goto out_" + n + ";\nout_" + n + ":\n";
    if (i % 3 == 0)
      text += "  for (int i = 0; i < " + n + "00; ++i) printf(\"x\\nyz" + n + "\");\n";
    return text + "  return it->field + 0x" + n + "BEEF; /* word" + n + " */\n}\n";
  }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((directory_ / path).parent_path());
    std::ofstream(directory_ / path, std::ios::binary) << text;
  }
  void remove(const std::string& path) const { std::filesystem::remove(directory_ / path); }
  std::string store() const { return (directory_ / ".copse").string(); }

  IndexOptions index_options(bool processes = false) const {
    IndexOptions options;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    if (processes) options.parse_command = {COPSE_BINARY, "parse-worker"};
    return options;
  }
  void index(bool processes = false) const {
    const auto report = index_directory(directory_.string(), index_options(processes));
    ASSERT_TRUE(report.ok()) << report.error().message();
  }
  CompactReport compact() const {
    const auto report = compact_store(store(), CompactOptions());
    EXPECT_TRUE(report.ok()) << report.error().message();
    return report.ok() ? report.value() : CompactReport();
  }

  Store open() const {
    auto opened = Store::open(real_file_system(), store());
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    return std::move(opened).value();
  }
  StoreWriter writer() const {
    auto opened = StoreWriter::open_or_create(real_file_system(), store());
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    return std::move(opened).value();
  }

  // Each stored file's facts, from its source.
  static std::map<std::uint32_t, DocumentFacts> fresh_facts(const Store& store,
                                                            const Workspace& workspace,
                                                            const std::string& language) {
    std::map<std::uint32_t, DocumentFacts> facts;
    FactCollector collector(testing::language(language).grammar());
    for (std::uint32_t i = 0; i < store.file_count(); ++i) {
      if (store.file(i).language != language) continue;
      const std::string text = workspace.source(store.path(i)).value();
      facts[i] = collector.collect(testing::parse_flat(language, text).nodes, text);
      sort_facts(facts[i]);
    }
    return facts;
  }

  // Every kind, edge and word of every file is looked up. Answers the paths that are not covered.
  Files check() const {
    Files uncovered;
    const Store store = open();
    const auto workspace = Workspace::open(this->store());
    EXPECT_TRUE(workspace.ok());
    const PostingsIndex index = PostingsIndex::open(store);
    for (const std::string language : {"c", "python"}) {
      const auto facts = fresh_facts(store, workspace.value(), language);
      if (facts.empty()) continue;
      const GrammarPostings* const postings = index.find(store.file(facts.begin()->first).grammar);
      EXPECT_NE(postings, nullptr);
      if (postings == nullptr) return uncovered;
      EXPECT_EQ(postings->files().count(), facts.size());
      for (const std::uint32_t file : postings->uncovered().to_vector())
        uncovered.insert(std::string(store.path(file)));
      check_grammar(*postings, facts);
    }
    notes_ = index.damage_notes();
    return uncovered;
  }

  template <typename Has>
  static DocumentSet expected(const GrammarPostings& postings,
                              const std::map<std::uint32_t, DocumentFacts>& facts, const Has& has) {
    DocumentSet files = postings.uncovered();
    for (const auto& [file, each] : facts) {
      if (has(each)) files.add(file);
    }
    return files;
  }

  static void check_grammar(const GrammarPostings& postings,
                            const std::map<std::uint32_t, DocumentFacts>& facts) {
    std::set<std::uint16_t> kinds;
    std::set<FactEdge> edges;
    std::set<std::uint32_t> words;
    for (const auto& [file, each] : facts) {
      kinds.insert(each.kinds.begin(), each.kinds.end());
      edges.insert(each.edges.begin(), each.edges.end());
      words.insert(each.words.begin(), each.words.end());
    }
    kinds.insert(1);
    for (const std::uint16_t kind : kinds) {
      EXPECT_TRUE(is_answer(postings, postings.files_with_kind(kind),
                            expected(postings, facts, [&](const DocumentFacts& each) {
                              return std::ranges::binary_search(each.kinds, kind);
                            })));
    }
    for (const FactEdge& edge : edges) {
      const EdgePattern pattern{edge.parent, edge.field, edge.child};
      EXPECT_TRUE(is_answer(postings, postings.files_with_edge(pattern),
                            expected(postings, facts, [&](const DocumentFacts& each) {
                              return std::ranges::binary_search(each.edges, edge);
                            })));
    }
    for (const std::uint32_t word : words) {
      EXPECT_TRUE(is_answer(postings, postings.files_with_word(word),
                            expected(postings, facts, [&](const DocumentFacts& each) {
                              return each.any_word || std::ranges::binary_search(each.words, word);
                            })));
    }
    EXPECT_TRUE(is_answer(
        postings, postings.files_with_missing(),
        expected(postings, facts, [](const DocumentFacts& each) { return each.has_missing; })));
  }

  // Small stores know words by 24 bits, so nothing is found in vain here; where something is
  // damaged, everything may be.
  static bool is_answer(const GrammarPostings& postings, const DocumentSet& found,
                        const DocumentSet& expected) {
    return found == expected || (found == postings.files() && expected.is_within(found));
  }

  std::vector<std::string> frames() const { return open().named_frames(); }
  std::size_t segments() const {
    const auto names = frames();
    return static_cast<std::size_t>(std::ranges::count_if(
        names, [](const std::string& name) { return name.starts_with(kPostingsPrefix); }));
  }
  std::uint32_t documents(const std::string& path) const {
    const Store store = open();
    const std::string grammar = postings_grammar(store.find(path).value().value().grammar.content);
    std::uint32_t count = 0;
    const auto numbers = postings_numbers(store.named_frames());
    for (const std::uint64_t number : numbers.at(grammar))
      count += open_postings(store, {grammar, number}).value().document_count();
    return count;
  }

  std::filesystem::path directory_;
  mutable std::vector<std::string> notes_;
};

TEST_F(PostingsTest, AnswerAsTheFilesDo) {
  index();
  EXPECT_EQ(check(), Files());
  EXPECT_EQ(documents("twin.c"), 13U);  // equal files are one
  EXPECT_TRUE(notes_.empty());
  const auto workspace = Workspace::open(store());
  EXPECT_GT(workspace.value().stats().value().postings_bytes, 1000U);
}

TEST_F(PostingsTest, FollowChanges) {
  index(true);
  for (int round = 0; round < 12; ++round) {
    write("d1/f1.c", source(100 + round));
    write("d1/new" + std::to_string(round) + ".c", source(200 + round));
    remove("d0/f" + std::to_string(round) + ".c");
    index(round % 2 == 0);
    EXPECT_EQ(check(), Files());
    EXPECT_LE(segments(), 2 * 8U);
  }
  compact();
  EXPECT_EQ(check(), Files());
  EXPECT_EQ(segments(), 2U);
  // What is gone is left out.
  const auto workspace = Workspace::open(store());
  std::set<std::string> contents;
  const auto files = workspace.value().files();
  for (const StoredFile& file : files.value()) {
    if (file.language == "c") contents.insert(workspace.value().source(file.path).value());
  }
  EXPECT_EQ(documents("twin.c"), contents.size());
  const std::uint64_t generation = open().generation();
  compact();
  EXPECT_EQ(open().generation(), generation);
}

TEST_F(PostingsTest, OfStoresThatHadNoneComeWithCompaction) {
  index();
  {
    StoreWriter without = writer();
    for (const std::string& name : without.named_frames())
      ASSERT_TRUE(without.set_named_frame(name, {}).ok());
    ASSERT_TRUE(without.commit().ok());
  }
  EXPECT_EQ(check().size(), 15U);
  write("late.c", source(77));
  index();
  EXPECT_EQ(check().size(), 15U);  // the new one is covered
  compact();
  EXPECT_EQ(check(), Files());
  EXPECT_EQ(segments(), 2U);
}

TEST_F(PostingsTest, DamageMakesCandidatesAndNoWrongAnswer) {
  index();
  const Store before = open();
  const PostingsName name{postings_grammar(before.find("twin.c").value().value().grammar.content),
                          1};
  const FrameRef ref = *before.named_frame(name.text());
  for (const std::uint64_t at : {std::uint64_t{20}, std::uint64_t{ref.stored_bytes} / 2,
                                 std::uint64_t{ref.stored_bytes} - 2}) {
    for (const auto& pack : std::filesystem::directory_iterator(store() + "/packs")) {
      std::fstream file(pack.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(ref.offset + at));
      const char byte = static_cast<char>(file.get());
      file.seekp(static_cast<std::streamoff>(ref.offset + at));
      file.put(static_cast<char>(byte ^ 1));
      file.close();
      check();
      ASSERT_FALSE(notes_.empty());
      EXPECT_TRUE(notes_.front().starts_with(name.text() + ": ")) << notes_.front();
      std::fstream back(pack.path(), std::ios::in | std::ios::out | std::ios::binary);
      back.seekp(static_cast<std::streamoff>(ref.offset + at));
      back.put(byte);
    }
  }
  EXPECT_EQ(check(), Files());
  EXPECT_TRUE(notes_.empty());
}

TEST_F(PostingsTest, CompactionMakesDamagedOnesAnew) {
  index();
  {
    StoreWriter damaged = writer();
    for (const std::string& name : damaged.named_frames()) {
      if (!name.starts_with(kPostingsPrefix)) continue;
      ASSERT_TRUE(
          put_postings(damaged, *PostingsName::parse(name), as_bytes("no segment at all")).ok());
    }
    ASSERT_TRUE(damaged.commit().ok());
  }
  EXPECT_EQ(check().size(), 15U);
  EXPECT_FALSE(notes_.empty());
  compact();
  EXPECT_EQ(check(), Files());
  EXPECT_TRUE(notes_.empty());
}

TEST_F(PostingsTest, DeepVerificationNamesAWrongOne) {
  index();
  const auto differences = [&] {
    VerifyOptions options;
    options.deep = true;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    std::vector<std::string> texts;
    const auto report = Workspace::open(store()).value().verify(
        options, [&](const std::string& text) { texts.push_back(text); });
    EXPECT_TRUE(report.ok());
    EXPECT_EQ(report.value().differences, texts.size());
    return texts;
  };
  EXPECT_EQ(differences(), std::vector<std::string>());
  const Store before = open();
  const FileRecord record = before.find("d1/f4.c").value().value();
  const std::string text = source(4);
  FactCollector collector(testing::language("c").grammar());
  DocumentFacts facts = collector.collect(testing::parse_flat("c", text).nodes, text);
  facts.kinds.erase(facts.kinds.begin());  // the root's
  facts.words.pop_back();
  PostingsBuilder builder(record.grammar.content);
  builder.add(document_key(record), facts);
  {
    StoreWriter planted = writer();
    const PostingsName name{postings_grammar(record.grammar.content), 1};
    ASSERT_TRUE(put_postings(planted, name, builder.finish()).ok());
    ASSERT_TRUE(planted.commit().ok());
  }
  const auto found = differences();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], "d1/f4.c: its postings lack the kind translation_unit");
  EXPECT_TRUE(found[1].starts_with("d1/f4.c: its postings lack a word of number ")) << found[1];
}

TEST_F(PostingsTest, AKilledRunLeavesCandidates) {
  testing::Random random(31);
  SCOPED_TRACE("COPSE_SEED=" + std::to_string(random.seed()));
  for (int i = 0; i < 60; ++i)
    write("many/f" + std::to_string(i) + ".c", source(i));

  for (int kill_number = 0; kill_number < 12; ++kill_number) {
    for (int i = 0; i < 60; ++i) {
      if (random.chance(50)) {
        write("many/f" + std::to_string(i) + ".c", source(i + 100 * kill_number));
      }
    }
    const pid_t id = ::fork();
    if (id == 0) {
      IndexOptions options = index_options(true);
      options.commit_interval_s = 0;
      ::_exit(index_directory(directory_.string(), options).ok() ? 0 : 1);
    }
    ::usleep(50'000 + random.below(400'000));
    ::kill(id, SIGKILL);
    ::waitpid(id, nullptr, 0);
    if (!Store::open(real_file_system(), store()).ok()) continue;
    check();
    if (HasFailure()) return;
  }
  index();
  check();
  compact();
  EXPECT_EQ(check(), Files());
}

}  // namespace
}  // namespace copse
