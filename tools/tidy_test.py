#!/usr/bin/env python3
"""Plants one breach of each rule in a small tree and expects tidy to name it."""
import pathlib
import tempfile
import unittest

import tidy

UNFINISHED = "TO" + "DO"
HOME = "/ho" + "me/"


class Tidy(unittest.TestCase):
    def errors(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder).resolve() / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("<root>", str(pathlib.Path(folder).resolve())), encoding="utf-8")
            return tidy.check(pathlib.Path(folder).resolve())

    def check(self, name, text, expected):
        found = self.errors(name, text)
        self.assertEqual([error.split(": ")[0] for error in found], expected, found)

    def test_length(self):
        self.check("src/core/a.cc", "\n" * 500, [])
        self.check("src/core/a.cc", "\n" * 501, ["src/core/a.cc:501"])
        self.check("src/core/a.h", "\n" * 250, [])
        self.check("src/core/a.h", "\n" * 251, ["src/core/a.h:251"])

    def test_unfinished_names_its_issue(self):
        self.check("src/core/a.cc", f"// {UNFINISHED}(#12): more\n", [])
        self.check("src/core/a.cc", f"\n// {UNFINISHED}: more\n", ["src/core/a.cc:2"])
        self.check("tools/a.py", f"# {UNFINISHED} more\n", ["tools/a.py:1"])

    def test_nothing_throws(self):
        self.check("src/core/a.cc", "throw 1;\n", ["src/core/a.cc:1"])
        self.check("src/core/a.cc", '// they throw\nauto s = "throw";\n', [])
        self.check("src/core/a_test.cc", "throw 1;\n", [])
        self.check("apps/cli/a.cc", "throw 1;\n", [])

    def test_machine_paths(self):
        self.check("README.md", f"see {HOME}ann/copse\n", ["README.md:1"])
        self.check("src/core/a.cc", '#include "<root>/src/core/a.h"\n', ["src/core/a.cc:1"])
        self.check("README.md", "${PREFIX}<root>/src and lib<root>/src\n", [])
        self.check("README.md", "GET /api/home/list and $PREFIX/root/x\n", [])

    def test_data_is_not_read(self):
        self.check("tests/data/a.c", "\n" * 600, [])
        self.check("build/a.c", "\n" * 600, [])


if __name__ == "__main__":
    unittest.main()
