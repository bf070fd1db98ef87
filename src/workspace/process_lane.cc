// The lane that parses in a child process, and replaces it when it dies or hangs.
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "core/check.h"
#include "core/io/process.h"
#include "workspace/parse_lane.h"
#include "workspace/parse_protocol.h"

namespace copse {
namespace {

// What the child has beyond its time limit to notice it by itself, through tree-sitter's progress
// callback, before it is killed: a scanner that loops never asks.
constexpr double kGraceS = 2;
// Loading a grammar and taking a model are quick; a child that needs longer hangs.
constexpr double kLoadTimeoutS = 30;

class ProcessLane final : public ParseLane {
 public:
  ProcessLane(std::vector<std::string> command, const ParseLimits& limits, TreePhases phases)
      : command_(std::move(command)), limits_(limits), phases_(phases) {
    command_.push_back(std::to_string(limits.timeout_s));
  }

  Result<std::shared_ptr<const Grammar>> load(const std::string& language,
                                              const std::string& library_path) override {
    loaded_[language] = Loaded{library_path, nullptr};
    auto snapshot = call_load(language, library_path);
    if (!snapshot.ok()) {
      // What the child says itself names the file; what is said of a dead child does not.
      Error error = std::move(snapshot).take_error();
      if (error.message().find(library_path) != std::string::npos) return error;
      return std::move(error).with_context(library_path);
    }
    auto grammar = Grammar::from_snapshot(snapshot.value());
    if (!grammar.ok()) return std::move(grammar).take_error().with_context(library_path);
    return grammar;
  }

  Status set_model(const std::string& language,
                   const std::shared_ptr<const TreeModel>& model) override {
    loaded_[language].model = model;
    if (!child_) return success();  // start() sends it
    auto answer = call(ParseRequestKind::Model, language, model->bytes(), kLoadTimeoutS);
    if (!answer.ok()) return std::move(answer).take_error();
    return success();
  }

  Result<PreparedTree> prepare(const std::string& language, std::string_view source) override {
    COPSE_TRY_STATUS(start());
    COPSE_TRY(const Bytes body, call(ParseRequestKind::Prepare, language, as_bytes(source),
                                     limits_.timeout_s + kGraceS));
    return read_prepared_tree(body);
  }

  Result<TreeComparison> compare(const std::string& language, std::string_view source,
                                 const PreparedTree& stored) override {
    COPSE_TRY_STATUS(start());
    Bytes rest;
    ByteWriter out(rest);
    out.text(source);
    out.raw(write_prepared_tree(stored));
    COPSE_TRY(const Bytes body,
              call(ParseRequestKind::Compare, language, rest, 2 * limits_.timeout_s + kGraceS));
    return read_comparison(body);
  }

  void abort() override {
    const std::lock_guard lock(mutex_);
    aborted_ = true;
    if (child_) child_->kill();
  }

 private:
  struct Loaded {
    std::string library_path;
    std::shared_ptr<const TreeModel> model;  // null: the base model
  };

  Result<Bytes> call_load(const std::string& language, const std::string& library_path) {
    if (!child_) {
      COPSE_TRY_STATUS(spawn());
      COPSE_TRY_STATUS(tell_phases());
    }
    return call(ParseRequestKind::Load, language, as_bytes(library_path), kLoadTimeoutS);
  }

  Status spawn() {
    SpawnOptions options;
    options.arguments = command_;
    options.channel_descriptor = 0;
    options.address_space_limit_bytes = limits_.memory_bytes;
    const std::lock_guard lock(mutex_);
    if (aborted_) return Error(ErrorCode::Interrupted, "parsing was aborted");
    auto process = Process::spawn(options);
    if (!process.ok()) return std::move(process).take_error().with_context("starting a parser");
    child_.emplace(std::move(process).value());
    return success();
  }

  // A child assumes that all are on.
  Status tell_phases() {
    if (phases_ == TreePhases()) return success();
    const std::uint8_t off = phases_.off_bits();
    auto answer = call(ParseRequestKind::Phases, {}, ByteView(&off, 1), kLoadTimeoutS);
    if (!answer.ok()) return std::move(answer).take_error();
    return success();
  }

  // A child that knows every language of this lane.
  Status start() {
    if (child_) return success();
    for (const auto& [language, loaded] : loaded_) {
      auto answer = call_load(language, loaded.library_path);
      if (!answer.ok()) return std::move(answer).take_error();
      if (loaded.model == nullptr) continue;
      answer = call(ParseRequestKind::Model, language, loaded.model->bytes(), kLoadTimeoutS);
      if (!answer.ok()) return std::move(answer).take_error();
    }
    return success();
  }

  Result<Bytes> call(ParseRequestKind kind, const std::string& language, ByteView rest,
                     double timeout_s) {
    COPSE_CHECK(child_.has_value());
    const auto timeout_ms = static_cast<std::int64_t>(timeout_s * 1000);
    const Status sent =
        send_message(child_->channel(), parse_request(kind, language, rest), timeout_ms);
    if (!sent.ok()) return bury(sent.error());
    auto answer = receive_message(child_->channel(), timeout_ms);
    if (!answer.ok()) return bury(answer.error());
    return open_answer(std::move(answer).value());
  }

  // The child is lost: says why, and leaves none.
  Error bury(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (aborted_) {
      child_.reset();
      return Error(ErrorCode::Interrupted, "parsing was aborted");
    }
    if (error.code() == ErrorCode::Interrupted) {
      child_.reset();
      return Error(ErrorCode::LimitExceeded, "the parser did not answer and was ended");
    }
    auto ended = child_->wait(kBurialMs);
    child_.reset();
    if (!ended.ok()) return Error(ErrorCode::Io, "the parser is lost: " + error.message());
    return Error(ErrorCode::Io, "the parser ended with " + ended.value().text());
  }

  static constexpr std::int64_t kBurialMs = 1000;

  std::vector<std::string> command_;
  ParseLimits limits_;
  TreePhases phases_;
  std::mutex
      mutex_;  // guards the child's coming and going, and aborted_; the lane's thread reads freely
  bool aborted_ = false;
  std::optional<Process> child_;
  std::map<std::string, Loaded> loaded_;
};

}  // namespace

std::unique_ptr<ParseLane> make_process_lane(std::vector<std::string> command,
                                             const ParseLimits& limits, TreePhases phases) {
  return std::make_unique<ProcessLane>(std::move(command), limits, phases);
}

}  // namespace copse
