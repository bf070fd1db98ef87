#include "query/stored_query.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "core/hash.h"
#include "query/program_check.h"

namespace copse {
namespace {

constexpr std::string_view kMagic = "copseqry";
constexpr std::size_t kHeaderBytes = 16 + ContentId::kSizeBytes;
constexpr std::size_t kChecksumBytes = 8;

// What a step is, in sixteen bits: which numbers follow, then how it matches.
constexpr unsigned kCaptureBits = 2;
constexpr std::uint16_t kCaptureMask = (1U << kCaptureBits) - 1;
enum StepBits : std::uint16_t {
  kHasSupertype = 1U << 2,
  kHasField = 1U << 3,
  kHasAlternative = 1U << 4,
  kHasNegatedFields = 1U << 5,
  kIsNamed = 1U << 6,
  kIsImmediate = 1U << 7,
  kIsLastChild = 1U << 8,
  kIsPassThrough = 1U << 9,
  kIsDeadEnd = 1U << 10,
  kAlternativeIsImmediate = 1U << 11,
  kContainsCaptures = 1U << 12,
  kIsFallible = 1U << 13,
  kIsMissing = 1U << 14,
  kIsGuaranteed = 1U << 15,
};
static_assert(kCapturesOfStepMax <= kCaptureMask);

struct StepFlag {
  bool QueryStep::*member;
  StepBits bit;
};
constexpr StepFlag kStepFlags[] = {
    {&QueryStep::is_named, kIsNamed},
    {&QueryStep::is_immediate, kIsImmediate},
    {&QueryStep::is_last_child, kIsLastChild},
    {&QueryStep::is_pass_through, kIsPassThrough},
    {&QueryStep::is_dead_end, kIsDeadEnd},
    {&QueryStep::alternative_is_immediate, kAlternativeIsImmediate},
    {&QueryStep::contains_captures, kContainsCaptures},
    {&QueryStep::is_fallible, kIsFallible},
    {&QueryStep::is_missing, kIsMissing},
    {&QueryStep::root_pattern_guaranteed, kIsGuaranteed},
};

// A pattern's own facts; in the place of an argument, what it is.
constexpr std::uint8_t kIsRooted = 1;
constexpr std::uint8_t kIsNonLocal = 2;
constexpr std::uint8_t kTextArgument = 0;
constexpr std::uint8_t kCaptureArgument = 1;

// The least that an item takes, so that no count makes a reader allocate much.
constexpr std::size_t kStepBytesMin = 4;
constexpr std::size_t kPatternBytesMin = 5;
constexpr std::size_t kPredicateBytesMin = 2;
constexpr std::size_t kArgumentBytesMin = 2;
constexpr std::size_t kEntryBytesMin = 3;
constexpr std::size_t kCaptureCountBytes = 2;

// ---- writing -----------------------------------------------------------------------------------

std::uint16_t bits_of(const QueryStep& step) {
  unsigned bits = 0;
  while (bits < kCapturesOfStepMax && step.captures[bits] != kNoStep)
    ++bits;
  if (step.supertype_symbol != 0) bits |= kHasSupertype;
  if (step.field != 0) bits |= kHasField;
  if (step.alternative != kNoStep) bits |= kHasAlternative;
  if (step.negated_field_list != 0) bits |= kHasNegatedFields;
  for (const StepFlag& flag : kStepFlags) {
    if (step.*flag.member) bits |= flag.bit;
  }
  return static_cast<std::uint16_t>(bits);
}

void write_step(ByteWriter& out, const QueryStep& step, std::int64_t index) {
  const std::uint16_t bits = bits_of(step);
  out.u16(bits);
  out.varint(step.symbol);
  out.varint(step.depth);
  if ((bits & kHasSupertype) != 0) out.varint(step.supertype_symbol);
  if ((bits & kHasField) != 0) out.varint(step.field);
  if ((bits & kHasAlternative) != 0) out.zigzag(step.alternative - index);
  if ((bits & kHasNegatedFields) != 0) out.varint(step.negated_field_list);
  for (unsigned i = 0; i < (bits & kCaptureMask); ++i) {
    out.varint(step.captures[i]);
  }
}

void write_predicate(ByteWriter& out, const GeneralPredicate& predicate) {
  out.text(predicate.name);
  out.varint(predicate.arguments.size());
  for (const GeneralPredicate::Argument& argument : predicate.arguments) {
    out.u8(argument.capture ? kCaptureArgument : kTextArgument);
    if (argument.capture) {
      out.varint(*argument.capture);
    } else {
      out.text(argument.text);
    }
  }
}

void write_pattern(ByteWriter& out, const QueryPattern& pattern, std::uint32_t begin) {
  const PatternFacts& facts = pattern.facts;
  COPSE_CHECK(begin <= facts.begin_byte && facts.begin_byte <= facts.end_byte);
  out.varint(facts.begin_byte - begin);
  out.varint(facts.end_byte - facts.begin_byte);
  out.u8(static_cast<std::uint8_t>((facts.is_rooted ? kIsRooted : 0) |
                                   (facts.is_non_local ? kIsNonLocal : 0)));
  out.varint(pattern.captures.size());
  std::uint32_t next = 0;
  for (const CaptureCount& count : pattern.captures) {
    out.varint(count.capture - next);
    out.u8(static_cast<std::uint8_t>(count.quantifier));
    next = count.capture + 1;
  }
  out.varint(pattern.predicates.size());
  for (const GeneralPredicate& predicate : pattern.predicates) {
    write_predicate(out, predicate);
  }
}

// ---- reading -----------------------------------------------------------------------------------

class QueryReader {
 public:
  explicit QueryReader(ByteView body) : in_(body) {}

