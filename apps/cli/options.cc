// Options that commands share, the search path of grammars, and the way to the store.
#include "options.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "text.h"

namespace copse::cli {
namespace {

constexpr const char* kWorkerCommand = "parse-worker";
constexpr std::size_t kMaxPathBytes = 4096;

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return value == nullptr ? std::string() : std::string(value);
}

// The directory that a variable of the XDG convention names, or its default below the home.
std::string base_directory(const char* variable, std::string_view below_home) {
  std::string directory = environment(variable);
  if (!directory.empty()) return directory;
  const std::string home = environment("HOME");
  return home.empty() ? std::string() : home + "/" + std::string(below_home);
}

// Empty when the system does not say.
std::string own_program() {
  std::string program(kMaxPathBytes, '\0');
  const ssize_t size = ::readlink("/proc/self/exe", program.data(), program.size());
  program.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return program;
}

std::string parent_directory(const std::string& path) {
  return path.substr(0, path.find_last_of('/'));
}

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    if (end > begin) parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool is_directory(const std::string& path) {
  return ::access((path + "/.").c_str(), F_OK) == 0;
}

// Those that need not exist.
std::vector<std::string> usual_grammar_directories() {
  std::vector<std::string> directories = split_list(environment("COPSE_GRAMMAR_PATH"));
  const std::string program = own_program();
  if (!program.empty()) {
    const std::string home = parent_directory(program);
    directories.push_back(home + "/grammars");
    directories.push_back(parent_directory(home) + "/lib/copse/grammars");
  }
  const std::string data = base_directory("XDG_DATA_HOME", ".local/share");
  if (!data.empty()) {
    directories.push_back(data + "/copse/grammars");
    directories.push_back(data + "/nvim/site/parser");
  }
  const std::string config = base_directory("XDG_CONFIG_HOME", ".config");
  if (!config.empty()) directories.push_back(config + "/helix/runtime/grammars");
  return directories;
}

Error no_store(const std::string& directory, Error error) {
  const std::string inner = directory + "/" + std::string(kStoreDirectoryName);
  if (error.code() != ErrorCode::NotFound || !is_directory(inner)) return error;
  return {ErrorCode::NotFound, directory + " is not a store, but holds one; use --store " + inner};
}

// Reads to the end, or up to a byte beyond the limit.
Result<std::string> read_stream(std::FILE* stream, const std::string& name, std::size_t limit) {
  std::string text;
  std::array<char, Output::kBufferBytes> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  for (;;) {
    const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), stream);
    text.append(buffer.data(), size);
    if (text.size() > limit) {
      return Error(ErrorCode::LimitExceeded,
                   name + " is larger than " + size_text(limit) + "; is it the right file?");
    }
    if (std::ferror(stream) != 0) {
      return Error(ErrorCode::Io, "cannot read " + name + ": " + system_error_text(errno));
    }
    if (std::feof(stream) != 0) return text;
  }
}

}  // namespace

void add_store_option(CLI::App& command, std::string& store_directory) {
  command
      .add_option("--store", store_directory,
                  "The store; default: the nearest .copse, from here upwards")
      ->type_name("DIR");
}

void add_color_option(CLI::App& command, ColorChoice& color) {
  const std::map<std::string, ColorChoice> choices = {
      {"auto", ColorChoice::Auto}, {"always", ColorChoice::Always}, {"never", ColorChoice::Never}};
  command
      .add_option_function<std::string>(
          "--color", [&color, choices](const std::string& name) { color = choices.at(name); },
          "Colours: auto (on a terminal, unless NO_COLOR is set), always, never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

void add_jobs_option(CLI::App& command, unsigned& jobs) {
  command.add_option("-j,--jobs", jobs, "Work on N files at once; default: one a processor")
      ->type_name("N")
      ->check(CLI::Validator(CLI::Range(1U, kMaxJobs)).description(""));
}

void add_parse_options(CLI::App& command, ParseFlags& flags) {
  // One value each time, so that a positional argument may follow.
  command
      .add_option("--grammars", flags.grammar_directories,
                  "Look for grammars (<language>.so) here first; may be repeated")
      ->type_name("DIR")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command.add_flag("--in-process", flags.in_process,
                   "Parse in threads of this process: a grammar that crashes then ends the run");
}

std::vector<std::string> ParseFlags::grammar_path() const {
  std::vector<std::string> path = grammar_directories;
  for (std::string& directory : usual_grammar_directories()) {
    if (is_directory(directory)) path.push_back(std::move(directory));
  }
  return path;
}

std::vector<std::string> ParseFlags::parse_command() const {
  std::string program = own_program();
  if (in_process || program.empty()) return {};
  return {std::move(program), kWorkerCommand};
}

Result<OpenStore> open_store(const std::string& store_directory) {
  std::string directory = store_directory;
  if (directory.empty()) {
    COPSE_TRY(directory, Workspace::find_store("."));
  }
  // A file whose tree is damaged is parsed again, with the grammars that indexing would use.
  const ParseFlags parse;
  OpenOptions options;
  options.grammar_path = parse.grammar_path();
  options.parse_command = parse.parse_command();
  auto workspace = Workspace::open(directory, options);
  if (!workspace.ok()) return no_store(directory, std::move(workspace).take_error());
  return OpenStore{std::move(directory), std::move(workspace).value()};
}

std::string stored_path(std::string_view path) {
  while (path.starts_with("./")) {
    path.remove_prefix(2);
    while (path.starts_with('/')) {
      path.remove_prefix(1);
    }
  }
  return std::string(path);
}

Error unknown_path(const OpenStore& store, std::string_view path) {
  std::string message = "no file " + std::string(path) + " in the store " + store.directory + "; ";
  const auto files = store.workspace.files();
  const std::string ending = "/" + std::string(path);
  std::string near;
  if (files.ok()) {
    for (const StoredFile& file : files.value()) {
      if (!file.path.ends_with(ending)) continue;
      near = file.path;
      break;
    }
  }
  if (!near.empty()) {
    message += "did you mean " + near + "? ";
  }
  message += "'copse ls' lists what is there";
  return {ErrorCode::NotFound, std::move(message)};
}

Result<std::string> read_whole_file(const std::string& path, std::size_t limit_bytes) {
  if (path == "-") return read_stream(stdin, "standard input", limit_bytes);
  std::FILE* stream = std::fopen(path.c_str(), "rbe");
  if (stream == nullptr) {
    return Error(ErrorCode::Io, "cannot open " + path + ": " + system_error_text(errno));
  }
  auto text = read_stream(stream, path, limit_bytes);
  (void)std::fclose(stream);
  return text;
}

}  // namespace copse::cli
