// JSON on standard output, one value a line, written as it is made.
#pragma once

#include <cstdint>
#include <string_view>

#include <rapidjson/writer.h>

#include "copse/tree.h"

#include "output.h"

namespace copse::cli {

// Writes objects and arrays to an Output. Strings are repaired where they are not UTF-8. Keys and
// values alternate as JSON has them; the caller keeps the order.
class JsonWriter {
 public:
  explicit JsonWriter(Output& out) : stream_{&out}, writer_(stream_) {}
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
    Output* out;
    // NOLINTBEGIN(readability-identifier-naming): rapidjson's names
    void Put(char byte) const { out->put(byte); }
    void Flush() const {}
    // NOLINTEND(readability-identifier-naming)
  };

  Stream stream_;
  rapidjson::Writer<Stream> writer_;
};

}  // namespace copse::cli
