// copse symbols: definitions and references by name. copse outline: what one file defines.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/symbols.h"
#include "copse/workspace.h"

#include "commands.h"
#include "json_output.h"
#include "options.h"
#include "output.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr std::size_t kNameCharacters = 160;

constexpr const char* kSymbolExamples =
    R"(What is a symbol, and of what kind, the grammars' own tags.scm say. Text output has a line a
symbol: path:line:column: kind name, line and column from 1, the column in bytes; a reference has
"ref" before its kind. JSON has a line a symbol, rows and columns from 0. Names come in order, the
best first with --fuzzy.

Examples:
  copse symbols kmalloc
  copse symbols --prefix drm_ --kind function --path 'drivers/**'
  copse symbols --fuzzy httpsrv --limit 10
  copse symbols main --refs --format jsonl
  copse symbols --lang go --defs --format count

Exit status: 0 found, 1 nothing found, 2 error.)";

constexpr const char* kOutlineExamples =
    R"(Text output has a line a definition, set in by what is around it: line:column: kind name, line
and column from 1. JSON has a line a definition, rows and columns from 0, with its depth.

Examples:
  copse outline src/main.c
  copse outline lib/parser.py --format jsonl

Exit status: 0 found, 1 the file defines nothing, 2 error.)";

struct SymbolFlags {
  std::string name;
  std::string kind;
  std::string language;
  std::string path_glob;
  std::string store_directory;
  std::string revision;
  std::string format = "text";
  bool prefix = false;
  bool fuzzy = false;
  bool references = false;
  bool definitions = false;
  std::uint64_t limit = 0;  // 0: none
  unsigned jobs = 0;
  ColorChoice color = ColorChoice::Auto;
};

struct OutlineFlags {
  std::string path;
  std::string store_directory;
  std::string revision;
  std::string format = "text";
  ColorChoice color = ColorChoice::Auto;
};

// "12:5: kind name", from 1.
void print_place(Output& out, const Palette& palette, Point start) {
  for (const std::uint32_t number : {start.row, start.column}) {
    out.write(palette.number);
    out.write(std::to_string(std::uint64_t{number} + 1));
    out.write(palette.reset);
    out.put(':');
  }
  out.put(' ');
}

void print_kind_and_name(Output& out, const Palette& palette, std::string_view kind,
                         std::string_view name) {
  out.write(palette.faint);
  out.write(escape_controls(kind));
  out.write(palette.reset);
  out.put(' ');
  out.write(palette.name);
  out.write(first_line(name, kNameCharacters));
  out.write(palette.reset);
  out.end_line();
}

class SymbolPrinter {
 public:
  SymbolPrinter(const SymbolFlags& flags, Output& out)
      : flags_(flags),
        out_(out),
        json_(out),
        palette_(Palette::make(wants_color(flags.color, out.is_terminal()))) {}

  // Whether more symbols are wanted.
  bool print(const Symbol& symbol) {
    if (flags_.format == "text") print_text(symbol);
    if (flags_.format == "jsonl") print_json(symbol);
    return !out_.failed();
  }

 private:
  void print_text(const Symbol& symbol) {
    out_.write(palette_.path);
    out_.write(out_.is_terminal() ? escape_controls(symbol.path) : std::string(symbol.path));
    out_.write(palette_.reset);
    out_.put(':');
    print_place(out_, palette_, symbol.start);
    if (!symbol.is_definition) out_.write("ref ");
    print_kind_and_name(out_, palette_, symbol.kind, symbol.name);
  }

  void print_json(const Symbol& symbol) {
    json_.begin_object();
    json_.key("path").string(symbol.path);
    json_.key("lang").string(symbol.language);
    json_.key("name").string(symbol.name);
    json_.key("kind").string(symbol.kind);
    json_.key("role").string(symbol.is_definition ? "definition" : "reference");
    json_.key("start").point(symbol.start);
    json_.key("first_row").number(std::uint64_t{symbol.first_row});
    json_.key("last_row").number(std::uint64_t{symbol.last_row});
    json_.end_object().end_line();
  }

  const SymbolFlags& flags_;
  Output& out_;
  JsonWriter json_;
  Palette palette_;
};

Result<SymbolRequest> make_request(const SymbolFlags& flags) {
  if (flags.name.empty() && flags.fuzzy) {
    return Error(ErrorCode::InvalidArgument, "--fuzzy needs a name");
  }
  SymbolRequest request;
  request.name = flags.name;
  if (flags.prefix || flags.name.empty()) request.match = SymbolMatch::Prefix;
  if (flags.fuzzy) request.match = SymbolMatch::Fuzzy;
  if (flags.definitions) request.role = SymbolRole::Definition;
  if (flags.references) request.role = SymbolRole::Reference;
  if (!flags.kind.empty()) request.kind = flags.kind;
  if (!flags.language.empty()) request.language = flags.language;
  if (!flags.path_glob.empty()) request.path_glob = flags.path_glob;
  if (flags.limit != 0) request.limit = flags.limit;
  request.jobs = flags.jobs;
  return request;
}

