// The files that a store holds, as the rivals see them: paths and languages, read and parsed anew.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tree_sitter/api.h>

namespace copse::bench {

struct SourceFile {
  std::string language;
  std::string path;
};

// A list has a line a file, "<language>\t<path>". Ends the program when it cannot be read.
std::vector<SourceFile> read_list(const std::string& list_path);

// The whole file into `text`, whose memory is used again. Ends the program when it cannot be read.
void read_source(const std::string& path, std::string& text);

// The grammar that copse loads, from the same shared object. Ends the program when there is none.
const TSLanguage* load_language(const std::string& id);

struct TreeDeleter {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
using TreePointer = std::unique_ptr<TSTree, TreeDeleter>;

// A parser for each language; for one thread.
class Parsers {
 public:
  TreePointer parse(const std::string& language, std::string_view source);

 private:
  struct ParserDeleter {
    void operator()(TSParser* parser) const { ts_parser_delete(parser); }
  };

  std::map<std::string, std::unique_ptr<TSParser, ParserDeleter>> parsers_;
};

// Calls visit(thread, file, source, tree) for every file, on `threads` threads that take the next
// file when they are done with one. The tree is the visitor's to keep.
using TreeVisitor = std::function<void(unsigned, const SourceFile&, std::string_view, TreePointer)>;
void parse_all(const std::vector<SourceFile>& files, unsigned threads, const TreeVisitor& visit);

// Says why and ends the program: a benchmark has nobody to return an error to.
[[noreturn]] void give_up(const std::string& why);

}  // namespace copse::bench
