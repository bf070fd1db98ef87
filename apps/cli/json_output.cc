// The public names of JsonWriter over rapidjson's.
#include "json_output.h"

#include <string>

#include "text.h"

namespace copse::cli {
namespace {

constexpr int kDecimalPlaces = 6;

}  // namespace

JsonWriter& JsonWriter::begin_object() {
  writer_.StartObject();
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  writer_.EndObject();
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  writer_.StartArray();
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  writer_.EndArray();
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  if (is_valid_utf8(text)) {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  } else {
    const std::string repaired = replace_invalid_utf8(text);
    writer_.String(repaired.data(), static_cast<rapidjson::SizeType>(repaired.size()));
  }
  return *this;
}

JsonWriter& JsonWriter::string_or_null(std::string_view text) {
  if (!text.empty()) return string(text);
  writer_.Null();
  return *this;
}

JsonWriter& JsonWriter::number(std::uint64_t value) {
  writer_.Uint64(value);
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  writer_.SetMaxDecimalPlaces(kDecimalPlaces);
  if (!writer_.Double(value)) writer_.Null();
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  writer_.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::point(Point point) {
  begin_array().number(std::uint64_t{point.row}).number(std::uint64_t{point.column});
  return end_array();
}

void JsonWriter::end_line() {
  if (out_ != nullptr) {
    stream_.pass_on();
    out_->end_line();
  } else {
    stream_.text->push_back('\n');
  }
  writer_.Reset(stream_);
}

}  // namespace copse::cli
