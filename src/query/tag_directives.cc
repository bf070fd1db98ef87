#include "query/tag_directives.h"

#include <cstddef>
#include <string_view>
#include <utility>

namespace copse {
namespace {

// How many bytes the character takes that starts with `lead`, and what its second byte may be:
// shortest forms only, no surrogates, nothing over U+10FFFF. A size of 0: none starts so.
struct CharacterForm {
  std::size_t size = 0;
  unsigned second_min = 0x80;
  unsigned second_max = 0xBF;
};

CharacterForm form_of(unsigned lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xC2 || lead > 0xF4) return {0};
  if (lead < 0xE0) return {2};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead < 0xF0) return {3};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {4};
}

bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  for (std::size_t at = 0; at < text.size();) {
    const CharacterForm form = form_of(byte(at));
    if (form.size == 0 || at + form.size > text.size()) return false;
    if (form.size > 1 && (byte(at + 1) < form.second_min || byte(at + 1) > form.second_max)) {
      return false;
    }
    for (std::size_t i = 2; i < form.size; ++i) {
      if ((byte(at + i) & 0xC0) != 0x80) return false;
    }
    at += form.size;
  }
  return true;
}

}  // namespace

Result<TagDirectives> TagDirectives::compile(const Query& query, std::uint32_t pattern,
                                             std::uint32_t capture) {
  TagDirectives directives(capture);
  for (const GeneralPredicate& predicate : query.general_predicates(pattern)) {
    const auto& arguments = predicate.arguments;
    if (arguments.size() < 2 || arguments[0].capture != capture) continue;
    if (predicate.name == "select-adjacent!" && arguments[1].capture) {
      directives.adjacent_to_ = arguments[1].capture;
    }
    if (predicate.name == "strip!" && !arguments[1].capture) {
      auto regex = Regex::compile(arguments[1].text);
      if (!regex.ok()) {
        return Error(ErrorCode::InvalidArgument, "#strip! cannot use the pattern \"" +
                                                     arguments[1].text +
                                                     "\": " + regex.error().message());
      }
      directives.strip_ = std::move(regex).value();
    }
  }
  return directives;
}

std::vector<Node> TagDirectives::select(const std::vector<Capture>& captures) const {
  std::vector<Node> nodes;
  Node adjacent_to;
  for (const Capture& capture : captures) {
    if (capture.index == adjacent_to_) adjacent_to = capture.node;
    if (capture.index == capture_) nodes.push_back(capture.node);
  }
  if (adjacent_to.is_null()) return nodes;
  std::size_t first = nodes.size();
  std::uint64_t next_row = adjacent_to.start_point().row;
  while (first > 0 && std::uint64_t{nodes[first - 1].end_point().row} + 1 >= next_row) {
    --first;
    next_row = nodes[first].start_point().row;
  }
  nodes.erase(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(first));
  return nodes;
}

std::optional<std::string> TagDirectives::text(const std::vector<Capture>& captures) const {
  std::optional<std::string> joined;
  for (const Node& node : select(captures)) {
    if (!is_utf8(node.text())) continue;
    const std::string text = strip_ ? strip_->remove_all(node.text()) : std::string(node.text());
    joined = joined ? *joined + '\n' + text : text;
  }
  return joined;
}

}  // namespace copse
