// Span rules: what each form predicts, that predictors say what the forms say, and that nobody
// looks beyond the limit.
#include "syntax/span_rules.h"

#include <sys/mman.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include "syntax/span_predictor.h"
#include "testing/languages.h"

namespace copse {
namespace {

constexpr SpanRule rule_of(SizeKind size, std::uint32_t length = 0) {
  return {PaddingKind::None, size, length, 0};
}

// As a model of these rules is read: for a grammar without symbols there are two classes, and every
// symbol adds one.
SpanRules rules_of(const std::vector<SpanRule>& wanted, const std::vector<ByteSet>& sets) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.varint(sets.size());
  for (const ByteSet& set : sets) {
    for (const std::uint64_t word : set.words) {
      out.u64(word);
    }
  }
  for (const SpanRule& rule : wanted) {
    const auto padding = static_cast<unsigned>(rule.padding);
    const auto kind = static_cast<unsigned>(rule.size);
    out.u8(static_cast<std::uint8_t>((padding & 3) << 4 | (kind & 15) | kind >> 4 << 6 |
                                     padding >> 2 << 7));
    if (length_max(rule.size) != 0) out.varint(rule.length);
    if (set_count(rule.size) != 0) out.varint(rule.set);
  }
  ByteReader in(bytes);
  auto rules = SpanRules::read(in, static_cast<std::uint32_t>(wanted.size() - 2));
  EXPECT_TRUE(rules.ok() && in.at_end());
  Bytes again;
  ByteWriter writer(again);
  rules.value().write(writer);
  EXPECT_EQ(again, bytes);
  return std::move(rules).value();
}

// Learns from leaves that are given as text, then asks for all of them.
struct Leaf {
  std::uint32_t start;
  std::uint32_t size;
  std::uint32_t symbol = 1;
};

void expect_learnt(const std::string& source, const std::vector<Leaf>& leaves) {
  FlatTree tree;
  for (const Leaf& leaf : leaves) {
    tree.nodes.push_back({(leaf.symbol << 16) | COPSE_TAG_LEAF, leaf.start, leaf.size});
  }
  SpanTrainer trainer(*testing::language("json").grammar());
  trainer.add(tree, source);
  const SpanRules rules = trainer.train();
  SpanPredictor predictor(rules, source, source.size());
  std::uint32_t position = 0;
  for (const Leaf& leaf : leaves) {
    EXPECT_EQ(predictor.start(leaf.symbol, position), leaf.start) << source;
    EXPECT_EQ(predictor.size(leaf.symbol, leaf.start), leaf.size) << source;
    predictor.accept(leaf.symbol, leaf.start, leaf.size);
    position = leaf.start + leaf.size;
  }
}

TEST(SpanRules, LearnWhatTokensLookLike) {
  expect_learnt("abc de_f1  \n g", {{0, 3}, {4, 5}, {13, 1}});                  // words
  expect_learnt("// one\n  // three\n", {{0, 6}, {9, 8}});                      // to the line's end
  expect_learnt("/* a */ /* * b */", {{0, 7}, {8, 9}});                         // block comments
  expect_learnt(R"("a\"b" "" "cd")", {{0, 6}, {7, 2}, {10, 4}});                // quoted
  expect_learnt("1.5e-3 0x1F 7", {{0, 6}, {7, 4}, {12, 1}});                    // numbers
  expect_learnt("<> ++ =!", {{0, 2}, {3, 2}, {6, 2}});                          // of fixed length
  expect_learnt("a \\\n b \\\r\n c", {{0, 1}, {5, 1}, {11, 1}});                // continued lines
  expect_learnt("// a\n/* b\n */ // c\n", {{0, 4}, {5, 8}, {14, 4}});           // either comment
  expect_learnt(R"(\n \x41 \u12ab \101x)", {{0, 2}, {3, 4}, {8, 6}, {15, 4}});  // escapes
  expect_learnt("#if x\n#  define y", {{0, 3}, {4, 1, 2}, {6, 9}, {16, 1, 2}});  // directives
  expect_learnt("a\n b\r\n\tc", {{0, 1}, {2, 2}, {6, 2}});                       // line ends alone
  // What interrupts a template: "${", but no '$' alone.
  expect_learnt("a$b${}cd$$${}e`", {{0, 3}, {3, 3, 2}, {6, 4}, {10, 3, 2}, {13, 1}});
  // Strings of three kinds, one after the other: opener, content, closer.
  expect_learnt("'a\"' \"b'c\" rb'''x\\'' y''' f'a{}'", {{0, 1, 1},
                                                         {1, 2, 2},
                                                         {3, 1, 3},
                                                         {5, 1, 1},
                                                         {6, 3, 2},
                                                         {9, 1, 3},
                                                         {11, 5, 1},
                                                         {16, 4, 2},
                                                         {20, 2, 2},
                                                         {22, 3, 3},
                                                         {26, 2, 1},
                                                         {28, 1, 2},
                                                         {29, 2, 4},
                                                         {31, 1, 3}});
}

// Strings within strings: what is open again when the inner one is closed.
TEST(SpanPredictor, RemembersWhatIsOpen) {
  const std::string source = "f'a{\"\"\"b\"\"\"}c\"'";
  const SpanRules rules = rules_of({rule_of(SizeKind::QuoteOpen), rule_of(SizeKind::QuoteBody),
                                    rule_of(SizeKind::QuoteClose), rule_of(SizeKind::Fixed, 1)},
                                   {});
  SpanPredictor predictor(rules, source, source.size());
  std::uint32_t position = 0;
  for (const auto& [leaf_class, size] : std::vector<std::pair<std::size_t, std::uint32_t>>{
           {0, 2}, {1, 1}, {3, 1}, {0, 3}, {1, 1}, {2, 3}, {3, 1}, {1, 2}, {2, 1}, {2, 0}}) {
    EXPECT_EQ(predictor.size(leaf_class, position), size) << position;
    predictor.accept(leaf_class, position, size);
    position += size;
  }
  EXPECT_EQ(position, source.size());
}

// Padding and size kinds of models of version 1 say what they said when those were written: hashes
// of all predictions over one text.
TEST(SpanPredictor, OldKindsPredictWhatTheyDid) {
  constexpr std::uint64_t kGolden[] = {
      0x24f9e4ca2c65f63dU, 0x39bdc03488c9e3cfU, 0x3a43ccb0640309a4U, 0x72f84d589e6d31b9U,
      0x681bac3c8783a018U, 0xb828d49820ce2d77U, 0x44c1a6927e0e92d3U, 0x5aab0dd59becf892U,
      0x2db4db47c7477d96U, 0x2ce2d15aba0bd17cU, 0xef67dfbef274052fU, 0x1fbabb391279ea52U,
      0x11ace6fd07793927U, 0x4942bcbee27fb664U, 0x946761fa4197036cU, 0x6b41ebbbc387ae01U,
      0x8ec37a02c1093ad1U, 0x80b2f0ab118d9c57U, 0x514dc30055e3c7b4U, 0x28d4852df95247c9U,
      0xed723b826ddc9ffcU, 0x67c802765c4a33e7U, 0x274b6cf0ca7a2f3fU, 0xda43274879652d3eU,
      0x9fe8e93d8a6bfde9U, 0x0d56e70fc0a99affU, 0x100488156aa14084U, 0x64921088ead7a231U,
      0xc240d0b3c5250850U, 0x6f8ea46a84c237ebU, 0x72f7e8a789603d7bU, 0xe4b918109a98f6faU};
  std::string text;
  std::uint64_t state = 1;
  const std::string_view pieces[] = {" ",    "\t",  "\n",   "\r\n",     "\\\n",   "\\\r\n",  "\\",
                                     "\f\v", "abc", "_x9$", "\xC3\xA9", "1.5e-3", "0x1Fp+2", "..",
                                     "\"",   "'",   "\\\"", "/*",       "*/",     "//",      "(",
                                     "+",    "-",   "{",    "}",        "#",      "%",       "~"};
  for (int i = 0; i < 3000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    text += pieces[(state >> 33) % std::size(pieces)];
  }
  text += std::string(70000, ' ') + std::string(70000, 'w') + std::string(70000, '(');
  const ByteSet set{{0x0000A30000000201U, 0x07FFFFFE00000000U, 0, 0}};
  for (std::size_t kinds = 0; kinds < std::size(kGolden); ++kinds) {
    SpanRule rule = rule_of(static_cast<SizeKind>(kinds % 8));
    rule.padding = static_cast<PaddingKind>(kinds / 8);
    if (rule.size == SizeKind::Fixed) rule.length = 66000;
    const SpanRules rules = rules_of({rule, rule, rule}, {set});
    SpanPredictor predictor(rules, text, text.size());
    std::uint64_t hash = 14695981039346656037U;
    for (std::uint32_t at = 0; at <= text.size(); at += at < 6000 ? 1 : 997) {
      predictor.accept(0, at, 0);
      hash = (hash ^ predictor.start(0, at)) * 1099511628211U;
      hash = (hash ^ predictor.size(0, at)) * 1099511628211U;
    }
    EXPECT_EQ(hash, kGolden[kinds]) << kinds;
  }
}

std::string random_text(testing::Random& random, std::size_t size) {
  constexpr std::string_view kPieces[] = {" ",        "  ",
                                          "\t",       "\n",
                                          "\r\n",     "\\\n",
                                          "\\",       "a",
                                          "word",     "_9$",
                                          "\xC3\xA9", "1.5e-3",
                                          "0x1p",     "+",
                                          "-",        "\"",
                                          "'",        "'''",
                                          "`",        "/*",
                                          "*/",       "//",
                                          "(",        ")x\"",
                                          "{",        "}",
                                          "# ",       "rb",
                                          "f",        "?>",
                                          "\\x4",     "\\u{1",
                                          "\f",       std::string_view("\0", 1)};
  std::string text;
  while (text.size() < size) {
    if (random.chance(1)) {
      text.append(random.below(200), " \nw(\"7"[random.below(6)]);
    } else {
      text += kPieces[random.below(std::size(kPieces))];
    }
  }
  return text;
}

SpanRules random_rules(testing::Random& random, std::uint32_t count) {
  std::vector<ByteSet> sets(random.below(8) + 3);
  for (ByteSet& set : sets) {
    const std::uint32_t members = random.below(40);
    for (std::uint32_t i = 0; i < members; ++i) {
      set.add(static_cast<std::uint8_t>(random.below(random.chance(70) ? 128 : 256)));
    }
  }
  std::vector<SpanRule> wanted(count);
  for (SpanRule& rule : wanted) {
    rule.padding = static_cast<PaddingKind>(random.below(kPaddingKindMax + 1));
    rule.size = static_cast<SizeKind>(random.below(kSizeKindMax + 1));
    if (rule.size == SizeKind::Fixed) {
      rule.length = random.chance(90) ? random.below(9) : 70000;
    } else if (length_max(rule.size) != 0) {
      rule.length = random.below(length_max(rule.size) + 1);
    }
    if (set_count(rule.size) != 0) {
      rule.set = random.below(static_cast<std::uint32_t>(sets.size()) - set_count(rule.size) + 1);
    }
  }
  return rules_of(wanted, sets);
}

// Walks leaves at random and calls visit(class, position, predicted start, predicted size at it).
template <typename Visit>
void walk_at_random(const SpanRules& rules, std::string_view source, std::size_t limit,
                    std::uint64_t seed, const Visit& visit) {
  std::mt19937_64 engine(seed);
  SpanPredictor predictor(rules, source, limit);
  std::uint32_t position = 0;
  for (int leaf = 0; leaf < 4000; ++leaf) {
    const std::size_t leaf_class = engine() % rules.class_count();
    std::uint32_t start = predictor.start(leaf_class, position);
    std::uint32_t size = predictor.size(leaf_class, start);
    visit(leaf_class, position, start, size);
    if (engine() % 16 == 0) start = position;
    if (size > 64 || engine() % 16 == 0) {
      size = static_cast<std::uint32_t>(engine() % 8);
      size = std::min(size, static_cast<std::uint32_t>(limit) - start);
    }
    predictor.accept(leaf_class, start, size);
    visit(rules.class_count(), leaf_class, start, size);  // what was accepted
    position = start + size;
  }
}

// The maps and windows of a predictor change nothing: it says what the forms say of the plain text.
TEST(SpanPredictor, SaysWhatTheFormsSay) {
  testing::Random random(61);
  SCOPED_TRACE(random.seed());
  for (int round = 0; round < 60; ++round) {
    const SpanRules rules = random_rules(random, 12);
    const std::string text = random_text(random, random.below(20000));
    const std::size_t limit =
        text.size() - random.below(static_cast<std::uint32_t>(text.size()) / 2);
    const std::string_view source = std::string_view(text).substr(0, limit);
    std::array<OpenQuote, 32> open{};
    std::size_t open_count = 0;
    walk_at_random(
        rules, text, limit, random.below(UINT32_MAX),
        [&](std::size_t leaf_class, std::size_t position, std::uint32_t start, std::uint32_t size) {
          if (leaf_class == rules.class_count()) {
            const SizeKind kind = rules.rule(position).size;
            if (kind == SizeKind::QuoteOpen) {
              open[open_count++ % open.size()] = quote_opened(TokenText::from(source, start), size);
            } else if (kind == SizeKind::QuoteClose && open_count != 0) {
              --open_count;
            }
            return;
          }
          const SpanRule& rule = rules.rule(leaf_class);
          const auto at = static_cast<std::uint32_t>(position);
          ASSERT_EQ(start, at + padding_size(rule.padding, TokenText::from(source, at)));
          ASSERT_EQ(size, token_size(rule, rules.sets_of(rule), TokenText::from(source, start),
                                     open_count == 0 ? OpenQuote{}
                                                     : open[(open_count - 1) % open.size()]));
          ASSERT_LE(start + std::uint64_t{size}, limit);
        });
    if (HasFatalFailure()) return;
  }
}

// A page that nobody may touch, and the text directly before it.
class GuardedText {
 public:
  explicit GuardedText(std::string_view text) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    size_ = (text.size() / page + 2) * page;
    memory_ = static_cast<char*>(
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    char* const guard = memory_ + size_ - page;
    EXPECT_EQ(mprotect(guard, page, PROT_NONE), 0);
    text_ = {guard - text.size(), text.size()};
    text.copy(guard - text.size(), text.size());
  }
  ~GuardedText() { munmap(memory_, size_); }
  GuardedText(const GuardedText&) = delete;
  GuardedText& operator=(const GuardedText&) = delete;

