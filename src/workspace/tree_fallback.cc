#include "workspace/tree_fallback.h"

#include <utility>

#include "core/counters.h"
#include "core/hash.h"
#include "core/io/clock.h"
#include "core/io/file_system.h"
#include "syntax/lazy_nodes.h"
#include "syntax/tree_codec.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

constexpr double kParseTimeoutS = 60;

}  // namespace

TreeFallback::TreeFallback(const Workspace::Impl& workspace, const OpenOptions& options)
    : workspace_(workspace),
      parse_command_(options.parse_command),
      languages_(real_file_system(), options.grammar_path) {}

Result<std::shared_ptr<const TreeData>> TreeFallback::parse(const FileRecord& record,
                                                            std::shared_ptr<const Grammar> grammar,
                                                            const Error& why) {
  const std::lock_guard guard(mutex_);
  auto data = parse_source(record, std::move(grammar));
  if (!data.ok()) {
    return Error(why.code(),
                 why.message() + "; nor can it be parsed again: " + data.error().message());
  }
  workspace_.counters().add(Counter::Fallbacks);
  if (notes_.size() < kNotesMax) {
    notes_.push_back(record.path + ": its tree was parsed again: " + why.message());
  }
  return data;
}

Result<std::shared_ptr<const TreeData>> TreeFallback::parse_source(
    const FileRecord& record, std::shared_ptr<const Grammar> grammar) {
  COPSE_TRY(std::string source, workspace_.read_source(record));
  if (ContentKey(content_id(as_bytes(source))) != record.content) {
    return Error(ErrorCode::Corrupt, "the source is not what was indexed");
  }
  if (lanes_.empty()) lanes_ = make_lanes(1, parse_command_, real_clock(), {kParseTimeoutS, 0});
  LaneState& lane = *lanes_.front();
  const LanguageState& language = languages_.load(record.language, lane.lane());
  if (!language.usable()) return Error(ErrorCode::Unsupported, language.problem);
  if (language.grammar->identity() != grammar->identity()) {
    return Error(ErrorCode::Unsupported,
                 "the grammar that made it is not the one at " + language.library_path);
  }
  COPSE_TRY_STATUS(lane.ready(language, nullptr));
  COPSE_TRY(PreparedTree tree, lane.lane().prepare(record.language, source));
  COPSE_TRY(Bytes bytes, unpack_tree_bytes(static_cast<std::uint8_t>(tree.frame.codec),
                                           tree.frame.bytes, tree.frame.raw_bytes, tree.nodes));
  auto owner = std::make_shared<const Bytes>(std::move(bytes));
  const std::uint64_t source_bytes = source.size();
  COPSE_TRY(auto lazy,
            LazyNodes::open(base_model(language.grammar), *owner, owner, std::move(source), nullptr,
                            source_bytes, static_cast<std::uint32_t>(tree.nodes)));
  return make_lazy_tree_data(std::move(grammar), std::move(lazy),
                             static_cast<std::uint32_t>(tree.visible_nodes));
}

std::vector<std::string> TreeFallback::notes() const {
  const std::lock_guard guard(mutex_);
  return notes_;
}

}  // namespace copse
