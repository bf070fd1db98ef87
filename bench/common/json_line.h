// What a command found, as one line of JSON.
#pragma once

#include <cmath>
#include <cstdint>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace copse::bench {

class JsonLine {
 public:
  JsonLine() { text_.precision(kDigits); }

  JsonLine& add(std::string_view name, std::uint64_t value) {
    key(name) << value;
    return *this;
  }
  // `null` when it could not be measured.
  JsonLine& add(std::string_view name, std::optional<double> value) {
    key(name);
    number(value);
    return *this;
  }
  JsonLine& add(std::string_view name, const std::vector<double>& values) {
    key(name) << '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) text_ << ", ";
      number(values[i]);
    }
    text_ << ']';
    return *this;
  }
  void print() { std::cout << '{' << text_.str() << "}\n" << std::flush; }

 private:
  static constexpr int kDigits = 15;

  std::ostringstream& key(std::string_view name) {
    text_ << (text_.tellp() > 0 ? ", " : "") << '"' << name << "\": ";
    return text_;
  }
  void number(std::optional<double> value) {
    if (value && std::isfinite(*value)) {
      text_ << *value;
    } else {
      text_ << "null";
    }
  }

  std::ostringstream text_;
};

}  // namespace copse::bench
