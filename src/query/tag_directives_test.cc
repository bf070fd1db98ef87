#include "query/tag_directives.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "query/query_test_support.h"

namespace copse {
namespace {

// What the tags crate would say of each function's documentation: "name: text|name: text".
std::string documented(std::string_view directives, std::string_view source) {
  const TestLanguage& language = test_language("javascript");
  const std::string text =
      "((comment)* @doc . (function_declaration name: (identifier) @name) @definition " +
      std::string(directives) + ")";
  const auto query = Query::compile(language.language(), text);
  if (!query.ok()) return query.error().message();
  const auto tags = TagDirectives::compile(query.value(), 0, 0);
  if (!tags.ok()) return tags.error().message();
  std::string out;
  const Tree tree = language.parse(source);
  EXPECT_TRUE(query.value()
                  .matches(tree, {},
                           [&](const Match& match) {
                             if (!out.empty()) out += '|';
                             for (const Capture& capture : *match.captures) {
                               if (capture.index == 1) out += capture.node.text();
                             }
                             const auto docs = tags.value().text(*match.captures);
                             out += docs ? ": " + *docs : " has none";
                             return true;
                           })
                  .ok());
  return out;
}

constexpr std::string_view kSource =
    "// far\n\n// near\n// nearer\nfunction f() {}\n\n// apart\n\nfunction g() {}\nfunction h() {}";

TEST(TagDirectives, SelectAndStripAsTheTagsCrate) {
  EXPECT_EQ(documented("", kSource), "f: // far\n// near\n// nearer|g: // apart|h has none");
  EXPECT_EQ(documented("(#select-adjacent! @doc @definition)", kSource),
            "f: // near\n// nearer|g has none|h has none");
  EXPECT_EQ(
      documented("(#strip! @doc \"^//\\\\s*\") (#select-adjacent! @doc @definition)", kSource),
      "f: near\nnearer|g has none|h has none");
  // All that matches goes, not the first only; what is anchored matches once.
  EXPECT_EQ(documented("(#strip! @doc \"[/ ]|a\")", "//a //b\nfunction f() {}"), "f: b");
  EXPECT_EQ(documented("(#strip! @doc \"^.\")", "//a\nfunction f() {}"), "f: /a");
  EXPECT_EQ(documented("(#strip! @doc \"x*\")", "//axxb\nfunction f() {}"), "f: //ab");
}

TEST(TagDirectives, HeedTheLastOfTheirKindAndNoOthers) {
  EXPECT_EQ(documented("(#strip! @doc \"n\") (#strip! @doc \"e\")", kSource),
            "f: // far\n// nar\n// narr|g: // apart|h has none");
  EXPECT_EQ(documented("(#strip! @name \"a\") (#strip! @doc @name) (#strip! @doc)", kSource),
            "f: // far\n// near\n// nearer|g: // apart|h has none");
  EXPECT_EQ(
      documented("(#select-adjacent! @name @definition) (#select-adjacent! @doc \"x\")", kSource),
      "f: // far\n// near\n// nearer|g: // apart|h has none");
  EXPECT_EQ(documented("(#strip! @doc \"(\")", kSource),
            "#strip! cannot use the pattern \"(\": missing ): (");
}

TEST(TagDirectives, PassOverWhatIsNotUtf8) {
  const std::vector<std::string_view> broken = {"\xff",
                                                "\xc0\x80",
                                                "\xe0\x80\x80",
                                                "\xed\xa0\x80",
                                                "\xf4\x90\x80\x80",
                                                "\xf0\x80\x80\x80",
                                                "\xc3",
                                                "\xe2\x82",
                                                "\x80",
                                                "\xf5\x80\x80\x80",
                                                "\xc3("};
  for (const std::string_view bytes : broken) {
    EXPECT_EQ(documented("", "// ok\n// " + std::string(bytes) + "\nfunction f() {}"), "f: // ok");
  }
  for (const std::string_view bytes :
       {"\xc3\xa9", "\xe2\x82\xac", "\xed\x9f\xbf", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(documented("", "// " + std::string(bytes) + "\nfunction f() {}"),
              "f: // " + std::string(bytes));
  }
}

}  // namespace
}  // namespace copse
