// Matches as `copse query --format text` writes them, so that what two sides wrote can be compared
// byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <tree_sitter/api.h>

namespace copse::bench {

// "path:line:column: capture: source" and a new line: line and column from 1, of the source the
// first line, at most 160 characters.
void append_capture(std::string& out, std::string_view path, std::string_view capture,
                    const TSNode& node, std::string_view source);

// A file of texts that several threads make out of order. Thread-safe.
class OrderedFile {
 public:
  // Ends the program when the file cannot be written, as everything here does.
  explicit OrderedFile(const std::string& path);
  OrderedFile(const OrderedFile&) = delete;
  OrderedFile& operator=(const OrderedFile&) = delete;
  ~OrderedFile();

  // Each place from 0 on is put once.
  void put(std::size_t place, std::string text);

 private:
  void write(std::string_view text);

  std::mutex mutex_;
  std::FILE* file_ = nullptr;
  std::size_t next_ = 0;
  std::map<std::size_t, std::string> waiting_;
};

}  // namespace copse::bench
