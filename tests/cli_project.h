// A small directory of several languages and its store, for the tests of the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli_run.h"

namespace copse::cli_test {

inline constexpr std::string_view kMainC =
    "#include <stdio.h>\n"
    "\n"
    "static int add(int a, int b) { return a + b; }\n"
    "\n"
    "int main(void) {\n"
    "\tprintf(\"%d\\n\", add(1, 2));\n"
    "\treturn 0;\n"
    "}\n";
inline constexpr std::string_view kAppPy =
    "def greet(name):\n"
    "    return \"h\xc3\xa9llo \xff\" + name\n";
inline constexpr std::string_view kPageJs = "const add = (a, b) => a + b;\n";

// Everything happens below a scratch directory; the project is its folder "project".
class Project {
 public:
  Project() {
    write("src/main.c", kMainC);
    write("app.py", kAppPy);
    write("web/page.js", kPageJs);
    write("notes.txt", "nothing to parse\n");
    write(".gitignore", "gen/\n*.out.c\n");
    write("gen/table.c", "int table[] = {1, 2, 3};\n");
    write("src/x.out.c", "int x;\n");
  }

  std::string path() const { return scratch_ / "project"; }
  std::string operator/(std::string_view name) const { return path() + "/" + std::string(name); }
  std::string store() const { return *this / ".copse"; }
  const ScratchDirectory& scratch() const { return scratch_; }

  void write(const std::string& name, std::string_view content) const {
    write_file(*this / name, content);
  }

  // A command with the project as its current directory.
  RunResult copse(const std::vector<std::string>& arguments, RunOptions options = {}) const {
    options.directory = path();
    return run(arguments, options);
  }

  // Indexes and answers the report.
  rapidjson::Document index(std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), {"index", ".", "--json"});
    const RunResult result = copse(flags);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return parse_json(result.out);
  }

  void expect_clean(bool deep = true) const {
    const RunResult result = deep ? copse({"verify", "--deep"}) : copse({"verify"});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  }

  std::vector<std::string> stored_paths() const {
    const RunResult result = copse({"ls"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return lines_of(result.out);
  }

 private:
  ScratchDirectory scratch_;
};

inline std::uint64_t number(const rapidjson::Value& object, const char* name) {
  EXPECT_TRUE(object.HasMember(name) && object[name].IsUint64()) << name;
  return object.HasMember(name) && object[name].IsUint64() ? object[name].GetUint64() : 0;
}

inline std::string string(const rapidjson::Value& object, const char* name) {
  EXPECT_TRUE(object.HasMember(name) && object[name].IsString()) << name;
  if (!object.HasMember(name) || !object[name].IsString()) return {};
  return {object[name].GetString(), object[name].GetStringLength()};
}

// path: reason
inline std::vector<std::string> problems(const rapidjson::Value& report, const char* name) {
  std::vector<std::string> lines;
  EXPECT_TRUE(report.HasMember(name) && report[name].IsArray()) << name;
  for (const rapidjson::Value& each : report[name].GetArray()) {
    lines.push_back(string(each, "path") + ": " + string(each, "reason"));
  }
  return lines;
}

}  // namespace copse::cli_test
