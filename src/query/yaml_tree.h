// YAML text as a tree of scalars, lists and mappings, each with where it stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "copse/result.h"

namespace copse {

// Where something stands in a text, counted from 0.
struct TextPosition {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// "<name>:<line + 1>:<column + 1>: <message>"
Error error_at(ErrorCode code, std::string_view name, TextPosition position,
               std::string_view message);

struct YamlNode {
  enum class Kind : std::uint8_t { Scalar, List, Mapping };

  Kind kind = Kind::Scalar;
  bool plain = false;  // a scalar without quotes, which may be a number, a truth value or nothing
  TextPosition position;
  std::string text;  // of a scalar
  // Indexes of nodes: of a list its items, of a mapping key, value, key, value.
  std::vector<std::uint32_t> items;

  bool is_null() const {
    return kind == Kind::Scalar && plain && (text.empty() || text == "~" || text == "null");
  }
};

// The documents of a text. An alias is the node that its anchor marks, so a tree may share nodes;
// it never contains itself.
struct YamlTree {
  static constexpr std::size_t kDepthMax = 64;
  static constexpr std::size_t kNodesMax = 200'000;

  std::vector<YamlNode> nodes;
  std::vector<std::uint32_t> documents;  // their roots

  // InvalidArgument for what is not YAML, LimitExceeded; both begin with "<name>:<line>:<column>:
  // ".
  static Result<YamlTree> parse(std::string_view name, std::string_view text);
};

}  // namespace copse
