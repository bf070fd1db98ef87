// Parses the patterns of rules with the grammars that a store's files were parsed with, where
// indexing parses: in a process that may die, if there is a command for one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"

#include "core/io/clock.h"
#include "workspace/parse_lane.h"

namespace copse {

// Belongs to one thread. The process is there from the first parse on, as long as the object.
class FragmentParser {
 public:
  static constexpr double kTimeoutS = 10;

  FragmentParser(std::vector<std::string> grammar_path, std::vector<std::string> parse_command);

  // A tree of `grammar`. NotFound or Unsupported, saying what to do, when the language's shared
  // object cannot be had or is not the one that made `grammar`.
  Result<std::shared_ptr<const TreeData>> parse(const std::string& language,
                                                const std::shared_ptr<const Grammar>& grammar,
                                                const std::string& text);
  // The grammar that would parse.
  Result<std::shared_ptr<const Grammar>> grammar(const std::string& language);

 private:
  struct Loaded {
    std::string library_path;
    std::shared_ptr<const Grammar> grammar;
    std::shared_ptr<const TreeModel> model;
  };

  Result<const Loaded*> load(const std::string& language);

  std::vector<std::string> grammar_path_;
  std::unique_ptr<ParseLane> lane_;
  std::map<std::string, Loaded> loaded_;
};

}  // namespace copse
