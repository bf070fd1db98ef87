#include "rule_output.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "text.h"

namespace copse::cli {
namespace {

constexpr std::size_t kSourceCharacters = 160;
constexpr std::size_t kPatternCharacters = 60;

class RulePrinter {
 public:
  RulePrinter(const RuleFlags& flags, RuleWords words, Output& out)
      : flags_(flags),
        words_(words),
        out_(out),
        json_(out),
        palette_(Palette::make(wants_color(flags.color, out.is_terminal()))) {}

  // Whether more matches are wanted.
  bool print(const RuleMatch& found) {
    ++matches_;
    if (flags_.format == "text") print_text(found);
    if (flags_.format == "jsonl") print_json(found);
    return !out_.failed();
  }

  void print_count() {
    out_.write(std::to_string(matches_));
    out_.end_line();
  }

  std::uint64_t matches() const { return matches_; }

 private:
  void print_number(std::uint32_t number) {
    out_.write(palette_.number);
    out_.write(std::to_string(std::uint64_t{number} + 1));
    out_.write(palette_.reset);
    out_.put(':');
  }

  void print_text(const RuleMatch& found) {
    const Node node = found.match->captures->front().node;
    const Point start = node.start_point();
    out_.write(palette_.path);
    out_.write(out_.is_terminal() ? escape_controls(found.path) : std::string(found.path));
    out_.write(palette_.reset);
    out_.put(':');
    print_number(start.row);
    print_number(start.column);
    out_.put(' ');
    print_name(*found.rule);
    out_.write(": ");
    out_.write(first_line(node.text(), kSourceCharacters));
    out_.end_line();
  }

  void print_name(const RuleInfo& rule) {
    out_.write(palette_.name);
    if (words_ == RuleWords::Pattern) {
      out_.write(first_line(rule.id, kPatternCharacters));
    } else {
      out_.write(rule.severity);
      out_.write("[" + first_line(rule.id.empty() ? "rule" : rule.id, kPatternCharacters) + "]");
    }
    out_.write(palette_.reset);
    if (words_ == RuleWords::Pattern || rule.message.empty()) return;
    out_.write(": ");
    out_.write(first_line(rule.message, kSourceCharacters));
  }

  void print_node(const Node& node) {
    json_.key("start_byte").number(std::uint64_t{node.start_byte()});
    json_.key("end_byte").number(std::uint64_t{node.end_byte()});
    json_.key("start").point(node.start_point());
    json_.key("end").point(node.end_point());
    json_.key("text").string(node.text());
  }

  void print_json(const RuleMatch& found) {
    json_.begin_object();
    json_.key("path").string(found.path);
    json_.key("lang").string(found.language);
    if (words_ == RuleWords::Rule) {
      json_.key("rule").string(found.rule->id);
      json_.key("severity").string(found.rule->severity);
      json_.key("message").string(found.rule->message);
    }
    const Node node = found.match->captures->front().node;
    json_.key("kind").string(node.kind());
    print_node(node);
    json_.key("metavariables").begin_object();
    print_variables(found);
    json_.end_object().end_object().end_line();
  }

  // A metavariable that stands for nothing is left out, a list of nothing is empty.
  void print_variables(const RuleMatch& found) {
    const auto& captures = *found.match->captures;
    for (std::uint32_t index = 1; index < found.capture_names->size(); ++index) {
      const bool is_list = (*found.capture_is_list)[index];
      bool open = false;
      for (const Capture& capture : captures) {
        if (capture.index != index) continue;
        if (!open) open_variable(found, index, is_list);
        open = true;
        json_.begin_object();
        print_node(capture.node);
        json_.end_object();
      }
      if (!open && is_list) open_variable(found, index, true);
      if (is_list) json_.end_array();
    }
  }

  void open_variable(const RuleMatch& found, std::uint32_t index, bool is_list) {
    const std::string& name = (*found.capture_names)[index];
    json_.key(is_list ? "$$$" + name : "$" + name);
    if (is_list) json_.begin_array();
  }

  const RuleFlags& flags_;
  RuleWords words_;
  Output& out_;
  JsonWriter json_;
  Palette palette_;
  std::uint64_t matches_ = 0;
};

// A pattern that is no code finds nothing, or something else than was meant.
void say_what_was_odd(const RuleReport& report, const RuleSet& rules, std::uint64_t matches) {
  if (matches > 0) return;
  for (const std::size_t index : report.with_syntax_error) {
    say("the pattern has a syntax error, which may be why nothing was found; more code around it, "
        "with --context and --selector, can help: " +
        first_line(rules.info(index).id, kPatternCharacters));
  }
}

void say_what_was_left(const RuleReport& report) {
  for (const FileProblem& problem : report.unreadable) {
    say("not searched: " + problem.path + ": " + problem.reason);
  }
  if (!report.unreadable.empty()) {
    say("the answer is incomplete; 'copse verify' names all damage, 'copse index' brings a store "
        "up "
        "to date");
  }
}

}  // namespace

void add_rule_flags(CLI::App& command, RuleFlags& flags) {
  command
      .add_option("--path", flags.path_glob,
                  "Only files whose path matches; * stops at /, ** does not")
      ->type_name("GLOB");
  command.add_option("--format", flags.format, "text, jsonl or count; default: text")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "jsonl", "count"}));
  command.add_option("--limit", flags.limit, "Stop after N matches")
      ->type_name("N")
      ->check(CLI::Validator(CLI::PositiveNumber).description(""));
  add_jobs_option(command, flags.jobs);
  add_parse_options(command, flags.parse);
  add_store_option(command, flags.store_directory);
  add_revision_option(command, flags.revision);
  add_color_option(command, flags.color);
}

int run_rules(const RuleSet& rules, const RuleFlags& flags, RuleWords words) {
  auto store = open_store(flags.store_directory, flags.revision);
  if (!store.ok()) return fail(store.error());
  RuleRequest request;
  if (!flags.path_glob.empty()) request.path_glob = flags.path_glob;
  if (flags.limit != 0) request.limit = flags.limit;
  request.jobs = flags.jobs;
  request.grammar_path = flags.parse.grammar_path();
  request.parse_command = flags.parse.parse_command();
  const auto out = std::make_unique<Output>(STDOUT_FILENO);
  RulePrinter printer(flags, words, *out);
  const auto report = store.value().workspace.search_rule(
      rules, request, [&printer](const RuleMatch& found) { return printer.print(found); });
  if (!report.ok()) {
    (void)out->finish(kExitError);
    return fail(report.error());
  }
  if (flags.format == "count") printer.print_count();
  const int written = out->finish(printer.matches() > 0 ? kExitDone : kExitNothingFound);
  say_what_was_odd(report.value(), rules, printer.matches());
  say_what_was_left(report.value());
  return report.value().unreadable.empty() ? written : kExitError;
}

}  // namespace copse::cli
