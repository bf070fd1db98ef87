// The other end of a process lane: answers requests until the channel closes.
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "copse/workspace.h"

#include "core/io/clock.h"
#include "core/io/process.h"
#include "syntax/parse_arena.h"
#include "workspace/parse_lane.h"
#include "workspace/parse_protocol.h"

namespace copse {
namespace {

constexpr std::int64_t kForEver = -1;

class ParseWorker {
 public:
  explicit ParseWorker(double timeout_s)
      : timeout_s_(timeout_s), lane_(make_thread_lane(real_clock(), ParseLimits{timeout_s, 0})) {}

  Bytes answer(ByteView request) {
    ByteReader in(request);
    const std::uint8_t kind = in.u8();
    const std::string language(in.text());
    const ByteView rest = in.raw(in.remaining());
    auto body = in.failed() ? Result<Bytes>(Error(ErrorCode::Corrupt, "damaged parse request"))
                            : handle(static_cast<ParseRequestKind>(kind), language, rest);
    return body.ok() ? success_answer(body.value()) : error_answer(body.error());
  }

 private:
  Result<Bytes> handle(ParseRequestKind kind, const std::string& language, ByteView rest) {
    if (kind == ParseRequestKind::Load) {
      COPSE_TRY(const auto grammar, lane_->load(language, std::string(as_text(rest))));
      grammars_[language] = grammar;
      return grammar->snapshot();
    }
    if (kind == ParseRequestKind::Phases) return set_phases(rest);
    const auto grammar = grammars_.find(language);
    if (grammar == grammars_.end()) {
      return Error(ErrorCode::InvalidArgument, "no grammar '" + language + "' was loaded");
    }
    if (kind == ParseRequestKind::Model) {
      COPSE_TRY(const auto model, TreeModel::from_bytes(rest, grammar->second));
      COPSE_TRY_STATUS(lane_->set_model(language, model));
      return Bytes();
    }
    if (kind == ParseRequestKind::Prepare) {
      COPSE_TRY(const PreparedTree tree, lane_->prepare(language, as_text(rest)));
      return write_prepared_tree(tree);
    }
    if (kind == ParseRequestKind::Compare) {
      ByteReader in(rest);
      const std::string_view source = in.text();
      COPSE_TRY(const PreparedTree stored, read_prepared_tree(in.raw(in.remaining())));
      COPSE_TRY(const TreeComparison comparison, lane_->compare(language, source, stored));
      return write_comparison(comparison);
    }
    return Error(ErrorCode::InvalidArgument, "unknown parse request");
  }

  Result<Bytes> set_phases(ByteView rest) {
    const auto phases = rest.size() == 1 ? TreePhases::from_off_bits(rest[0]) : std::nullopt;
    if (!phases || !grammars_.empty()) {
      return Error(ErrorCode::InvalidArgument, "phases are set once, before all else");
    }
    lane_ = make_thread_lane(real_clock(), ParseLimits{timeout_s_, 0}, *phases);
    return Bytes();
  }

  double timeout_s_;
  std::unique_ptr<ParseLane> lane_;
  std::map<std::string, std::shared_ptr<const Grammar>> grammars_;
};

}  // namespace

Status serve_parse_requests(int socket, double timeout_s) {
  Channel channel(socket);
  // A scanner that loops would outlive an indexer that was killed.
  end_process_with_peer(channel);
  // This process parses for its indexer and does nothing else.
  use_parse_arenas();
  ParseWorker worker(timeout_s);
  for (;;) {
    auto request = receive_message(channel, kForEver);
    if (!request.ok()) {
      // The indexer is done, or gone.
      if (request.error().code() == ErrorCode::NotFound) return success();
      return std::move(request).take_error();
    }
    COPSE_TRY_STATUS(send_message(channel, worker.answer(request.value()), kForEver));
  }
}

}  // namespace copse