void say_what_was_left(const SymbolReport& report) {
  if (report.symbols == 0 && !report.left_out.empty()) {
    std::string names;
    for (const std::string& name : report.left_out) {
      names += (names.empty() ? "" : ", ") + name;
    }
    say("without symbols, as the store has no tags query for them: " + names +
        "; 'copse index' takes those that their grammars have");
  }
  for (const FileProblem& problem : report.unreadable) {
    say("not searched: " + problem.path + ": " + problem.reason);
  }
  if (!report.unreadable.empty()) {
    say("the answer is incomplete; 'copse verify' names all damage, and a store that is removed "
        "and indexed again is whole");
  }
}

int run_symbols(const SymbolFlags& flags) {
  const auto request = make_request(flags);
  if (!request.ok()) return fail(request.error());
  auto store = open_store(flags.store_directory, flags.revision);
  if (!store.ok()) return fail(store.error());
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  SymbolPrinter printer(flags, *out);
  const auto report = store.value().workspace.symbols(
      request.value(), [&printer](const Symbol& symbol) { return printer.print(symbol); });
  if (!report.ok()) {
    (void)out->finish(kExitError);
    return fail(report.error());
  }
  if (flags.format == "count") {
    out->write(std::to_string(report.value().symbols));
    out->end_line();
  }
  const int written = out->finish(report.value().symbols > 0 ? kExitDone : kExitNothingFound);
  say_what_was_left(report.value());
  return report.value().unreadable.empty() ? written : kExitError;
}

void print_outline_json(JsonWriter& json, const OutlineItem& item) {
  json.begin_object();
  json.key("name").string(item.name);
  json.key("kind").string(item.kind);
  json.key("depth").number(std::uint64_t{item.depth});
  json.key("start").point(item.start);
  json.key("start_byte").number(std::uint64_t{item.start_byte});
  json.key("begin_byte").number(std::uint64_t{item.begin_byte});
  json.key("end_byte").number(std::uint64_t{item.end_byte});
  json.key("first_row").number(std::uint64_t{item.first_row});
  json.key("last_row").number(std::uint64_t{item.last_row});
  json.end_object().end_line();
}

int run_outline(const OutlineFlags& flags) {
  auto store = open_store(flags.store_directory, flags.revision);
  if (!store.ok()) return fail(store.error());
  const std::string path = stored_path(flags.path);
  const auto items = store.value().workspace.outline(path);
  if (!items.ok()) {
    const bool unknown =
        items.error().code() == ErrorCode::NotFound && !store.value().workspace.file(path).ok();
    return fail(unknown ? unknown_path(store.value(), path) : items.error());
  }
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  const Palette palette = Palette::make(wants_color(flags.color, out->is_terminal()));
  JsonWriter json(*out);
  for (const OutlineItem& item : items.value()) {
    if (out->failed()) break;
    if (flags.format == "jsonl") {
      print_outline_json(json, item);
      continue;
    }
    out->write(std::string(std::size_t{2} * item.depth, ' '));
    print_place(*out, palette, item.start);
    print_kind_and_name(*out, palette, item.kind, item.name);
  }
  return out->finish(items.value().empty() ? kExitNothingFound : kExitDone);
}

}  // namespace

void add_symbols_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("symbols", "Find definitions and references by name");
  auto flags = std::make_shared<SymbolFlags>();
  command->add_option("NAME", flags->name, "The name; default: every name there is")
      ->type_name("NAME");
  auto* prefix = command->add_flag("--prefix", flags->prefix, "Names that begin with NAME");
  command->add_flag("--fuzzy", flags->fuzzy, "Names that NAME may stand for, best first")
      ->excludes(prefix);
  auto* definitions = command->add_flag("--defs", flags->definitions, "Only definitions");
  command->add_flag("--refs", flags->references, "Only references")->excludes(definitions);
  command
      ->add_option("--kind", flags->kind,
                   "Only this kind: function, class, method, type, call, ...")
      ->type_name("KIND");
  command->add_option("--lang", flags->language, "Only files of this language")->type_name("LANG");
  command
      ->add_option("--path", flags->path_glob,
                   "Only files whose path matches; * stops at /, ** does not")
      ->type_name("GLOB");
  command->add_option("--format", flags->format, "text, jsonl or count; default: text")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "jsonl", "count"}));
  command->add_option("--limit", flags->limit, "Stop after N symbols")
      ->type_name("N")
      ->check(CLI::Validator(CLI::PositiveNumber).description(""));
  add_jobs_option(*command, flags->jobs);
  add_store_option(*command, flags->store_directory);
  add_revision_option(*command, flags->revision);
  add_color_option(*command, flags->color);
  command->footer(kSymbolExamples);
  command->callback([flags, &action] { action = [flags] { return run_symbols(*flags); }; });
}

void add_outline_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("outline", "Print what a file defines");
  auto flags = std::make_shared<OutlineFlags>();
  command->add_option("PATH", flags->path, "The path as 'copse ls' prints it")
      ->type_name("PATH")
      ->required();
  command->add_option("--format", flags->format, "text or jsonl; default: text")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "jsonl"}));
  add_store_option(*command, flags->store_directory);
  add_revision_option(*command, flags->revision);
  add_color_option(*command, flags->color);
  command->footer(kOutlineExamples);
  command->callback([flags, &action] { action = [flags] { return run_outline(*flags); }; });
}

}  // namespace copse::cli
