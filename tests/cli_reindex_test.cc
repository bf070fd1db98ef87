// What a later run of indexing notices: changes behind a restored time, damage, parsers of another
// build, failures that have passed, a store of somebody else.
#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

void set_back(const std::string& path) {
  const timespec times[2] = {{.tv_sec = 1'577'836'800, .tv_nsec = 0},
                             {.tv_sec = 1'577'836'800, .tv_nsec = 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

// As cp -p, rsync and tar leave it: same size, same time of modification, same inode.
TEST(CliReindex, ContentChangedBehindARestoredTime) {
  const Project project;
  project.write("a.c", "int aaa;\n");
  set_back(project / "a.c");
  project.index();
  project.write("a.c", "int bbb;\n");
  set_back(project / "a.c");
  EXPECT_EQ(number(project.index(), "files_parsed"), 1U);
  EXPECT_EQ(project.copse({"cat", "a.c"}).out, "int bbb;\n");
}

TEST(CliReindex, DamagedFramesAreStoredAnew) {
  const Project project;
  project.index();
  for (const auto& entry : std::filesystem::directory_iterator(project.store() + "/packs")) {
    std::string bytes = read_file(entry.path());
    for (std::size_t i = 60; i < bytes.size(); i += 40)
      bytes[i] = static_cast<char>(bytes[i] ^ 1);
    write_file(entry.path(), bytes);
  }
  EXPECT_EQ(project.copse({"verify"}).exit_code, 2);
  EXPECT_EQ(number(project.index(), "files_parsed"), 3U);
  project.expect_clean();
  EXPECT_EQ(project.copse({"cat", "src/main.c"}).out, kMainC);
}

TEST(CliReindex, SpaceOfReplacedFilesComesBack) {
  const Project project;
  for (int i = 0; i < 20; ++i) {
    std::string text;
    for (int line = 0; line < 3000; ++line) {
      text += "int v" + std::to_string((i * 7919 + line * 104729) % 1000003) + ";\n";
    }
    project.write("big" + std::to_string(i) + ".c", text);
  }
  project.index();
  const auto pack_bytes = [&] {
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(project.store() + "/packs")) {
      bytes += entry.file_size();
    }
    return bytes;
  };
  const std::uintmax_t before = pack_bytes();
  for (int i = 1; i < 20; ++i)
    std::filesystem::remove(project / ("big" + std::to_string(i) + ".c"));
  EXPECT_EQ(number(project.index(), "files_removed"), 19U);
  EXPECT_LT(pack_bytes() * 4, before);
  project.expect_clean();
}

TEST(CliReindex, OneStoreServesOneDirectory) {
  const Project project;
  const Project other;
  const std::string store = project.scratch() / "shared_store";
  EXPECT_EQ(project.copse({"index", ".", "--store", store}).exit_code, 0);
  const RunResult refused = other.copse({"index", ".", "--store", store});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(contains(refused.err, "another directory"));
  EXPECT_EQ(project.copse({"index", ".", "--store", store}).exit_code, 0);
  EXPECT_EQ(lines_of(project.copse({"ls", "--store", store}).out).size(), 3U);
}

// A store inside its directory goes where that goes.
TEST(CliReindex, StoreMovesWithItsDirectory) {
  const Project project;
  project.index();
  const std::string moved = project.scratch() / "moved";
  std::filesystem::rename(project.path(), moved);
  const RunResult again = run({"index", moved, "--json"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(number(parse_json(again.out), "files_parsed"), 0U);
}

// A parser that ran out of time may have more of it in the next run.
TEST(CliReindex, PassingFailuresAreTriedAgain) {
  const Project project;
  std::string large = "int table[] = {";
  for (int i = 0; i < 300000; ++i)
    large += std::to_string(i % 97) + ", ";
  project.write("large.c", large + "0};\n");
  const auto first = project.index({"--parse-timeout", "0.02"});
  EXPECT_EQ(first["plain"].Size(), 1U);
  EXPECT_EQ(project.copse({"tree", "large.c"}).exit_code, 2);
  const auto second = project.index();
  EXPECT_EQ(second["plain"].Size(), 0U);
  EXPECT_EQ(number(second, "files_parsed"), 1U);
}

// What stays plain is named by every run.
TEST(CliReindex, PlainFilesAreNamedEachTime) {
  const Project project;
  project.write("image.c", std::string(4000, '\0'));
  for (int i = 0; i < 2; ++i) {
    const auto plain = problems(project.index(), "plain");
    ASSERT_EQ(plain.size(), 1U);
    EXPECT_TRUE(plain[0].starts_with("image.c: "));
  }
}

// A file too large for a sample, and alone in its language: its beginning is learnt from, so that
// its tree is small all the same.
TEST(CliReindex, LargeFileAlone) {
  const Project project;
  std::string large = "[";
  for (int i = 0; i < 60000; ++i) {
    large += "{\"id\": " + std::to_string(i) + ", \"tags\": [true, null, \"x\"]}, ";
  }
  project.write("large.json", large + "0]\n");
  project.index();
  const auto stats = parse_json(project.copse({"stats", "--json"}).out);
  for (const rapidjson::Value& language : stats["languages"].GetArray()) {
    if (!language["lang"].IsString() || string(language, "lang") != "json") continue;
    EXPECT_GT(number(language, "nodes"), 1000000U);
    EXPECT_LT(number(language, "stored_tree_bytes") * 8, number(language, "nodes"));
  }
  project.expect_clean();
}

TEST(CliReindex, QueriesOfLanguagesWithoutFiles) {
  const Project project;
  project.index();
  std::filesystem::remove(project / "app.py");
  project.index();
  EXPECT_EQ(project.copse({"query", "(((", "--lang", "python"}).exit_code, 2);
  EXPECT_EQ(project.copse({"query", "(identifier) @i", "--lang", "python"}).exit_code, 1);
  EXPECT_EQ(project.copse({"query", "(identifier) @i", "--lang", "c++"}).exit_code, 1);
  EXPECT_EQ(project.copse({"query", "(identifier) @i", "--lang", "klingon"}).exit_code, 2);
}

}  // namespace
}  // namespace copse::cli_test