  // False when the bytes say nothing; what they say is not checked yet.
  bool run(QueryParts& query) {
    read_names(query.patterns.capture_names);
    read_lists(query.program);
    query.program.steps.resize(in_.count(kStepBytesMin));
    for (std::size_t i = 0; i < query.program.steps.size() && !in_.failed(); ++i) {
      read_step(query.program.steps[i], static_cast<std::int64_t>(i));
    }
    query.patterns.all.resize(in_.count(kPatternBytesMin));
    for (QueryPattern& pattern : query.patterns.all) {
      if (in_.failed()) return false;
      read_pattern(pattern, query.patterns.capture_names.size());
    }
    query.program.entries.resize(in_.count(kEntryBytesMin));
    for (QueryEntry& entry : query.program.entries) {
      entry.pattern = number();
      entry.step = number();
      entry.is_rooted = below(in_.u8(), 2) != 0;
    }
    read_changes(query.patterns.guarantee_changes);
    return !in_.failed() && in_.at_end();
  }

 private:
  // A varint of sixteen bits.
  std::uint16_t number() {
    return static_cast<std::uint16_t>(below(in_.varint(), std::uint64_t{UINT16_MAX} + 1));
  }

  template <typename Number>
  Number below(Number value, std::uint64_t limit) {
    if (value < limit) return value;
    in_.fail();
    return 0;
  }

  // The one before, and a varint.
  std::uint32_t behind(std::uint32_t before) {
    return static_cast<std::uint32_t>(
        below(std::uint64_t{before} + in_.varint32(), std::uint64_t{UINT32_MAX} + 1));
  }

  void read_names(std::vector<std::string>& names) {
    const std::size_t count = in_.count(1);
    if (count >= kNoStep) return in_.fail();
    names.resize(count);
    for (std::string& name : names) {
      name = in_.text();
    }
  }

  void read_lists(ProgramParts& program) {
    for (std::vector<std::uint16_t>* list : {&program.negated_fields, &program.rootless_repeats}) {
      list->resize(in_.count(1));
      for (std::uint16_t& value : *list) {
        value = number();
      }
    }
  }

