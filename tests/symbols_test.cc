// copse symbols and copse outline from outside.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli_project.h"

namespace copse::cli_test {
namespace {

constexpr std::string_view kShapesPy =
    "LIMIT = 3\n"
    "\n"
    "class Shape:\n"
    "    def area(self):\n"
    "        return add(self.width(), 1)\n"
    "\n"
    "    class Inner:\n"
    "        def add(self):\n"
    "            pass\n"
    "\n"
    "def add(a, b):\n"
    "    return a + b\n";

class SymbolsTest : public testing::Test {
 protected:
  void SetUp() override {
    project.write("lib/shapes.py", kShapesPy);
    project.index();
  }

  void check(const std::vector<std::string>& arguments, const std::string& expected,
             int exit_code = 0) const {
    const RunResult result = project.copse(arguments);
    EXPECT_EQ(result.out, expected) << result.err;
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
  }

  Project project;
};

TEST_F(SymbolsTest, ExactNameInOrderOfPathsAndPlaces) {
  check({"symbols", "add"},
        "lib/shapes.py:5:16: ref call add\n"
        "lib/shapes.py:8:13: function add\n"
        "lib/shapes.py:11:5: function add\n"
        "src/main.c:3:12: function add\n"
        "web/page.js:1:7: function add\n");
  check({"symbols", "ad"}, "", 1);
  check({"symbols", "Add"}, "", 1);
}

TEST_F(SymbolsTest, Filters) {
  check({"symbols", "add", "--refs"}, "lib/shapes.py:5:16: ref call add\n");
  check({"symbols", "add", "--defs", "--format", "count"}, "4\n");
  check({"symbols", "add", "--lang", "js"}, "web/page.js:1:7: function add\n");
  check({"symbols", "add", "--path", "src/**"}, "src/main.c:3:12: function add\n");
  check({"symbols", "add", "--limit", "1"}, "lib/shapes.py:5:16: ref call add\n");
  check({"symbols", "--kind", "class"},
        "lib/shapes.py:7:11: class Inner\nlib/shapes.py:3:7: class Shape\n");
  check({"symbols", "--kind", "constant", "--lang", "python"},
        "lib/shapes.py:1:1: constant LIMIT\n");
  check({"symbols", "--kind", "nothing"}, "", 1);
}

TEST_F(SymbolsTest, PrefixAndFuzzy) {
  check({"symbols", "--prefix", "a", "--path", "lib/*"},
        "lib/shapes.py:5:16: ref call add\n"
        "lib/shapes.py:8:13: function add\n"
        "lib/shapes.py:11:5: function add\n"
        "lib/shapes.py:4:9: function area\n");
  check({"symbols", "--fuzzy", "shap"}, "lib/shapes.py:3:7: class Shape\n");
  check({"symbols", "--fuzzy", "grete"}, "app.py:1:5: function greet\n");
  // Better names first, whatever the order of their bytes.
  check({"symbols", "--fuzzy", "in", "--defs"},
        "lib/shapes.py:7:11: class Inner\nsrc/main.c:5:5: function main\n");
}

TEST_F(SymbolsTest, Json) {
  check({"symbols", "Shape", "--format", "jsonl"},
        R"({"path":"lib/shapes.py","lang":"python","name":"Shape","kind":"class",)"
        R"("role":"definition","start":[2,6],"first_row":2,"last_row":8})"
        "\n");
}

TEST_F(SymbolsTest, Mistakes) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"symbols", "a", "--prefix", "--fuzzy"},
        {"symbols", "a", "--refs", "--defs"},
        {"symbols", "--fuzzy"},
        {"symbols", "a", "--format", "xml"},
        {"symbols", "a", "--store", "nowhere"},
        {"outline"},
        {"outline", "no/such.c"}}) {
    const RunResult result = project.copse(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(result.err.starts_with("copse: ")) << result.err;
  }
  // A language without a tags query is named when nothing was found.
  project.write("data.json", "{\"a\": 1}\n");
  project.index();
  const RunResult result = project.copse({"symbols", "nothing"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(contains(result.err, "json"));
  EXPECT_FALSE(contains(project.copse({"symbols", "nothing", "--lang", "c"}).err, "json"));
  EXPECT_EQ(project.copse({"outline", "data.json"}).exit_code, 2);
}

TEST_F(SymbolsTest, OutlineNests) {
  check({"outline", "lib/shapes.py"},
        "1:1: constant LIMIT\n"
        "3:7: class Shape\n"
        "  4:9: function area\n"
        "  7:11: class Inner\n"
        "    8:13: function add\n"
        "11:5: function add\n");
  check({"outline", "web/page.js", "--format", "jsonl"},
        R"({"name":"add","kind":"function","depth":0,"start":[0,6],"start_byte":6,)"
        R"("begin_byte":6,"end_byte":27,"first_row":0,"last_row":0})"
        "\n");
  project.write("empty.c", "\n");
  project.index();
  check({"outline", "empty.c"}, "", 1);
}

// Files that came later, changed or went.
TEST_F(SymbolsTest, FollowTheDirectory) {
  project.write("src/more.c", "int subtract(int a) { return a; }\n");
  project.write("web/page.js", "const subtract = (a) => a;\n");
  project.write("src/copy.c", kMainC);
  project.index();
  const std::string expected =
      "src/more.c:1:5: function subtract\nweb/page.js:1:7: function subtract\n";
  check({"symbols", "subtract"}, expected);
  check({"symbols", "main"}, "src/copy.c:5:5: function main\nsrc/main.c:5:5: function main\n");
  EXPECT_EQ(project.copse({"compact"}).exit_code, 0);
  check({"symbols", "subtract"}, expected);
  check({"symbols", "main"}, "src/copy.c:5:5: function main\nsrc/main.c:5:5: function main\n");
}

}  // namespace
}  // namespace copse::cli_test
