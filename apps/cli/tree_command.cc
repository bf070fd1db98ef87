// copse tree: one stored tree, whole or the node at a position.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/workspace.h"

#include "commands.h"
#include "options.h"
#include "output.h"
#include "text.h"
#include "tree_output.h"

namespace copse::cli {
namespace {

constexpr const char* kExamples =
    R"(sexp is what tree-sitter prints; jsonl has a visible node a line in preorder, rows and columns from
0; outline is for reading. With --at, lines and columns from 1 and columns in bytes, only the
smallest visible node there is printed; outline shows what it stands in, too.

Examples:
  copse tree src/main.c
  copse tree src/main.c --format jsonl | head
  copse tree src/main.c --format outline --at 12:5

Exit status: 0 printed, 2 error.)";

struct TreeFlags {
  std::string path;
  std::string store_directory;
  std::string revision;
  std::string format = "sexp";
  std::string position;
  ColorChoice color = ColorChoice::Auto;
};

// Both from 1; columns in bytes.
struct Position {
  std::uint64_t line = 0;
  std::uint64_t column = 0;
};

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || rest != end || number == 0) return std::nullopt;
  return number;
}

Result<Position> parse_position(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const auto line = parse_number(text.substr(0, colon));
    const auto column = parse_number(text.substr(colon + 1));
    if (line && column) return Position{*line, *column};
  }
  return Error(ErrorCode::InvalidArgument,
               "--at " + std::string(text) + " is not a position; give LINE:COL, both from 1");
}

// The byte that the position names; the end of a line is a position, too.
Result<std::uint32_t> find_byte(const Tree& tree, const Position& position) {
  std::optional<Row> row;
  if (position.line <= UINT32_MAX) row = tree.row(static_cast<std::uint32_t>(position.line - 1));
  if (!row) {
    const std::string_view source = tree.source();
    const auto last = static_cast<std::uint64_t>(std::count(source.begin(), source.end(), '\n'));
    return Error(ErrorCode::InvalidArgument, "--at: there is no line " + count_text(position.line) +
                                                 "; the last is " + count_text(last + 1));
  }
  const std::uint64_t size = row->end - row->begin;
  if (position.column > size + 1) {
    return Error(ErrorCode::InvalidArgument, "--at: line " + count_text(position.line) + " has " +
                                                 counted(size, "byte") + ", no column " +
                                                 count_text(position.column) +
                                                 "; columns count bytes, from 1");
  }
  return static_cast<std::uint32_t>(row->begin + position.column - 1);
}

int print_whole(const TreeFlags& flags, const Tree& tree, Output& out) {
  const Status whole = tree.check();
  if (!whole.ok()) return fail(Error(whole.error()).with_context(flags.path));
  if (flags.format == "sexp") {
    print_sexp(out, tree);
  } else if (flags.format == "jsonl") {
    print_json(out, tree);
  } else {
    print_outline(out, tree, Palette::make(wants_color(flags.color, out.is_terminal())));
  }
  return out.finish(kExitDone);
}

int print_at(const TreeFlags& flags, const Tree& tree, const Position& position, Output& out) {
  const auto byte = find_byte(tree, position);
  if (!byte.ok()) return fail(byte.error());
  const NodePath path = find_node_at(tree, byte.value());
  const Status whole_so_far = tree.fault();
  if (!whole_so_far.ok()) return fail(Error(whole_so_far.error()).with_context(flags.path));
  if (flags.format == "sexp") {
    print_sexp(out, path.steps.back().node);
  } else if (flags.format == "jsonl") {
    print_json(out, path.steps.back());
  } else {
    print_outline(out, path, Palette::make(wants_color(flags.color, out.is_terminal())));
  }
  const int done = out.finish(kExitDone);
  // What was printed last may have been made of damage.
  const Status whole = tree.fault();
  return whole.ok() ? done : fail(Error(whole.error()).with_context(flags.path));
}

// Why there is no tree: no such file, a file kept as plain source, or damage.
Error no_tree(const OpenStore& store, const std::string& path, Error error) {
  if (error.code() != ErrorCode::NotFound) return error;
  const auto file = store.workspace.file(path);
  if (!file.ok()) {
    return file.error().code() == ErrorCode::NotFound ? unknown_path(store, path) : file.error();
  }
  const std::string& note = file.value().note;
  return {ErrorCode::NotFound, path + " has no tree, it was kept as plain source" +
                                   (note.empty() ? "" : " (" + note + ")") +
                                   "; 'copse cat' prints it"};
}

int run_tree(const TreeFlags& flags) {
  std::optional<Position> position;
  if (!flags.position.empty()) {
    const auto parsed = parse_position(flags.position);
    if (!parsed.ok()) return fail(parsed.error());
    position = parsed.value();
  }
  const auto store = open_store(flags.store_directory, flags.revision);
  if (!store.ok()) return fail(store.error());
  const std::string path = stored_path(flags.path);
  auto tree = store.value().workspace.tree(path);
  if (!tree.ok()) return fail(no_tree(store.value(), path, std::move(tree).take_error()));
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  return position ? print_at(flags, tree.value(), *position, *out)
                  : print_whole(flags, tree.value(), *out);
}

}  // namespace

void add_tree_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("tree", "Print the syntax tree of a stored file");
  auto flags = std::make_shared<TreeFlags>();
  command->add_option("PATH", flags->path, "The file, as 'copse ls' names it")
      ->type_name("PATH")
      ->required();
  command->add_option("--format", flags->format, "sexp, jsonl or outline; default: sexp")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"sexp", "jsonl", "outline"}));
  command->add_option("--at", flags->position, "Only the smallest node there, both from 1")
      ->type_name("LINE:COL");
  add_store_option(*command, flags->store_directory);
  add_revision_option(*command, flags->revision);
  add_color_option(*command, flags->color);
  command->footer(kExamples);
  command->callback([flags, &action] { action = [flags] { return run_tree(*flags); }; });
}

}  // namespace copse::cli
