// How much a store holds, and what it takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace copse {

struct LanguageStats {
  std::string language;  // empty: plain source
  std::uint64_t files = 0;
  std::uint64_t lines = 0;
  std::uint64_t nodes = 0;
  std::uint64_t visible_nodes = 0;
  std::uint64_t source_bytes = 0;  // as they are in the directory
  // Frames that equal files share count for the first of them.
  std::uint64_t stored_source_bytes = 0;  // in the store
  std::uint64_t stored_tree_bytes = 0;    // in the store, models and grammars not included
};

struct StoreStats {
  std::vector<LanguageStats> languages;  // by name
  // Of the sources, what lies in the store once although several files have it.
  std::uint64_t deduplicated_bytes = 0;
  std::uint64_t generation = 0;
  std::uint64_t pack_bytes = 0;
  // Of the packs: what finds files by what they contain, and what finds definitions by name.
  std::uint64_t postings_bytes = 0;
  std::uint64_t symbols_bytes = 0;
  std::uint64_t catalogue_bytes = 0;
  std::uint64_t shared_bytes = 0;  // grammars and models, both copies
  std::uint64_t store_bytes = 0;   // everything under the store's directory
  // IndexOptions::phases_off, as the store remembers it.
  std::vector<std::string> phases_off;
  // Of this process, as the kernel counts.
  std::uint64_t rss_anon_bytes = 0;
  std::uint64_t rss_file_bytes = 0;
};

}  // namespace copse
