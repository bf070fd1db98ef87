// Names of segments, and the way to their bytes.
#include "workspace/postings_frames.h"

#include <algorithm>
#include <charconv>

#include "workspace/syntax_objects.h"

namespace copse {
namespace {

constexpr std::size_t kGrammarDigits = 16;

}  // namespace

std::optional<PostingsName> PostingsName::parse(std::string_view name) {
  if (!name.starts_with(kPostingsPrefix)) return std::nullopt;
  name.remove_prefix(kPostingsPrefix.size());
  if (name.size() < kGrammarDigits + 2 || name[kGrammarDigits] != '/') return std::nullopt;
  PostingsName parsed;
  parsed.grammar = name.substr(0, kGrammarDigits);
  const std::string_view digits = name.substr(kGrammarDigits + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), parsed.number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return parsed;
}

std::string PostingsName::text() const {
  return std::string(kPostingsPrefix) + grammar + "/" + std::to_string(number);
}

std::string postings_grammar(const ContentId& grammar) {
  return grammar.hex().substr(0, kGrammarDigits);
}

std::map<std::string, std::vector<std::uint64_t>> postings_numbers(
    const std::vector<std::string>& frame_names) {
  std::map<std::string, std::vector<std::uint64_t>> numbers;
  for (const std::string& name : frame_names) {
    if (const auto parsed = PostingsName::parse(name)) {
      numbers[parsed->grammar].push_back(parsed->number);
    }
  }
  for (auto& [grammar, of_grammar] : numbers)
    std::sort(of_grammar.begin(), of_grammar.end());
  return numbers;
}

Result<PostingsSegment> open_postings(const Store& store, const PostingsName& name) {
  const auto open = [&]() -> Result<PostingsSegment> {
    const auto ref = store.named_frame(name.text());
    if (!ref) return Error(ErrorCode::NotFound, "there is no such frame");
    // Its parts have checksums of their own.
    COPSE_TRY(const FrameView frame, store.read_view(*ref, FrameCheck::Parts));
    if (frame.type != kPostingsFrame || frame.codec != static_cast<std::uint8_t>(FrameCodec::Raw)) {
      return Error(ErrorCode::Corrupt, "it is a frame of another type");
    }
    COPSE_TRY(PostingsSegment segment, PostingsSegment::open(frame.payload, frame.owner));
    if (postings_grammar(segment.grammar()) != name.grammar) {
      return Error(ErrorCode::Corrupt, "it is of another grammar");
    }
    return segment;
  };
  auto segment = open();
  if (!segment.ok()) return std::move(segment).take_error().with_context(name.text());
  return segment;
}

Status put_postings(StoreWriter& writer, const PostingsName& name, ByteView segment) {
  COPSE_TRY(const FrameRef ref,
            writer.append_frame(kPostingsFrame, static_cast<std::uint8_t>(FrameCodec::Raw),
                                segment.size(), segment));
  return writer.set_named_frame(name.text(), ref);
}

std::uint64_t document_key(const FileRecord& record) {
  return document_key(record.content, record.grammar.content, record.parser_build);
}

}  // namespace copse
