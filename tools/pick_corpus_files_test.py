#!/usr/bin/env python3
"""Tests of pick_corpus_files.py: which files are taken, in which order, and where it stops."""
import hashlib
import os
import pathlib
import tempfile
import unittest

import pick_corpus_files

FILES = {"a.c": "one\n", "b/x.h": "one\ntwo", "b.c": "", "c/skip/y.c": "one\n", "d.txt": "one\n", "e.c": "x" * 50 + "\n",
         "f.d.ts": "one\n", "g.ts": "one\n"}


class Pick(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name, "from")
        self.target = pathlib.Path(folder.name, "to")
        for path, content in FILES.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(content)
        os.symlink("a.c", self.root / "link.c")

    def check(self, expected, lines, **options):
        options.setdefault("suffixes", [".c", ".h"])
        self.assertEqual(pick_corpus_files.pick(self.root, self.target, **options), (expected, lines))
        taken = sorted(str(path.relative_to(self.target)) for path in self.target.rglob("*") if path.is_file())
        self.assertEqual(taken, sorted(expected))
        for path in expected:
            self.assertEqual((self.target / path).read_text(), FILES[path])

    def test_orders_by_bytes(self):
        self.check(["a.c", "b.c", "b/x.h", "c/skip/y.c", "e.c"], 5)

    def test_leaves_out_folders(self):
        self.check(["a.c", "b.c", "b/x.h", "e.c"], 4, without=["c/skip/"])

    def test_leaves_out_suffixes(self):
        self.check(["g.ts"], 1, suffixes=[".ts"], without_suffixes=[".d.ts"])

    def test_stops_after_files(self):
        self.check(["a.c", "b.c"], 1, files_max=2)

    def test_stops_after_lines(self):
        self.check(["a.c", "b.c", "b/x.h"], 3, lines_max=2)

    def test_stops_at_exactly_the_lines(self):
        self.check(["a.c"], 1, lines_max=1)

    def test_leaves_out_long_files_and_lines(self):
        self.check(["a.c", "b.c", "c/skip/y.c"], 2, file_lines_max=1, line_bytes_max=20)

    def test_orders_by_hash(self):
        paths = ["a.c", "b.c", "b/x.h", "c/skip/y.c", "e.c"]
        paths.sort(key=lambda path: hashlib.sha256(path.encode()).digest())
        self.check(paths, 5, by_hash=True)


if __name__ == "__main__":
    unittest.main()
