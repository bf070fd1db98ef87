// What the grammars' own tags queries find, with the rules of tree-sitter's `tags` crate.
#include "workspace/symbol_collector.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "syntax/tree_data.h"
#include "testing/languages.h"
#include "workspace/tags_directives.h"

namespace copse {
namespace {

TagsText text_of(const std::string& language) {
  auto text = TagsText::beside(
      real_file_system(), std::string(COPSE_TEST_GRAMMAR_DIR) + "/" + language + ".so", language);
  EXPECT_TRUE(text.ok());
  return std::move(text).value();
}

Tree parse(const std::string& language, const std::string& source) {
  return Tree(make_tree_data(testing::language(language).grammar(), source,
                             testing::parse_flat(language, source)));
}

TagsQuery compile(const std::string& language, const TagsText& text) {
  auto query = TagsQuery::compile(Language(testing::language(language).grammar()), text);
  EXPECT_TRUE(query.ok()) << (query.ok() ? "" : query.error().message());
  return std::move(query).value();
}

// "kind name row:column first-last" each.
std::vector<std::string> found(const TagsQuery& query, const Tree& tree) {
  std::vector<std::string> lines;
  const auto entries = query.collect(tree);
  EXPECT_TRUE(entries.ok());
  for (const SymbolEntry& entry : entries.value()) {
    EXPECT_TRUE(is_sound(entry));
    const SymbolPlace& place = entry.place;
    EXPECT_EQ(tree.source().substr(place.start_byte, entry.name.size()), entry.name);
    lines.push_back(entry.kind + " " + entry.name + " " + std::to_string(place.row) + ":" +
                    std::to_string(place.column) + " " + std::to_string(place.first_row) + "-" +
                    std::to_string(place.last_row));
  }
  return lines;
}

std::vector<std::string> found(const std::string& language, const std::string& source) {
  return found(compile(language, text_of(language)), parse(language, source));
}

using Lines = std::vector<std::string>;

TEST(SymbolCollector, DefinitionsOfC) {
  EXPECT_EQ(found("c",
                  "struct s { int x; };\nstruct t;\ntypedef int number;\nenum e { A };\n"
                  "static int add(int a,\n  int b)\n{ return add(a, b); }\n"),
            (Lines{"definition.class s 0:7 0-0", "definition.type number 2:12 2-2",
                   "definition.type e 3:5 3-3", "definition.function add 4:11 4-5"}));
}

TEST(SymbolCollector, DefinitionsAndReferencesOfOthers) {
  EXPECT_EQ(
      found("go", "package p\n// T is\ntype T int\n\nfunc (t T) Go() { run(t) }\n"),
      (Lines{"definition.type T 2:5 2-2", "reference.type int 2:7 2-2", "reference.type T 4:8 4-4",
             "definition.method Go 4:11 4-4", "reference.call run 4:18 4-4"}));
  EXPECT_EQ(found("python", "X = 1\nclass A:\n  def f(self):\n    self.g(h())\n"),
            (Lines{"definition.constant X 0:0 0-0", "definition.class A 1:6 1-3",
                   "definition.function f 2:6 2-3", "reference.call g 3:9 3-3",
                   "reference.call h 3:11 3-3"}));
  // #not-eq? on the name, and #not-match?.
  EXPECT_EQ(found("javascript",
                  "class A { constructor() {} m() {} }\nconst f = () => require('x');\nf();\n"),
            (Lines{"definition.class A 0:6 0-0", "definition.method m 0:27 0-0",
                   "definition.function f 1:6 1-1", "reference.call f 2:0 2-2"}));
}

// A method matches as a function, too: the earlier pattern is the tag.
TEST(SymbolCollector, OneTagANameOfTheEarliestPattern) {
  EXPECT_EQ(found("rust", "impl A { fn m() {} }\nfn f() {}\n"),
            (Lines{"reference.implementation A 0:5 0-0", "definition.method m 0:12 0-0",
                   "definition.function f 1:3 1-1"}));
}

// (#is-not? local) and locals.scm; scopes of methods do not inherit.
TEST(SymbolCollector, LocalsAreNoReferences) {
  EXPECT_EQ(found("ruby", "def m(a)\n  b = a\n  b.each { |c| c + b + d }\nend\nb\n"),
            (Lines{"definition.method m 0:4 0-3", "reference.call each 2:4 2-2",
                   "reference.call d 2:23 2-2", "reference.call b 4:0 4-4"}));
}

TEST(SymbolCollector, NamesInBrokenNodesAndLongNamesAreLeftOut) {
  const TagsText text{"", "(function_declarator declarator: (_) @name) @definition.x"};
  const TagsQuery query = compile("c", text);
  EXPECT_EQ(found(query, parse("c", "int f(void);")), (Lines{"definition.x f 0:4 0-0"}));
  EXPECT_EQ(found(query, parse("c", "int (f +)(void);\n")), Lines{});
  const std::string fits(kSymbolNameBytesMax, 'n');
  EXPECT_EQ(found(query, parse("c", "int " + fits + "(void);")).size(), 1U);
  EXPECT_EQ(found(query, parse("c", "int " + fits + "n(void);")).size(), 0U);
}

TEST(SymbolCollector, IgnoredNamesTakeTheirTagsWithThem) {
  const TagsText text{"",
                      "((identifier) @ignore (#eq? @ignore \"no\"))\n"
                      "(identifier) @name @reference.y\n"
                      "(identifier) @other"};
  EXPECT_EQ(found(compile("c", text), parse("c", "int no, yes;")),
            (Lines{"reference.y yes 0:8 0-0"}));
}

TEST(SymbolCollector, TextsAreKept) {
  const TagsText text = text_of("ruby");
  EXPECT_FALSE(text.locals.empty());
  EXPECT_EQ(TagsText::decode(text.encode()).value(), text);
  const Bytes bytes = text.encode();
  for (std::size_t i = 0; i < bytes.size(); i += 97)
    EXPECT_FALSE(TagsText::decode(ByteView(bytes).first(i)).ok());
  EXPECT_TRUE(text_of("json").tags.empty());
  const auto broken = TagsQuery::compile(Language(testing::language("c").grammar()), {"", "(x"});
  EXPECT_FALSE(broken.ok());
}

TEST(TagsDirectives, AreReadByPattern) {
  const auto patterns = read_tags_directives(
      "; (a) comment \"\n"
      "((a) @x (#is-not? local) (#eq? @x \"(\\\"\"))\n"
      "[(b) \"[\"] @y\n"
      "\"c\" @z _ @any\n"
      "((d) @local.scope (#set! local.scope-inherits false))\n"
      "((e) @local.scope (#set! local.scope-inherits))\n"
      "((f) @local.scope (#set! \"local.scope-inherits\" \"true\") (#is-not? other)) @w\n");
  ASSERT_EQ(patterns.size(), 7U);
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    EXPECT_EQ(patterns[i].name_must_be_non_local, i == 0) << i;
    EXPECT_EQ(patterns[i].scope_inherits, i != 4) << i;
  }
}

// Over whole sources: by name, the earliest of all patterns that match it, in the plainest way.
std::set<std::tuple<std::uint32_t, std::string, std::string>> plainly(const std::string& language,
                                                                      const TagsText& text,
                                                                      const Tree& tree) {
  const auto query =
      Query::compile(Language(testing::language(language).grammar()), text.tags).value();
  const auto names = query.capture_names();
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::uint32_t, std::string>> best;
  const auto done = query.matches(tree, {}, [&](const Match& match) {
    const Capture* name = nullptr;
    std::string kind;
    for (const Capture& capture : *match.captures) {
      if (names[capture.index] == "name") name = &capture;
      if (names[capture.index].find('.') != std::string::npos &&
          !names[capture.index].starts_with("local")) {
        kind = names[capture.index];
      }
    }
    if (name == nullptr || kind.empty() || name->node.has_error()) return true;
    const std::pair range(name->node.start_byte(), name->node.end_byte());
    const std::pair tag(match.pattern, kind);
    const auto [at, is_new] = best.emplace(range, tag);
    if (!is_new && tag.first < at->second.first) at->second = tag;
    return true;
  });
  EXPECT_TRUE(done.ok());
  std::set<std::tuple<std::uint32_t, std::string, std::string>> tags;
  for (const auto& [range, tag] : best) {
    const auto [begin, end] = range;
    if (begin == end || end - begin > kSymbolNameBytesMax) continue;
    tags.emplace(begin, std::string(tree.source().substr(begin, end - begin)), tag.second);
  }
  return tags;
}

TEST(SymbolCollector, AgreesWithThePlainWayInEveryLanguage) {
  std::size_t languages = 0;
  std::size_t all = 0;
  for (const std::string& language : testing::all_languages()) {
    const TagsText text = text_of(language);
    // Ruby's locals have a test of their own.
    if (text.tags.empty() || language == "ruby") continue;
    ++languages;
    const TagsQuery query = compile(language, text);
    for (const testing::SampleSource& sample : testing::sample_sources(language)) {
      SCOPED_TRACE(language + " " + sample.name);
      const Tree tree = parse(language, sample.text);
      std::set<std::tuple<std::uint32_t, std::string, std::string>> tags;
      const auto entries = query.collect(tree);
      ASSERT_TRUE(entries.ok());
      for (const SymbolEntry& entry : entries.value())
        tags.emplace(entry.place.start_byte, entry.name, entry.kind);
      EXPECT_EQ(tags.size(), entries.value().size());
      EXPECT_EQ(tags, plainly(language, text, tree));
      all += tags.size();
    }
  }
  EXPECT_GE(languages, 10U);
  EXPECT_GT(all, 100U);
}

}  // namespace
}  // namespace copse
