// Names, shebangs, modelines and content, each with the language that it tells.
#include "workspace/language_detection.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace copse {
namespace {

const LanguageRegistry& registry() {
  static const LanguageRegistry kRegistry = LanguageRegistry::builtin();
  return kRegistry;
}

struct Case {
  std::string_view path;
  std::string_view head;
  std::string_view language;  // empty: none
};

void check(const Case& expected) {
  EXPECT_EQ(detect_language(registry(), expected.path, expected.head).value_or(""),
            expected.language)
      << expected.path << ": " << expected.head;
}

TEST(LanguageDetectionTest, Names) {
  for (const Case& expected : {
           Case{"a.c", "", "c"},
           Case{"x.y/a.py", "", "python"},
           Case{"a.PY", "", "python"},
           Case{"a.C", "", "cpp"},
           Case{"a.cpp.c", "", "c"},
           Case{"configure.sh.in", "", "bash"},
           Case{"a.tfstate.backup", "", "json"},
           Case{"x/Gemfile", "", "ruby"},
           Case{"gemfile", "", ""},
           Case{".bashrc", "", "bash"},
           Case{".c", "", ""},
           Case{"x.c/y", "", ""},
           Case{"a.c/", "", ""},
           Case{"new\nline.go", "", "go"},
           Case{"\xFF\xFE.rs", "", "rust"},
           Case{"a b.ts", "", "typescript"},
           Case{"a.tsx", "", "tsx"},
           Case{"a.c~", "", ""},
           Case{"a.", "", ""},
           Case{"", "", ""},
           // A name that tells is not argued with.
           Case{"a.c", "#!/usr/bin/python\n", "c"},
           Case{"a.py", "# vim: ft=ruby\n", "python"},
           Case{"a.png", "#!/bin/sh\n", ""},
       }) {
    check(expected);
  }
  check({std::string(300, 'x') + ".c", "", "c"});
  check({"a" + std::string(100'000, '.') + "c", "", "c"});
}

TEST(LanguageDetectionTest, Shebangs) {
  for (const Case& expected : {
           Case{"run", "#!/bin/sh\necho", "bash"},
           Case{"run", "#! /bin/bash -eu\n", "bash"},
           Case{"run", "#!/usr/bin/python3.11\r\n", "python"},
           Case{"run", "#!/usr/bin/env python3", "python"},
           Case{"run", "#!/usr/bin/env -S python3.12 -u\n", "python"},
           Case{"run", "#!/usr/bin/env -Snode --flag\n", "javascript"},
           Case{"run", "#!/usr/bin/env -vS deno run\n", "typescript"},
           Case{"run", "#!/usr/bin/env --split-string=ruby -w\n", "ruby"},
           Case{"run", "#!/usr/bin/env -i A=b -u PATHS C=d /opt/ruby2.7\n", "ruby"},
           Case{"run", "#!/usr/bin/env -C /tmp php8.2\n", "php"},
           Case{"run", "#!/usr/bin/env\n", ""},
           Case{"run", "#!/opt/php-8.1\n", "php"},
           Case{"run", "#!python.exe\n", "python"},
           Case{"run", "#!/usr/bin/perl\n", ""},
           Case{"run", "#!", ""},
           Case{"run", "#!\n/bin/sh", ""},
           Case{"run", " #!/bin/sh\n", ""},
           Case{"run.unknown", "#!/bin/sh\n", "bash"},
       }) {
    check(expected);
  }
}

TEST(LanguageDetectionTest, Modelines) {
  for (const Case& expected : {
           Case{"x", "# vim: set ft=python:\n", "python"},
           Case{"x", "/* vim:ts=4:ft=cpp */", "cpp"},
           Case{"x", "// vim: se sw=2 filetype=javascript :\n", "javascript"},
           Case{"x", "# vi: syntax=sh\n", "bash"},
           Case{"x", "# vim700:ft=ruby\n", "ruby"},
           Case{"x", "# vim>600: ft=ruby\n", "ruby"},
           Case{"x", "\tex: ft=c\n", "c"},
           Case{"x", "# vim: ft=php.html\n", "php"},
           Case{"x", "# nvim: ft=ruby\n", ""},
           Case{"x", "# vim: set ts=4: ft=ruby\n", ""},
           Case{"x", "# vim: ft=cobol\n", ""},
           Case{"x", "# -*- mode: Ruby; tab-width: 4 -*-\n", "ruby"},
           Case{"x", "# -*- coding: utf-8; Mode: c++ -*-\n", "cpp"},
           Case{"x", "# -*- Python -*-\n", "python"},
           Case{"x", "# -*- coding: utf-8 -*-\n", ""},
           Case{"x", "# -*- ruby\n", ""},
           Case{"x", "#!/bin/sh\n# -*- mode: ruby -*-\n", "ruby"},
           Case{"x", "1\n2\n3\n4\n# vim: ft=c\n6\n7\n8\n9\n10\n11\n12", "c"},
           Case{"x", "1\n2\n3\n4\n5\n# vim: ft=c\n7\n8\n9\n10\n11\n12", ""},
           Case{"x", "1\n2\n3\n4\n5\n6\n7\n# vim: ft=c\n\n\n\n", "c"},
           Case{"a.h", "// -*- C++ -*-\nint x;", "cpp"},
           Case{"a.h", "// vim: ft=c\nclass Foo;", "c"},
       }) {
    check(expected);
  }
  // In a head that is only the beginning of a file the last lines say nothing.
  check({"x", std::string(kDetectionHeadBytes, '\n') + "# vim: ft=c\n", ""});
}

TEST(LanguageDetectionTest, Headers) {
  check({"a.h", "", "c"});
  check({"a.h", "int f(void);", "c"});
  check({"a.h", "class Foo {};", "cpp"});
  check({"a.H", "namespace a {}", "cpp"});
  check({"a.H", "int x;", "c"});
  check({"a.h.in", "class Foo {};", "c"});
  check({"a.hpp", "int x;", "cpp"});
  check({"a.h", std::string(kDetectionHeadBytes - 100, ' ') + "class Foo;", "cpp"});
}

TEST(LanguageDetectionTest, VerdictOnNames) {
  for (const char* known : {"a.c", "x/Rakefile", "a.C", "a.PY"}) {
    EXPECT_EQ(name_may_be_known(registry(), known), NameVerdict::Known) << known;
  }
  for (const char* open : {"a.h", "a.H", "run", "a.unknown", ".hidden", "a.c~", ""}) {
    EXPECT_EQ(name_may_be_known(registry(), open), NameVerdict::NeedsContent) << open;
  }
  for (const char* foreign : {"a.png", "x/a.JPG", "lib.so", "a.tar.gz"}) {
    EXPECT_EQ(name_may_be_known(registry(), foreign), NameVerdict::Unknown) << foreign;
  }
}

ContentKind kind(std::string_view text) {
  return classify_content(text);
}

TEST(ContentKindTest, Text) {
  EXPECT_EQ(kind(""), ContentKind::Text);
  EXPECT_EQ(kind("int x;\r\n\f\t\x1B[0m"), ContentKind::Text);
  EXPECT_EQ(kind(std::string_view("a\0b", 3)), ContentKind::Text);
  EXPECT_EQ(kind("\xEF\xBB\xBFint x;"), ContentKind::Text);
  EXPECT_EQ(kind("\xFF\x80\xC0 latin or broken"), ContentKind::Text);
  EXPECT_EQ(kind(std::string(100, '\x01')), ContentKind::Text) << "without a NUL, as for git";
  std::string stray(7000, 'x');
  stray[3000] = '\0';
  EXPECT_EQ(kind(stray), ContentKind::Text);
  EXPECT_EQ(kind(std::string(kContentWindowBytes, 'x') + std::string(5000, '\0')),
            ContentKind::Text);
}

TEST(ContentKindTest, Binary) {
  EXPECT_EQ(kind(std::string(8, '\0')), ContentKind::Binary);
  EXPECT_EQ(kind(std::string_view("\x7F"
                                  "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0",
                                  18)),
            ContentKind::Binary);
  std::string noise;  // like compressed data: every byte equally often
  for (unsigned i = 0; i < kContentWindowBytes; ++i) {
    noise.push_back(static_cast<char>(i * 167 + i / 256));
  }
  EXPECT_EQ(kind(noise), ContentKind::Binary);
  EXPECT_EQ(kind(std::string_view("\xFF\xFE\0\0a\0\0\0b\0\0\0c\0\0\0", 16)), ContentKind::Binary);
}

TEST(ContentKindTest, Utf16) {
  EXPECT_EQ(kind(std::string_view("\xFF\xFE"
                                  "a\0b\0",
                                  6)),
            ContentKind::Utf16);
  EXPECT_EQ(kind(std::string_view("\xFE\xFF\0a\0b", 6)), ContentKind::Utf16);
  EXPECT_EQ(kind("\xFF\xFE"), ContentKind::Utf16);
}

}  // namespace
}  // namespace copse
