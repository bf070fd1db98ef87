#include "workspace/symbol_frames.h"

#include <algorithm>
#include <charconv>

#include "core/hash.h"
#include "workspace/language_table.h"
#include "workspace/syntax_objects.h"

namespace copse {
namespace {

constexpr std::size_t kGrammarDigits = 16;

}  // namespace

std::optional<SymbolFrameName> SymbolFrameName::parse(std::string_view name) {
  if (!name.starts_with(kSymbolFramePrefix)) return std::nullopt;
  name.remove_prefix(kSymbolFramePrefix.size());
  if (name.size() < kGrammarDigits + 2 || name[kGrammarDigits] != '/') return std::nullopt;
  SymbolFrameName parsed;
  parsed.grammar = name.substr(0, kGrammarDigits);
  const std::string_view digits = name.substr(kGrammarDigits + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), parsed.number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return parsed;
}

std::string SymbolFrameName::digits_of(const SharedId& grammar) {
  return grammar.content.hex().substr(0, kGrammarDigits);
}

std::string SymbolFrameName::text() const {
  return std::string(kSymbolFramePrefix) + grammar + "/" + std::to_string(number);
}

std::map<std::string, std::vector<std::uint64_t>> symbol_frames(
    const std::vector<std::string>& frame_names) {
  std::map<std::string, std::vector<std::uint64_t>> numbers;
  for (const std::string& name : frame_names) {
    if (const auto parsed = SymbolFrameName::parse(name)) {
      numbers[parsed->grammar].push_back(parsed->number);
    }
  }
  for (auto& [grammar, of_grammar] : numbers)
    std::sort(of_grammar.begin(), of_grammar.end());
  return numbers;
}

Result<SymbolSegment> open_symbols(const Store& store, const SymbolFrameName& name) {
  const auto open = [&]() -> Result<SymbolSegment> {
    const auto ref = store.named_frame(name.text());
    if (!ref) return Error(ErrorCode::NotFound, "there is no such frame");
    // Its parts have checksums of their own.
    COPSE_TRY(const FrameView frame, store.read_view(*ref, FrameCheck::Parts));
    if (frame.type != kSymbolsFrame || frame.codec != static_cast<std::uint8_t>(FrameCodec::Raw)) {
      return Error(ErrorCode::Corrupt, "it is a frame of another type");
    }
    return SymbolSegment::open(frame.payload, frame.owner);
  };
  auto segment = open();
  if (!segment.ok()) return std::move(segment).take_error().with_context(name.text());
  return segment;
}

Status put_symbols(StoreWriter& writer, const std::string& grammar, ByteView segment) {
  const auto frames = symbol_frames(writer.named_frames());
  const auto found = frames.find(grammar);
  const std::uint64_t number = found == frames.end() ? 1 : found->second.back() + 1;
  COPSE_TRY(const FrameRef ref,
            writer.append_frame(kSymbolsFrame, static_cast<std::uint8_t>(FrameCodec::Raw),
                                segment.size(), segment));
  return writer.set_named_frame(SymbolFrameName{grammar, number}.text(), ref);
}

std::uint64_t symbol_document_key(const FileRecord& record, const SharedId& tags) {
  Bytes bytes;
  bytes.reserve(sizeof record.content.digest + 2 * ContentId::kSizeBytes + 8);
  ByteWriter out(bytes);
  out.raw(record.content.digest);
  out.raw(record.grammar.content.digest);
  out.u64(record.parser_build);
  out.raw(tags.content.digest);
  return checksum64(bytes);
}

std::optional<SharedId> StoredTags::of(const std::string& language) {
  const auto found = known_.find(language);
  if (found != known_.end()) return found->second;
  return known_.emplace(language, store_.root(LanguageTable::tags_root(language))).first->second;
}

}  // namespace copse
