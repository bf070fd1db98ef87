// Symbols from the index are those of the trees: after indexing, changes, compaction, with segments
// missing, damaged, or of another tags query.
#include "workspace/symbol_index.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "copse/compact.h"
#include "copse/workspace.h"

#include "postings/symbol_builder.h"
#include "store/layout.h"
#include "store/store_writer.h"
#include "workspace/language_table.h"
#include "workspace/symbol_collector.h"
#include "workspace/symbol_frames.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

// Name, path, row, column, role and kind, rows.
using Line = std::tuple<std::string, std::string, std::uint32_t, std::uint32_t, std::string,
                        std::uint32_t, std::uint32_t>;

SymbolRequest asked(const std::string& name, SymbolMatch match = SymbolMatch::Exact) {
  SymbolRequest request;
  request.name = name;
  request.match = match;
  return request;
}

class SymbolIndexTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "copse_symbols_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root = pattern;
    for (int i = 0; i < 20; ++i)
      write_c(i, i);
    write("same.c", c_source(3));
    write("a.py", "class A:\n  def f(self): return g()\n");
    write("b.json", "[1]\n");
    index();
  }
  void TearDown() override { std::filesystem::remove_all(root); }

  static std::string c_source(int seed) {
    std::string text;
    for (int i = 0; i < 10; ++i) {
      const std::string number = std::to_string(seed * 7 + i);
      text += "struct s" + number + " { int x; };\nint f" + number + "(void) { return 0; }\n";
    }
    return text + "static int common(int a);\n";
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(root + "/project/src");
    std::ofstream(root + "/project/" + name, std::ios::binary) << text;
  }
  void write_c(int file, int seed) const {
    write("src/f" + std::to_string(file) + ".c", c_source(seed));
  }
  std::string store() const { return root + "/project/.copse"; }
  void index() const {
    IndexOptions options;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.jobs = 2;
    const auto report = index_directory(root + "/project", options);
    ASSERT_TRUE(report.ok()) << report.error().message();
  }
  void compact() const {
    const auto report = compact_store(store(), {});
    ASSERT_TRUE(report.ok()) << report.error().message();
  }

  static SymbolReport ask(const Workspace& workspace, const SymbolRequest& request,
                          std::vector<Line>& lines) {
    auto report = workspace.symbols(request, [&](const Symbol& symbol) {
      lines.emplace_back(
          symbol.name, symbol.path, symbol.start.row, symbol.start.column,
          (symbol.is_definition ? "definition." : "reference.") + std::string(symbol.kind),
          symbol.first_row, symbol.last_row);
      return true;
    });
    EXPECT_TRUE(report.ok());
    EXPECT_EQ(report.value().symbols, lines.size());
    return std::move(report).value();
  }

  // The plain way: each file's tree.
  std::vector<Line> from_trees() const {
    auto opened = Store::open(real_file_system(), store());
    Workspace::Impl impl(std::move(opened).value());
    std::vector<Line> lines;
    for (std::size_t i = 0; i < impl.store.file_count(); ++i) {
      const FileRecord record = impl.store.file(i);
      const auto query = impl.tags_query(record);
      if (!record.tree || !query.ok()) continue;
      const auto entries = query.value().collect(Tree(impl.read_tree(record).value()));
      for (const SymbolEntry& entry : entries.value()) {
        const SymbolPlace& place = entry.place;
        lines.emplace_back(entry.name, record.path, place.row, place.column, entry.kind,
                           place.first_row, place.last_row);
      }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  // All answers right, and from the index unless so many files are to be walked.
  void expect_right(std::uint64_t walked = 0) const {
    const auto workspace = Workspace::open(store());
    ASSERT_TRUE(workspace.ok());
    const std::vector<Line> expected = from_trees();
    ASSERT_GT(expected.size(), 20U);
    std::vector<Line> all;
    const SymbolReport report = ask(workspace.value(), asked({}, SymbolMatch::Prefix), all);
    EXPECT_EQ(all, expected);
    EXPECT_EQ(report.files_walked, walked);
    EXPECT_TRUE(report.unreadable.empty());
    EXPECT_EQ(report.left_out, std::vector<std::string>{"json"});
    for (const std::string name : {"common", "f21", "A", "nothing"}) {
      std::vector<Line> right;
      std::copy_if(expected.begin(), expected.end(), std::back_inserter(right),
                   [&](const Line& line) { return std::get<0>(line) == name; });
      std::vector<Line> one;
      ask(workspace.value(), asked(name), one);
      EXPECT_EQ(one, right) << name;
      std::vector<Line> fuzzy;
      ask(workspace.value(), asked(name, SymbolMatch::Fuzzy), fuzzy);
      ASSERT_GE(fuzzy.size(), right.size());
      fuzzy.resize(right.size());
      EXPECT_EQ(fuzzy, right) << name;
    }
  }

  // Differences that a deep check finds.
  std::vector<std::string> differences() const {
    std::vector<std::string> found;
    VerifyOptions options;
    options.deep = true;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    const auto report = Workspace::open(store()).value().verify(
        options, [&](const std::string& text) { found.push_back(text); });
    EXPECT_TRUE(report.ok());
    EXPECT_EQ(report.value().differences, found.size());
    return found;
  }

  template <typename Change>
  void change_store(const Change& change) const {
    auto writer = StoreWriter::open_or_create(real_file_system(), store());
    ASSERT_TRUE(writer.ok()) << writer.error().message();
    change(writer.value());
    ASSERT_TRUE(writer.value().commit().ok());
  }
  std::map<std::string, FrameRef> frames() const {
    std::map<std::string, FrameRef> found;
    const Store opened = Store::open(real_file_system(), store()).value();
    for (const std::string& name : opened.named_frames()) {
      if (SymbolFrameName::parse(name)) found[name] = *opened.named_frame(name);
    }
    return found;
  }

  std::string root;
};

TEST_F(SymbolIndexTest, FollowsWhatIsIndexed) {
  ASSERT_NO_FATAL_FAILURE(expect_right());
  for (int round = 0; round < 12; ++round) {
    write_c(round, 100 + round);
    std::filesystem::remove(root + "/project/src/f" + std::to_string(round + 5) + ".c");
    ASSERT_NO_FATAL_FAILURE(index());
    ASSERT_NO_FATAL_FAILURE(expect_right());
  }
  EXPECT_LE(frames().size(), 2 * (8U + 1));
  ASSERT_NO_FATAL_FAILURE(compact());
  EXPECT_EQ(frames().size(), 2U);
  ASSERT_NO_FATAL_FAILURE(expect_right());
  const auto before = frames();
  ASSERT_NO_FATAL_FAILURE(compact());
  EXPECT_EQ(frames(), before);
}

TEST_F(SymbolIndexTest, FilesThatNoSegmentCoversAreWalked) {
  ASSERT_NO_FATAL_FAILURE(change_store([&](StoreWriter& writer) {
    for (const auto& [name, frame] : frames())
      ASSERT_TRUE(writer.set_named_frame(name, std::nullopt).ok());
  }));
  ASSERT_NO_FATAL_FAILURE(expect_right(22));
  write_c(1, 50);
  ASSERT_NO_FATAL_FAILURE(index());
  ASSERT_NO_FATAL_FAILURE(expect_right(21));
  ASSERT_NO_FATAL_FAILURE(compact());
  ASSERT_NO_FATAL_FAILURE(expect_right());
}

TEST_F(SymbolIndexTest, AnotherTagsQueryMakesOtherSymbols) {
  const TagsText text{"", "(identifier) @name @reference.word"};
  ASSERT_NO_FATAL_FAILURE(change_store([&](StoreWriter& writer) {
    const auto id = writer.put_shared(kTagsObject, pack_object(text.encode()));
    ASSERT_TRUE(writer.set_root(LanguageTable::tags_root("c"), id.value()).ok());
  }));
  ASSERT_NO_FATAL_FAILURE(expect_right(21));
  ASSERT_NO_FATAL_FAILURE(compact());
  ASSERT_NO_FATAL_FAILURE(expect_right());
  // Indexing brings back the grammar's own.
  ASSERT_NO_FATAL_FAILURE(index());
  ASSERT_NO_FATAL_FAILURE(expect_right(21));
}

TEST_F(SymbolIndexTest, DamageIsNamedAndHealsWithCompaction) {
  const std::vector<Line> expected = from_trees();
  const auto segments = frames();
  const Store opened = Store::open(real_file_system(), store()).value();
  for (const auto& [name, frame] : segments) {
    const std::string pack = store() + "/" + pack_name(frame.pack);
    const Bytes whole = real_file_system().read_file(pack, UINT64_MAX / 2).value();
    for (const double where : {0.01, 0.5, 0.99}) {
      SCOPED_TRACE(name + " at " + std::to_string(where));
      Bytes damaged = whole;
      const auto offset = static_cast<std::size_t>(static_cast<double>(frame.stored_bytes) * where);
      damaged[static_cast<std::size_t>(frame.offset) + 2 + offset] ^= 0x10;
      std::ofstream(pack, std::ios::binary) << as_text(damaged);
      const auto workspace = Workspace::open(store());
      std::vector<Line> all;
      const SymbolReport report = ask(workspace.value(), asked({}, SymbolMatch::Prefix), all);
      ASSERT_TRUE(!report.unreadable.empty() || all == expected);
      for (const FileProblem& problem : report.unreadable)
        EXPECT_TRUE(problem.path.starts_with("symbols/")) << problem.path;
      EXPECT_TRUE(std::includes(expected.begin(), expected.end(), all.begin(), all.end()));
      if (where == 0.99) break;
      std::ofstream(pack, std::ios::binary) << as_text(whole);
    }
  }
  ASSERT_NO_FATAL_FAILURE(compact());
  ASSERT_NO_FATAL_FAILURE(expect_right());
}

TEST_F(SymbolIndexTest, VerifySeesOtherSymbols) {
  EXPECT_EQ(differences(), std::vector<std::string>{});
  // A segment that is whole and wrong: one symbol of one file has another row.
  ASSERT_NO_FATAL_FAILURE(change_store([&](StoreWriter& writer) {
    const Store opened = Store::open(real_file_system(), store()).value();
    const auto record = opened.find("src/f2.c").value();
    const auto tags = opened.root(LanguageTable::tags_root("c"));
    Workspace::Impl impl(Store::open(real_file_system(), store()).value());
    auto entries = impl.tags_query(*record).value().collect(Tree(impl.read_tree(*record).value()));
    ++entries.value()[3].place.column;
    SymbolSegmentBuilder builder;
    ASSERT_TRUE(builder.add(symbol_document_key(*record, *tags), entries.value()).ok());
    ASSERT_TRUE(
        put_symbols(writer, SymbolFrameName::digits_of(record->grammar), builder.finish(3).value())
            .ok());
  }));
  EXPECT_EQ(differences(),
            std::vector<std::string>{"src/f2.c: its symbols are not those of its tree"});
}

TEST_F(SymbolIndexTest, VisitorAndLimitEndTheSearch) {
  const auto workspace = Workspace::open(store());
  std::uint64_t calls = 0;
  const auto stop_at = [&](const Symbol&) { return ++calls < 3; };
  const auto ended = workspace.value().symbols(asked({}, SymbolMatch::Prefix), stop_at);
  EXPECT_EQ(ended.value().symbols, 3U);
  std::vector<Line> lines;
  SymbolRequest limited = asked("co", SymbolMatch::Prefix);
  limited.limit = 5;
  ask(workspace.value(), limited, lines);
  EXPECT_EQ(lines.size(), 5U);
  EXPECT_EQ(workspace.value().symbols({}, stop_at).error().code(), ErrorCode::InvalidArgument);
  const std::atomic<bool> stop = true;
  SymbolRequest stopping = asked({}, SymbolMatch::Prefix);
  stopping.stop = &stop;
  const auto stopped = workspace.value().symbols(stopping, stop_at);
  EXPECT_EQ(stopped.error().code(), ErrorCode::Interrupted);
}

}  // namespace
}  // namespace copse
