// Sources to search that somebody wrote, and what fixed queries run over.
#pragma once

#include <cstddef>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sources.h"

namespace copse::query_differential {

struct RealFile {
  std::string_view id;
  std::string_view path;  // below the project's root
};

// Larger than the samples, and written by people: from the packages that building needs, and the
// project's own scripts.
inline constexpr RealFile kRealFiles[] = {
    {"bash", "tools/fetch_corpus.sh"},
    {"c", "node_modules/tree-sitter/vendor/tree-sitter/lib/src/node.c"},
    {"c", "node_modules/tree-sitter/vendor/tree-sitter/lib/src/array.h"},
    {"cpp", "node_modules/tree-sitter/src/query.cc"},
    {"cpp", "node_modules/tree-sitter/vendor/tree-sitter/lib/src/subtree.h"},
    {"javascript", "node_modules/tree-sitter/index.js"},
    {"javascript", "node_modules/tree-sitter-css/grammar.js"},
    {"json", "node_modules/tree-sitter-html/src/grammar.json"},
    {"python", "tests/formats/read_tree.py"},
    {"tsx", "node_modules/tree-sitter/index.js"},
    {"typescript", "node_modules/tree-sitter/tree-sitter.d.ts"},
};

inline std::vector<Subject> real_files(const TestedLanguage& language) {
  std::vector<Subject> subjects;
  for (const RealFile& file : kRealFiles) {
    if (file.id != language.id) continue;
    const auto path = std::filesystem::path(COPSE_SOURCE_DIR) / file.path;
    subjects.emplace_back(language, path.filename().string(), read_file(path));
  }
  return subjects;
}

// The sample, some damaged forms of it, and the real files, in this order.
inline std::vector<Subject> subjects_of(const TestedLanguage& language, std::size_t damaged_forms) {
  std::vector<Subject> subjects;
  subjects.emplace_back(language, "sample", language.sample);
  std::mt19937_64 random(20);
  for (std::size_t i = 0; i < damaged_forms; ++i) {
    subjects.emplace_back(language, "damaged " + std::to_string(i),
                          damaged(language.sample, random));
  }
  for (Subject& real : real_files(language))
    subjects.push_back(std::move(real));
  return subjects;
}

}  // namespace copse::query_differential
