// Reading and parsing as simply and as fast as tree-sitter allows: what copse is compared with.
#include "common/corpus.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sys/stat.h>
#include <thread>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

namespace copse::bench {

void give_up(const std::string& why) {
  std::cerr << program_invocation_short_name << ": " << why << '\n';
  std::_Exit(2);
}

std::vector<SourceFile> read_list(const std::string& list_path) {
  std::ifstream list(list_path, std::ios::binary);
  if (!list) give_up("cannot read " + list_path);
  std::vector<SourceFile> files;
  for (std::string line; std::getline(list, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) give_up(list_path + ": a line without a tab");
    files.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  return files;
}

void read_source(const std::string& path, std::string& text) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (file < 0 || ::fstat(file, &info) != 0) give_up("cannot read " + path);
  text.resize(static_cast<std::size_t>(info.st_size));
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t got = ::read(file, text.data() + done, text.size() - done);
    if (got <= 0) give_up("cannot read all of " + path);
    done += static_cast<std::size_t>(got);
  }
  ::close(file);
}

const TSLanguage* load_language(const std::string& id) {
  static std::mutex mutex;
  static std::map<std::string, const TSLanguage*> languages;
  const std::lock_guard lock(mutex);
  const TSLanguage*& language = languages[id];
  if (language == nullptr) {
    const std::string path = std::string(COPSE_TEST_GRAMMAR_DIR) + "/" + id + ".so";
    void* object = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (object == nullptr) give_up("cannot load " + path);
    void* symbol = ::dlsym(object, ("tree_sitter_" + id).c_str());
    if (symbol == nullptr) give_up(path + " holds no grammar of that name");
    language = reinterpret_cast<const TSLanguage* (*)()>(symbol)();
  }
  return language;
}

TreePointer Parsers::parse(const std::string& language, std::string_view source) {
  auto& parser = parsers_[language];
  if (parser == nullptr) {
    parser.reset(ts_parser_new());
    if (!ts_parser_set_language(parser.get(), load_language(language))) {
      give_up(language + ": tree-sitter refuses the grammar");
    }
  }
  TreePointer tree(ts_parser_parse_string(parser.get(), nullptr, source.data(),
                                          static_cast<std::uint32_t>(source.size())));
  if (tree == nullptr) give_up(language + ": tree-sitter gave no tree");
  return tree;
}

void parse_all(const std::vector<SourceFile>& files, unsigned threads, const TreeVisitor& visit) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&](unsigned thread) {
    Parsers parsers;
    std::string source;
    for (std::size_t i = next++; i < files.size(); i = next++) {
      read_source(files[i].path, source);
      visit(thread, files[i], source, parsers.parse(files[i].language, source));
    }
  };
  std::vector<std::jthread> pool;
  for (unsigned thread = 0; thread < threads; ++thread)
    pool.emplace_back(work, thread);
}

}  // namespace copse::bench
