#include "workspace/fragment_parser.h"

#include <utility>

#include "core/io/file_system.h"
#include "workspace/grammar_library.h"

namespace copse {
namespace {

// Far more than a pattern needs.
constexpr std::uint64_t kMemoryBytesMax = std::uint64_t{4} << 30;

std::unique_ptr<ParseLane> make_lane(std::vector<std::string> command) {
  const ParseLimits limits{FragmentParser::kTimeoutS, kMemoryBytesMax};
  return command.empty() ? make_thread_lane(real_clock(), limits)
                         : make_process_lane(std::move(command), limits);
}

}  // namespace

FragmentParser::FragmentParser(std::vector<std::string> grammar_path,
                               std::vector<std::string> parse_command)
    : grammar_path_(std::move(grammar_path)), lane_(make_lane(std::move(parse_command))) {}

Result<const FragmentParser::Loaded*> FragmentParser::load(const std::string& language) {
  const auto found = loaded_.find(language);
  if (found != loaded_.end()) return &found->second;
  const auto path = find_grammar(real_file_system(), grammar_path_, language);
  if (!path) {
    return Error(ErrorCode::NotFound,
                 "patterns are parsed with the language's grammar, and there "
                 "is no '" +
                     language + ".so' (" + describe_grammar_path(grammar_path_) + ")");
  }
  Loaded loaded;
  loaded.library_path = *path;
  COPSE_TRY(loaded.grammar, lane_->load(language, *path));
  loaded.model = base_model(loaded.grammar);
  return &loaded_.emplace(language, std::move(loaded)).first->second;
}

Result<std::shared_ptr<const Grammar>> FragmentParser::grammar(const std::string& language) {
  COPSE_TRY(const Loaded* loaded, load(language));
  return loaded->grammar;
}

Result<std::shared_ptr<const TreeData>> FragmentParser::parse(
    const std::string& language, const std::shared_ptr<const Grammar>& grammar,
    const std::string& text) {
  COPSE_TRY(const Loaded* loaded, load(language));
  if (loaded->grammar->identity() != grammar->identity()) {
    return Error(ErrorCode::Unsupported, "the grammar at " + loaded->library_path +
                                             " is not the one that made the store's trees of " +
                                             language +
                                             "; run 'copse index' to bring the store up to date");
  }
  COPSE_TRY(const PreparedTree tree, lane_->prepare(language, text));
  COPSE_TRY(FlatTree flat,
            unpack_tree(*loaded->model, text, static_cast<std::uint8_t>(tree.frame.codec),
                        tree.frame.bytes, tree.frame.raw_bytes, tree.nodes));
  return make_tree_data(grammar, text, std::move(flat));
}

}  // namespace copse
