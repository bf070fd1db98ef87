#!/usr/bin/env python3
"""Plants one forbidden include at a time in a small tree and expects check_layers to name it."""
import pathlib
import tempfile
import unittest

import check_layers

LAYERS = check_layers.read_layers("core: \ncodec: core\nsyntax: core;codec\nstore: core;codec\ntesting: store\n")


class CheckLayers(unittest.TestCase):
    def errors(self, files, layers=None):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            return check_layers.check(layers or LAYERS, root)

    def refused(self, name, text, expected, others=None):
        found = self.errors({**(others or {}), name: text})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{name}:1: "), found)
        self.assertIn(expected, found[0])

    def accepted(self, name, text, others=None):
        self.assertEqual(self.errors({**(others or {}), name: text}), [])

    def test_arrows_between_modules(self):
        self.accepted("src/syntax/a.cc", '#include "core/bytes.h"\n#include "codec/zstd.h"\n')
        self.accepted("src/syntax/a.c", '#include "syntax/a.h"\n#include "subtree.h"\n')
        self.refused("src/core/a.cc", '#include "codec/zstd.h"\n', "core may not include codec")
        self.refused("src/syntax/a.h", '#include "store/pack.h"\n', "syntax may not include store")
        self.refused("src/store/a.c", '#include "syntax/tree.h"\n', "store may not include syntax")

    def test_helpers_of_tests_are_for_tests(self):
        self.accepted("src/core/a_test.cc", '#include "testing/temp.h"\n')
        self.refused("src/core/a.cc", '#include "testing/temp.h"\n', "core may not include testing")

    def test_outside_world_is_behind_core_io(self):
        for header in ("fstream", "filesystem", "sys/mman.h", "unistd.h", "fcntl.h", "random", "dlfcn.h", "time.h"):
            self.refused("src/store/a.cc", f"#include <{header}>\n", "belongs to core/io")
            self.accepted("src/core/io_posix.cc", f"#include <{header}>\n")
            self.accepted("src/core/io/disk.cc", f"#include <{header}>\n")
            self.accepted("src/store/a_test.cc", f"#include <{header}>\n")
        self.refused("src/core/hash.cc", "#include <unistd.h>\n", "belongs to core/io")
        self.refused("include/copse/a.h", "#include <filesystem>\n", "belongs to core/io")

    def test_clocks(self):
        self.accepted("src/store/a.cc", "#include <chrono>\n")
        self.refused("src/store/a.cc", "auto now = std::chrono::steady_clock::now();\n", "clocks")
        self.refused("src/store/a_test.cc", "auto now = std::chrono::system_clock::now();\n", "clocks")
        self.accepted("src/core/io_clock.cc", "auto now = std::chrono::steady_clock::now();\n")

    def test_public_headers(self):
        self.accepted("include/copse/a.h", '#include "copse/b.h"\n#include <vector>\n')
        self.refused("include/copse/a.h", '#include "core/bytes.h"\n', "public headers only")

    def test_applications(self):
        own = {"apps/cli/own.h": "", "apps/server/other.h": ""}
        self.accepted("apps/cli/a.cc", '#include "copse/a.h"\n#include "own.h"\n#include <unistd.h>\n#include <csignal>\n', own)
        self.refused("apps/cli/a.cc", '#include "core/bytes.h"\n', "its own files", own)
        self.refused("apps/cli/a.cc", '#include "../server/other.h"\n', "its own files", own)
        self.refused("apps/cli/a.cc", "#include <fstream>\n", "belongs to core/io", own)

    def test_module_without_declaration(self):
        self.assertEqual(self.errors({"src/extra/a.cc": ""}), ["src/extra: not declared with copse_module"])

    def test_cycle(self):
        with self.assertRaisesRegex(ValueError, "layer cycle: core -> codec -> core"):
            self.errors({}, check_layers.read_layers("core: codec\ncodec: core\n"))


if __name__ == "__main__":
    unittest.main()
