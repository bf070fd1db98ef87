// Matches as text: lines for people and scripts, or JSON.
#pragma once

#include <cstdint>
#include <string>

#include "copse/search.h"

#include "output.h"

namespace copse::cli {

enum class MatchFormat : std::uint8_t { Text, JsonLines, Count };

// REQUIRES: one of "text", "jsonl", "count".
MatchFormat match_format(const std::string& name);

// Renders matches. Immutable: several threads may use it at once.
class MatchText {
 public:
  MatchText(MatchFormat format, const Palette& palette, bool for_terminal)
      : format_(format), palette_(palette), for_terminal_(for_terminal) {}

  // Text: a line a capture. JSON: a line a match.
  void append(const FileMatch& found, std::string& out) const;

 private:
  void append_text(const FileMatch& found, const Capture& capture, std::string& out) const;
  static void append_json(const FileMatch& found, std::string& out);
  void append_number(std::uint32_t number, std::string& out) const;

  MatchFormat format_;
  Palette palette_;
  bool for_terminal_;
};

}  // namespace copse::cli