  void read_step(QueryStep& step, std::int64_t index) {
    const std::uint16_t bits = in_.u16();
    step = {};
    step.symbol = number();
    step.depth = number();
    if ((bits & kHasSupertype) != 0) step.supertype_symbol = number();
    if ((bits & kHasField) != 0) step.field = number();
    step.alternative = kNoStep;
    if ((bits & kHasAlternative) != 0) {
      // A distance that is out of all bounds must not become one that is within.
      const std::int64_t distance = in_.zigzag();
      if (distance < -index || distance >= kNoStep - index) return in_.fail();
      step.alternative = static_cast<std::uint16_t>(index + distance);
    }
    if ((bits & kHasNegatedFields) != 0) step.negated_field_list = number();
    for (unsigned i = 0; i < kCapturesOfStepMax; ++i) {
      step.captures[i] = i < (bits & kCaptureMask) ? number() : kNoStep;
    }
    for (const StepFlag& flag : kStepFlags) {
      step.*flag.member = (bits & flag.bit) != 0;
    }
  }

  void read_pattern(QueryPattern& pattern, std::size_t capture_count) {
    PatternFacts& facts = pattern.facts;
    facts.begin_byte = behind(end_byte_);
    facts.end_byte = behind(facts.begin_byte);
    end_byte_ = facts.end_byte;
    const std::uint8_t bits = below(in_.u8(), 2 * kIsNonLocal);
    facts.is_rooted = (bits & kIsRooted) != 0;
    facts.is_non_local = (bits & kIsNonLocal) != 0;
    pattern.captures.resize(in_.count(kCaptureCountBytes));
    std::uint32_t next = 0;
    for (CaptureCount& count : pattern.captures) {
      count.capture = below(behind(next), capture_count);
      count.quantifier =
          static_cast<CaptureQuantifier>(below(in_.u8(), std::uint64_t{kCaptureQuantifierMax} + 1));
      next = count.capture + 1;
    }
    pattern.predicates.resize(in_.count(kPredicateBytesMin));
    for (GeneralPredicate& predicate : pattern.predicates) {
      if (in_.failed()) return;
      read_predicate(predicate, capture_count);
    }
  }

  void read_predicate(GeneralPredicate& predicate, std::size_t capture_count) {
    predicate.name = in_.text();
    predicate.arguments.resize(in_.count(kArgumentBytesMin));
    for (GeneralPredicate::Argument& argument : predicate.arguments) {
      if (below(in_.u8(), kCaptureArgument + 1) == kCaptureArgument) {
        argument.capture = below(in_.varint32(), capture_count);
      } else {
        argument.text = in_.text();
      }
    }
  }

  void read_changes(std::vector<std::uint32_t>& changes) {
    changes.resize(in_.count(1));
    std::uint32_t before = 0;
    for (std::uint32_t& change : changes) {
      change = behind(before);
      const bool is_first = &change == changes.data();
      if (!is_first && change == before) return in_.fail();
      before = change;
    }
  }

  static constexpr auto kCaptureQuantifierMax =
      static_cast<std::uint8_t>(CaptureQuantifier::OneOrMore);

