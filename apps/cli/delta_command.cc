// copse delta and copse patch: a file as what turns another one into it, and back.
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "copse/delta.h"

#include "commands.h"
#include "json_output.h"
#include "options.h"
#include "output.h"
#include "signals.h"
#include "text.h"

namespace copse::cli {
namespace {

constexpr std::string_view kStandardStream = "-";

constexpr const char* kDeltaExamples =
    R"(The delta holds what BASE lacks of NEW; 'copse patch BASE DELTA' makes NEW of both again. It knows
its base, and a wrong one is refused. The output appears whole or not at all.

Examples:
  copse delta v1.tar v2.tar -o v2.delta
  copse delta v1.tar v2.tar -o v2.delta --setting small
  pg_dump shop | copse delta yesterday.sql - -o today.delta
  copse delta a.img b.img -o - | ssh host 'copse patch a.img - -o b.img'

Exit status: 0 written; 2 an error, after which there is no output file, though standard output may
have had its beginning; 130, 143 or 129 after Ctrl-C, SIGTERM or SIGHUP, the same; 141 when nobody
reads standard output. Only after kill -9 may OUTPUT.part-NUMBER stay, which nothing needs.)";

constexpr const char* kPatchExamples =
    R"(Everything is checked: that BASE is the one the delta was made against, and that what comes out is
what went in. The output appears whole or not at all. Standard output gets checked parts of 32 MB;
images of memory go there as they are made and are checked at their end: mind the exit status.

Examples:
  copse patch v1.tar v2.delta -o v2.tar
  ssh host cat today.delta | copse patch yesterday.sql - -o today.sql
  copse patch v1.tar v2.delta -o - | tar -t

Exit status: 0 written; 2 an error, after which there is no output file, though standard output may
have had its beginning; 130, 143 or 129 after Ctrl-C, SIGTERM or SIGHUP, the same; 141 when nobody
reads standard output. Only after kill -9 may OUTPUT.part-NUMBER stay, which nothing needs.)";

struct DeltaFlags {
  std::string base;
  std::string input;
  std::string output;
  DeltaOptions options;
  bool force = false;
  bool json = false;
};

ReadBytes standard_input() {
  return [](std::span<std::uint8_t> out) -> Result<std::size_t> {
    for (;;) {
      const ssize_t size = ::read(STDIN_FILENO, out.data(), out.size());
      if (size >= 0) return static_cast<std::size_t>(size);
      if (errno != EINTR) {
        return Error(ErrorCode::Io, "cannot read standard input: " + system_error_text(errno));
      }
    }
  };
}

// After a failed write nothing more is made; finish() then says why.
class StandardOutput {
 public:
  StandardOutput() : out_(std::make_unique<Output>(STDOUT_FILENO)) {}

  WriteBytes writer() {
    return [this](std::span<const std::uint8_t> bytes) -> Status {
      out_->write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      if (out_->failed()) return Error(ErrorCode::Io, "cannot write standard output");
      return success();
    };
  }

  bool failed() const { return out_->failed(); }
  int finish(int exit_code) { return out_->finish(exit_code); }

 private:
  std::unique_ptr<Output> out_;
};

int print_json(const DeltaReport& report, int descriptor) {
  const auto out = std::make_unique<Output>(descriptor);
  JsonWriter json(*out);
  json.begin_object();
  json.key("base_bytes").number(report.base_bytes);
  json.key("target_bytes").number(report.target_bytes);
  json.key("delta_bytes").number(report.delta_bytes);
  json.key("frames").number(report.frames);
  json.key("algorithms").begin_object();
  for (std::size_t i = 0; i < kDeltaAlgorithmCount; ++i) {
    if (report.frames_of[i] == 0) continue;
    json.key(delta_algorithm_name(static_cast<DeltaAlgorithm>(i))).number(report.frames_of[i]);
  }
  json.end_object();
  json.key("fallbacks").number(report.fallbacks);
  json.key("fallback_reason").string_or_null(report.fallback_reason);
  json.end_object().end_line();
  return out->finish(kExitDone);
}

using Run = Result<DeltaReport> (*)(const std::string&, const DeltaInput&, const DeltaOutput&,
                                    const DeltaOptions&);

