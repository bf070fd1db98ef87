// What several commands take from the command line and the environment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "copse/result.h"
#include "copse/workspace.h"

#include "output.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library spells it so
class App;
}  // namespace CLI

namespace copse::cli {

inline constexpr unsigned kMaxJobs = 1024;

void add_store_option(CLI::App& command, std::string& store_directory);
// --rev, for the commands that answer from a directory or from a revision.
void add_revision_option(CLI::App& command, std::string& revision);
void add_color_option(CLI::App& command, ColorChoice& color);
void add_jobs_option(CLI::App& command, unsigned& jobs);

// How sources are parsed, by the commands that parse.
struct ParseFlags {
  std::vector<std::string> grammar_directories;
  bool in_process = false;

  // The directories of --grammars, then those of the environment, of the installation and of the
  // editors that keep grammars, as far as they exist.
  std::vector<std::string> grammar_path() const;
  // This program as a worker; empty with --in-process.
  std::vector<std::string> parse_command() const;
};

void add_parse_options(CLI::App& command, ParseFlags& flags);

// An open store and where it is.
struct OpenStore {
  std::string directory;
  Workspace workspace;
};

// The store of --store, or the one that is found upwards from the current directory.
Result<std::string> find_store(const std::string& store_directory);
// The same, opened; at a revision unless that is empty.
Result<OpenStore> open_store(const std::string& store_directory, const std::string& revision = {});

// A path as it is in a store: without "./" in front.
std::string stored_path(std::string_view path);

// The message for a path that the store does not have, with what may have been meant.
Error unknown_path(const OpenStore& store, std::string_view path);

// All of a file, or of standard input for "-". LimitExceeded above `limit_bytes`.
Result<std::string> read_whole_file(const std::string& path, std::size_t limit_bytes);

}  // namespace copse::cli
