#!/usr/bin/env python3
"""Fails when a file breaks a rule of the house that a script can see. Usage: tidy.py <source root>

  - a source has at most 500 lines, a header 250;
  - an unfinished thing names its issue: the word, then (#12);
  - nothing in src/ throws, tests excepted;
  - no path of somebody's machine stands in a file.
"""
import pathlib
import re
import sys

SOURCE_LINES_MAX = 500
HEADER_LINES_MAX = 250
SKIPPED = {".git", "build", "node_modules", "__pycache__", "data", "corpus", ".cache"}
CODE = {".h", ".cc", ".c", ".py", ".sh", ".cmake"}
TEXT = CODE | {".md", ".txt", ".json", ".yml", ".yaml", ""}
UNFINISHED = re.compile(r"\b(TO[D]O|FI[X]ME)\b(?!\(#\d+\))")
THROW = re.compile(r"\bthrow\b")
STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//.*|/\*.*?\*/')
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(home|root|Users|mnt)/[\w.-]")


def files(root):
    for path in sorted(root.iterdir()):
        if path.is_symlink() or path.name in SKIPPED:
            continue
        if path.is_dir():
            yield from files(path)
        elif path.suffix in TEXT:
            yield path


def check_length(file, lines):
    limit = {".h": HEADER_LINES_MAX, ".cc": SOURCE_LINES_MAX, ".c": SOURCE_LINES_MAX, ".py": SOURCE_LINES_MAX}
    if len(lines) > limit.get(file.suffix, len(lines)):
        yield f"{len(lines)}: {len(lines)} lines, at most {limit[file.suffix]}; split it by idea"


def own_path(root):
    """Finds the place of this very checkout. What stands before it tells it from a path that only ends like it."""
    return re.compile(r"(?<![\w.$}/-])" + re.escape(str(root.resolve())) + "/")


def check_lines(root, file, lines):
    checkout = own_path(root)
    relative = file.relative_to(root)
    may_throw = relative.parts[0] != "src" or file.suffix not in (".h", ".cc") or file.stem.endswith("_test")
    for number, line in enumerate(lines, 1):
        if file.suffix in CODE and UNFINISHED.search(line):
            yield f"{number}: an unfinished thing names its issue, as in (#12)"
        if not may_throw and THROW.search(STRING_OR_COMMENT.sub("", line)):
            yield f"{number}: nothing in src/ throws; return a Result"
        if MACHINE_PATH.search(line) or checkout.search(line):
            yield f"{number}: a path of one machine"


def check(root):
    """All violations, each as "file:line: what is wrong"."""
    errors = []
    for file in files(root):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        found = [*check_length(file, lines), *check_lines(root, file, lines)]
        errors += [f"{file.relative_to(root)}:{error}" for error in found]
    return errors


def main():
    errors = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(errors) or "nothing to tidy")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
