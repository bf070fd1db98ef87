#!/usr/bin/env python3
"""Breaks a small manifest in one place at a time and expects check_grammars to name it."""
import copy
import pathlib
import tempfile
import unittest

import check_grammars


def language(name, **changes):
    return {"id": name, "symbol": "tree_sitter_" + name, "aliases": [], "package": "tree-sitter-" + name,
            "version": "1.0.0", "folder": ".", "extensions": ["." + name], "filenames": [], "interpreters": [],
            "modelines": [name], "queries": {"tags": ["queries/tags.scm"]}, **changes}


LOCK = {"packages": {"node_modules/tree-sitter-c": {"version": "1.0.0"},
                     "node_modules/tree-sitter-cpp": {"version": "1.0.0"}}}


class CheckGrammars(unittest.TestCase):
    def errors(self, languages, lock=LOCK, missing=None):
        with tempfile.TemporaryDirectory() as folder:
            built = pathlib.Path(folder)
            for name in ("c", "cpp"):
                for file in (f"{name}.so", f"queries/{name}/tags.scm"):
                    if file != missing:
                        (built / file).parent.mkdir(parents=True, exist_ok=True)
                        (built / file).touch()
            return check_grammars.check({"format": 1, "languages": languages}, lock, built)

    def test_sound(self):
        self.assertEqual(self.errors([language("c"), language("cpp", content_rule={".h": "c_or_cpp"})]), [])

    def test_fields(self):
        self.assertEqual(len(self.errors([language("c", colour="red")])), 1)
        self.assertEqual(len(self.errors([language("c", symbol="tree_sitter_b")])), 1)
        self.assertEqual(len(self.errors([language("c", extensions=["c"])])), 1)
        self.assertEqual(len(self.errors([language("c", queries={"folds": []})])), 1)

    def test_versions_are_the_locked_ones(self):
        self.assertEqual(self.errors([language("c", version="1.0.1")]),
                         ["c: version 1.0.1, the lock file has 1.0.0"])

    def test_lock_names_no_registry(self):
        lock = copy.deepcopy(LOCK)
        lock["packages"]["node_modules/tree-sitter-c"]["resolved"] = "elsewhere"
        self.assertEqual(len(self.errors([language("c")], lock)), 1)

    def test_one_owner(self):
        for key in check_grammars.KEYS:
            self.assertEqual(len(self.errors([language("c", **{key: [".x"]}), language("cpp", **{key: [".x"]})])), 1)
        self.assertEqual(self.errors([language("c"), language("cpp", aliases=["c"])]), ["name c: c and cpp"])

    def test_everything_was_built(self):
        for missing in ("c.so", "queries/cpp/tags.scm"):
            self.assertEqual(len(self.errors([language("c"), language("cpp")], missing=missing)), 1)


if __name__ == "__main__":
    unittest.main()