  std::string_view text() const { return text_; }

 private:
  char* memory_;
  std::size_t size_;
  std::string_view text_;
};

TEST(SpanPredictor, NeverLooksBeyondTheLimit) {
  testing::Random random(62);
  SCOPED_TRACE(random.seed());
  for (int round = 0; round < 60; ++round) {
    const SpanRules rules = random_rules(random, 12);
    const std::string text = random_text(random, 2 + random.below(9000));
    const std::size_t limit = random.below(static_cast<std::uint32_t>(text.size()));
    std::string other = text;
    for (std::size_t at = limit; at < other.size(); ++at) {
      other[at] = static_cast<char>(random.below(256));
    }
    const GuardedText alone(std::string_view(text).substr(0, limit));
    const std::uint64_t seed = random.below(UINT32_MAX);
    std::vector<std::uint64_t> said[3];
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string_view source = i == 0 ? text : i == 1 ? other : alone.text();
      walk_at_random(rules, source, limit, seed,
                     [&](std::size_t, std::size_t, std::uint32_t start, std::uint32_t size) {
                       said[i].push_back(std::uint64_t{start} << 32 | size);
                     });
    }
    EXPECT_EQ(said[0], said[1]);
    EXPECT_EQ(said[0], said[2]);
  }
}

TEST(ByteMaps, AllWaysAgree) {
  testing::Random random(63);
  SCOPED_TRACE(random.seed());
  constexpr std::size_t kMapBytes = 24;
  for (int round = 0; round < 200; ++round) {
    std::array<ByteSet, ByteMaps::kCount> sets;
    for (ByteSet& set : sets) {
      const std::uint32_t members = random.below(256);
      for (std::uint32_t i = 0; i < members; ++i) {
        set.add(static_cast<std::uint8_t>(random.below(256)));
      }
    }
    std::string text(random.below(250), ' ');
    for (char& byte : text) {
      byte = static_cast<char>(random.below(256));
    }
    const GuardedText guarded(text);
    const ByteMaps maps(sets);
    std::array<std::uint8_t, ByteMaps::kCount * kMapBytes> found[4] = {};
    maps.fill(guarded.text(), found[0].data(), kMapBytes);
    maps.fill_plainly(guarded.text(), found[1].data(), kMapBytes);
    if (ByteMaps::has_avx2()) maps.fill_avx2(guarded.text(), found[2].data(), kMapBytes);
    if (ByteMaps::has_avx512()) maps.fill_avx512(guarded.text(), found[3].data(), kMapBytes);
    for (std::size_t map = 0; map < ByteMaps::kCount; ++map) {
      for (std::size_t k = 0; k < kMapBytes * 8; ++k) {
        const bool inside =
            k < text.size() && sets[map].contains(static_cast<std::uint8_t>(text[k]));
        const std::uint8_t byte = found[0][map * kMapBytes + k / 8];
        ASSERT_EQ((byte >> (k % 8) & 1) == 0, inside) << map << " " << k;
      }
    }
    EXPECT_EQ(found[0], found[1]);
    if (ByteMaps::has_avx2()) {
      EXPECT_EQ(found[0], found[2]);
    }
    if (ByteMaps::has_avx512()) {
      EXPECT_EQ(found[0], found[3]);
    }
  }
}

TEST(SpanRules, DamagedBytesAreRefused) {
  const auto read = [](const Bytes& bytes) {
    ByteReader in(bytes);
    return SpanRules::read(in, 0).ok();
  };
  EXPECT_TRUE(read({0, 0x01, 0x01}));         // two classes of words
  EXPECT_FALSE(read({0, 0x01}));              // one is missing
  EXPECT_FALSE(read({0, 0x43, 0x01}));        // size kind 19
  EXPECT_FALSE(read({0, 0x91, 0x01}));        // padding kind 5
  EXPECT_FALSE(read({0, 0x03, 0, 0x01}));     // a set that is not there
  EXPECT_FALSE(read({0, 0x08, 0x80, 1, 1}));  // flags of Line beyond the known
  Bytes sets{3};
  sets.resize(1 + 3 * sizeof(ByteSet));
  sets.insert(sets.end(), {0x0C, 0, 0, 0x01});
  EXPECT_TRUE(read(sets));  // a Text names three sets
  sets[sets.size() - 2] = 1;
  EXPECT_FALSE(read(sets));
}

}  // namespace
}  // namespace copse