  ByteReader in_;
  std::uint32_t end_byte_ = 0;  // of the pattern before
};

Error corrupt(const std::string& what) {
  return {ErrorCode::Corrupt, "stored query: " + what};
}

// The grammar's name, for messages, then everything else; views into the bytes.
struct Frame {
  std::string_view grammar;
  ByteView body;
};

Result<Frame> open_frame(ByteView bytes, ContentId& identity) {
  if (bytes.size() > kStoredQueryBytesMax) {
    return Error(ErrorCode::LimitExceeded, "stored query: it has " + std::to_string(bytes.size()) +
                                               " bytes, more than " +
                                               std::to_string(kStoredQueryBytesMax));
  }
  ByteReader in(bytes);
  if (as_text(in.raw(kMagic.size())) != kMagic) return corrupt("the bytes are no stored query");
  const std::uint32_t version = in.u32();
  if (!in.failed() && version > kQueryFormatVersion) {
    return Error(ErrorCode::Unsupported,
                 "stored query: it has format version " + std::to_string(version) +
                     ", this program reads up to " + std::to_string(kQueryFormatVersion));
  }
  const std::uint32_t size = in.u32();
  if (in.failed() || bytes.size() < kHeaderBytes + kChecksumBytes || size != bytes.size()) {
    return corrupt("it has " + std::to_string(bytes.size()) + " bytes, not the " +
                   std::to_string(size) + " that it was written with");
  }
  if (version == 0) return corrupt("there is no format version 0");
  ByteReader tail(bytes.last(kChecksumBytes));
  if (tail.u64() != checksum64(bytes.first(bytes.size() - kChecksumBytes))) {
    return corrupt("its checksum does not match");
  }
  const ByteView digest = in.raw(ContentId::kSizeBytes);
  std::copy(digest.begin(), digest.end(), identity.digest.begin());
  ByteReader rest(bytes.subspan(kHeaderBytes, bytes.size() - kHeaderBytes - kChecksumBytes));
  Frame frame;
  frame.grammar = rest.text();
  frame.body = rest.raw(rest.remaining());
  return frame;
}

}  // namespace

Bytes write_query(const ProgramParts& program, const QueryPatterns& patterns,
                  const Grammar& grammar) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.raw(as_bytes(kMagic));
  out.u32(kQueryFormatVersion);
  const std::size_t size_at = out.size();
  out.u32(0);
  out.raw(grammar.identity().digest);
  out.text(grammar.name());
  out.varint(patterns.capture_names.size());
  for (const std::string& name : patterns.capture_names) {
    out.text(name);
  }
  for (const auto* list : {&program.negated_fields, &program.rootless_repeats}) {
    out.varint(list->size());
    for (const std::uint16_t value : *list) {
      out.varint(value);
    }
  }
  out.varint(program.steps.size());
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    write_step(out, program.steps[i], static_cast<std::int64_t>(i));
  }
  out.varint(patterns.all.size());
  std::uint32_t begin = 0;
  for (const QueryPattern& pattern : patterns.all) {
    write_pattern(out, pattern, begin);
    begin = pattern.facts.end_byte;
  }
  out.varint(program.entries.size());
  for (const QueryEntry& entry : program.entries) {
    out.varint(entry.pattern);
    out.varint(entry.step);
    out.u8(entry.is_rooted ? 1 : 0);
  }
  out.varint(patterns.guarantee_changes.size());
  std::uint32_t before = 0;
  for (const std::uint32_t change : patterns.guarantee_changes) {
    out.varint(change - before);
    before = change;
  }
  const auto size = static_cast<std::uint32_t>(bytes.size() + kChecksumBytes);
  std::memcpy(bytes.data() + size_at, &size, sizeof(size));
  out.u64(checksum64(bytes));
  COPSE_CHECK(bytes.size() <= kStoredQueryBytesMax);
  return bytes;
}

Result<QueryParts> read_query(ByteView bytes, const Grammar& grammar) {
  ContentId identity;
  COPSE_TRY(const Frame frame, open_frame(bytes, identity));
  if (identity != grammar.identity()) {
    return Error(ErrorCode::InvalidArgument, "stored query: it is for grammar " +
                                                 std::string(frame.grammar) + " " + identity.hex() +
                                                 ", not for " + grammar.name() + " " +
                                                 grammar.identity().hex());
  }
  QueryParts query;
  if (!QueryReader(frame.body).run(query)) return corrupt("its parts do not fit together");
  const ProgramLimits limits{grammar, query.patterns.all.size(),
                             query.patterns.capture_names.size()};
  const Status status = check_program(query.program, limits);
  if (!status.ok()) return corrupt(status.error().message());
  return query;
}

}  // namespace copse
