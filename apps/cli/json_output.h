// JSON on standard output, one value a line, written as it is made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <rapidjson/writer.h>

#include "copse/tree.h"

#include "output.h"

namespace copse::cli {

// Writes objects and arrays to an Output, or into a text. Strings are repaired where they are not
// UTF-8. Keys and values alternate as JSON has them; the caller keeps the order.
class JsonWriter {
 public:
  explicit JsonWriter(Output& out) : out_(&out), stream_{&line_, &out}, writer_(stream_) {}
  explicit JsonWriter(std::string& text) : stream_{&text, nullptr}, writer_(stream_) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;
  ~JsonWriter() = default;

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view text);
  // Null when it is empty.
  JsonWriter& string_or_null(std::string_view text);
  JsonWriter& number(std::uint64_t value);
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  // [row, column]
  JsonWriter& point(Point point);

  // Ends the line, and with it the value. REQUIRES: everything that was begun has ended.
  void end_line();

 private:
  // What rapidjson asks of a stream that it writes to.
  struct Stream {
    using Ch = char;
    std::string* text;
    Output* out;
    // NOLINTBEGIN(readability-identifier-naming): rapidjson's names
    void Put(char byte) const {
      text->push_back(byte);
      if (out != nullptr && text->size() >= Output::kBufferBytes) pass_on();
    }
    void Flush() const {}
    // NOLINTEND(readability-identifier-naming)
    void pass_on() const {
      out->write(*text);
      text->clear();
    }
  };

  Output* out_ = nullptr;
  std::string line_;  // on its way to `out_`
  Stream stream_;
  rapidjson::Writer<Stream> writer_;
};

}  // namespace copse::cli
