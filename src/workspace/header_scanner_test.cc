// Headers of C, of C++ and of those that want to be both.
#include "workspace/header_scanner.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace copse {
namespace {

TEST(HeaderScannerTest, Cpp) {
  for (const std::string_view header : {
           "class Foo;",
           "#pragma once\nclass API Foo : public Bar {\n};",
           "EXPORT_BEGIN\nclass Foo final {};",
           "enum class Colour { Red };",
           "namespace a::b {",
           "inline namespace v1 {",
           "namespace {",
           "template <typename T> struct X;",
           "using Bytes = vector<int>;",
           "using namespace std;",
           "struct A {\n public:\n  int x;\n};",
           "std::string name();",
           "int f(::Foo x);",
           "constexpr int kX = 1;",
           "#include <vector>\n",
           "#  include <Eigen/Dense> // matrices\n",
           "#include \"thing.hpp\"\n",
           "extern \"C\" { int f(void); }",
           "struct B : A { };",
           "struct B { int size() const { return n; } };",
           "struct B { int size() const; };",
           "struct B { virtual ~B(); };",
           "struct B { int x; ~B(); };",
           "struct B { B() = default; };",
           "struct B { void f() override; };",
           "struct B { explicit B(int x); };",
           "bool operator==(int a, B b);",
           "int f(const Foo&, int);",
           "int f() noexcept;",
           "int x = static_cast<int>(y);",
           "#ifndef __cplusplus\n#error C++ only\n#endif\n",
           "#if !defined(__cplusplus)\n# error \"C++ only\"\n#endif\n",
           "#if __cplusplus < 201703L\n#error too old\n#endif\n",
           "#ifdef __cplusplus\n#else\n#error C++ only\n#endif\n",
           "#ifndef GUARD\n#define GUARD\nclass Foo {};\n#endif\n",
           "#if 0\n#else\nclass Foo;\n#endif",
           "int x = 1'000'000; class Foo;",
           R"y(const char* s = R"x(" class)x"; class Foo;)y",
           "#error don't\nclass Foo;",
           "/* it's */ class Foo;",
       }) {
    EXPECT_TRUE(header_shows_cpp(header)) << header;
  }
}

TEST(HeaderScannerTest, C) {
  for (const std::string_view header : {
           "",
           "int f(void);",
           "#include <stdio.h>\n#include \"a.h\"\n#include MACRO\n",
           "// class Foo;\n/* namespace a { } std::x */ int x;",
           "// goes on \\\nclass Foo;\nint x;",
           R"(const char *s = "class Foo; std::string"; char c = '"';)",
           R"(const char *s = "\"class Foo;";)",
           "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f();\n#ifdef __cplusplus\n}\n#endif\n",
           "#if defined(__cplusplus) && __cplusplus >= 201103L\nclass X;\n#else\nstruct X;\n#endif",
           "#ifndef __cplusplus\nint x;\n#else\nnamespace a {}\n#endif",
           "#ifdef __cplusplus\n#if A\nclass X;\n#else\nclass Y;\n#endif\n#endif\nint x;",
           "#if 0\nclass Foo;\n#endif\nint x;",
           "#if !defined __STDC__ && !defined __cplusplus\n#error too old\n#endif\n",
           "#ifdef CORRECT_PROTOTYPES\nextern \"C++\" {\n#endif\nint f(int x);",
           "#if A\nint x;\n#elif defined(__cplusplus)\nclass X;\n#endif",
           "#define DECLARE(x) class x; namespace a { \\\n template <class T> struct y\nint x;",
           "struct class *class; void f(struct class *class, int template);",
           "struct s { void *private; int public, namespace; unsigned virtual : 1; };",
           "int class; x->class = new; int operator; int using;",
           "int f(int a,\n      int class,\n      int namespace);",
           R"(static inline void g(void) { asm volatile("nop" ::: "memory"); })",
           R"(static inline void g(int x) { __asm__("nop" :: "r"(x), [y] "m"(x)); })",
           "[[gnu::packed]] struct s { int x; };",
           "int f(int a, int b) { return a &\n    ~mask(b); }",
           "int f(int *a) { return g(&a, a & 1, &*a); }",
           "int a[] = { ~BIT(1), ~BIT(2) };",
           "enum e { class_a, namespace_b };",
           "#import <Foundation/Foundation.h>\n@class Foo;\n@interface Bar : NSObject\n@end\n",
           "@interface Foo {\n@public\n  int x;\n}\n@property (nonatomic) int y;\n@end\n",
           "@protocol P <NSObject>\n- (void)foo;\n@end\n",
           "#include <uapi/linux/types.h>\ntypedef int (*fn)(const struct foo *);\n",
           "switch (x) { case 1: default: break; }",
           "int x = '\\'' + '\"'; // \"\nint y;",
       }) {
    EXPECT_FALSE(header_shows_cpp(header)) << header;
  }
}

// A head is cut anywhere; no ending may lead out of it, and C stays C.
TEST(HeaderScannerTest, AnyEnding) {
  const std::string_view header =
      "#ifdef __cplusplus\nextern \"C\" {\n#endif\n/* c */ const char *s = \"a\\\"b\"; // d \\\n "
      "e\n"
      "[[x::y]] int v = 1'0; R\"x(a)x\" '\\'' #else\n#if 0 /* a\n b */\nclass X;\n#endif\n";
  for (std::size_t size = 0; size <= header.size(); ++size) {
    EXPECT_FALSE(header_shows_cpp(std::string(header.substr(0, size)))) << size;
  }
}

TEST(HeaderScannerTest, DeepAndLong) {
  std::string nested;
  for (int i = 0; i < 100'000; ++i) {
    nested += "#if A\n";
  }
  EXPECT_FALSE(header_shows_cpp(nested));
  for (int i = 0; i < 100'000; ++i) {
    nested += "#endif\n";
  }
  EXPECT_TRUE(header_shows_cpp(nested + "class Foo;"));
  EXPECT_FALSE(header_shows_cpp(std::string(1'000'000, '[')));
  EXPECT_FALSE(header_shows_cpp(std::string(1'000'000, '"')));
}

}  // namespace
}  // namespace copse
