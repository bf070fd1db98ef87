// Stores a directory and lists its functions, a line each: path, line, name.
//
//   index_and_query DIR [STORE]
//
// Without STORE the store is a temporary one. Grammars are looked for in COPSE_GRAMMAR_PATH, a list
// of directories with colons between them, and otherwise where copse was installed.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "copse/workspace.h"

namespace {

// What a function definition with a name looks like is a matter of the language's grammar.
struct FunctionQuery {
  std::string_view language;
  std::string_view text;
};

constexpr FunctionQuery kFunctionQueries[] = {
    {"c",
     "(function_definition (function_declarator declarator: (identifier) @name))"
     "(function_definition (_ (function_declarator declarator: (identifier) @name)))"},
    {"cpp",
     "(function_definition (function_declarator declarator: (_) @name))"
     "(function_definition (_ (function_declarator declarator: (_) @name)))"},
    {"go",
     "(function_declaration name: (identifier) @name)"
     "(method_declaration name: (field_identifier) @name)"},
    {"java", "(method_declaration name: (identifier) @name)"},
    {"javascript", "(function_declaration name: (identifier) @name)"},
    {"python", "(function_definition name: (identifier) @name)"},
    {"rust", "(function_item name: (identifier) @name)"},
    {"typescript", "(function_declaration name: (identifier) @name)"},
};

std::vector<std::string> grammar_path() {
  const char* variable = std::getenv("COPSE_GRAMMAR_PATH");
  std::istringstream list(variable != nullptr ? variable : INSTALLED_GRAMMARS);
  std::vector<std::string> directories;
  for (std::string directory; std::getline(list, directory, ':');) {
    if (!directory.empty()) directories.push_back(directory);
  }
  return directories;
}

// A directory that goes when its owner goes.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "copse-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  // Empty when there could be none.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Brings the store up to date with the directory: parses what is new or changed, and commits.
copse::Status index(const std::string& directory, const std::string& store) {
  copse::IndexOptions options;
  options.store_directory = store;
  options.grammar_path = grammar_path();
  COPSE_TRY(const copse::IndexReport report, copse::index_directory(directory, options));
  for (const copse::FileProblem& file : report.plain) {
    std::cerr << file.path << ": kept as plain source: " << file.reason << '\n';
  }
  for (const copse::FileProblem& file : report.unreadable) {
    std::cerr << file.path << ": not readable: " << file.reason << '\n';
  }
  return copse::success();
}

// Prints a line for each function of one language. Nothing is parsed here: the trees are in the
// store.
copse::Status print_functions(const copse::Workspace& workspace, const FunctionQuery& query) {
  copse::QueryRequest request;
  request.text = query.text;
  request.language = query.language;
  const auto print = [](const copse::FileMatch& found) {
    for (const copse::Capture& capture : *found.match->captures) {
      const copse::Node name = capture.node;
      std::cout << found.path << ':' << name.start_point().row + 1 << ": " << name.text() << '\n';
    }
    return true;  // go on to the next match
  };
  COPSE_TRY(const copse::QueryReport report, workspace.query(request, print));
  for (const copse::FileProblem& file : report.unreadable) {
    std::cerr << file.path << ": " << file.reason << '\n';
  }
  return copse::success();
}

copse::Status run(const std::string& directory, const std::string& store) {
  COPSE_TRY_STATUS(index(directory, store));
  COPSE_TRY(const copse::Workspace workspace, copse::Workspace::open(store));
  for (const std::string& language : workspace.languages()) {
    for (const FunctionQuery& query : kFunctionQueries) {
      if (query.language == language) COPSE_TRY_STATUS(print_functions(workspace, query));
    }
  }
  return copse::success();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: index_and_query DIR [STORE]\n";
    return 2;
  }
  const TemporaryDirectory temporary;
  const copse::Status done = run(argv[1], argc == 3 ? argv[2] : temporary.path());
  if (done.ok()) return 0;
  std::cerr << "index_and_query: " << done.error().message() << '\n';
  return 1;
}