int run(const DeltaFlags& flags, Run work) {
  const bool to_stream = flags.output == kStandardStream;
  if (flags.base == kStandardStream) {
    return fail("BASE cannot be standard input: it is read in no order; name a file");
  }
  if (to_stream && ::isatty(STDOUT_FILENO) == 1) {
    return fail("standard output is a terminal; name a file with -o, or send it to a program");
  }
  StopSignals signals;
  signals.end_at_once(discard_delta_outputs,
                      to_stream ? "copse: stopped\n" : "copse: stopped; nothing was written\n");
  StandardOutput standard;
  DeltaInput input{flags.input, {}};
  if (flags.input == kStandardStream) {
    input = {"standard input", standard_input()};
  }
  DeltaOutput output{flags.output, flags.force, {}};
  if (to_stream) output = {"standard output", false, standard.writer()};
  const auto report = work(flags.base, input, output, flags.options);
  if (!report.ok()) {
    if (standard.failed()) return standard.finish(kExitError);
    const bool exists = report.error().message().ends_with(" exists already");
    return fail(report.error().message() + (exists ? "; --force replaces it" : ""));
  }
  if (report.value().fallbacks > 0) {
    say(counted(report.value().fallbacks, "algorithm") +
        " failed, and another took its place: " + report.value().fallback_reason);
  }
  // Beside bytes that go to standard output, a summary would be part of them.
  const int summarised = flags.json
                             ? print_json(report.value(), to_stream ? STDERR_FILENO : STDOUT_FILENO)
                             : kExitDone;
  return to_stream ? standard.finish(summarised) : summarised;
}

void add_common(CLI::App& command, DeltaFlags& flags) {
  command.add_option("-o,--output", flags.output, "The file to write; - is standard output")
      ->type_name("FILE")
      ->required();
  command.add_flag("-f,--force", flags.force, "Replace the output when it exists");
  command.add_option("-j,--jobs", flags.options.threads, "Threads; default: one a processor")
      ->type_name("N")
      ->check(CLI::Validator(CLI::Range(1U, kMaxJobs)).description(""));
  command.add_flag("--json", flags.json,
                   "Print a summary as JSON; on standard error when the output is standard output");
}

void add_setting(CLI::App& command, DeltaOptions& options) {
  const std::map<std::string, DeltaSetting> settings = {{"fast", DeltaSetting::Fast},
                                                        {"default", DeltaSetting::Default},
                                                        {"small", DeltaSetting::Small}};
  command
      .add_option_function<std::string>(
          "--setting",
          [&options, settings](const std::string& name) { options.setting = settings.at(name); },
          "What matters: fast, default (both), or small")
      ->type_name("SETTING")
      ->check(CLI::IsMember({"fast", "default", "small"}));
  command
      .add_option_function<std::string>(
          "--algorithm",
          [&options](const std::string& name) {
            options.algorithm = name == "auto" ? std::nullopt : find_delta_algorithm(name);
          },
          "auto (the default) tries them out on a sample")
      ->type_name("ALGORITHM")
      ->check(CLI::IsMember({"auto", "xor", "rolling", "suffix", "zstd_prefix", "pages", "raw"}));
}

}  // namespace

void add_delta_command(CLI::App& program, Action& action) {
  CLI::App* command =
      program.add_subcommand("delta", "Write what turns one file into another, small");
  auto flags = std::make_shared<DeltaFlags>();
  flags->options.threads = 0;
  command->add_option("BASE", flags->base, "The file that both sides have")
      ->type_name("FILE")
      ->required();
  command->add_option("NEW", flags->input, "The file to make of it; - is standard input")
      ->type_name("FILE")
      ->required();
  add_common(*command, *flags);
  add_setting(*command, flags->options);
  command->footer(kDeltaExamples);
  command->callback([flags, &action] { action = [flags] { return run(*flags, write_delta); }; });
}

void add_patch_command(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("patch", "Make a file of its base and a delta");
  auto flags = std::make_shared<DeltaFlags>();
  flags->options.threads = 0;
  command->add_option("BASE", flags->base, "The file that the delta was made against")
      ->type_name("FILE")
      ->required();
  command->add_option("DELTA", flags->input, "What 'copse delta' wrote; - is standard input")
      ->type_name("FILE")
      ->required();
  add_common(*command, *flags);
  command->footer(kPatchExamples);
  command->callback([flags, &action] { action = [flags] { return run(*flags, apply_delta); }; });
}

}  // namespace copse::cli
