#!/usr/bin/env python3
"""Checks what span_rules.py says of forms of tokens against a table that the library agrees with.

Usage: check_forms.py <forms.txt>

A line: `p` or `s` (padding or size), kind, length, where it begins, the open string as quote.count.hashes.flags (0 for
none; flags: 1 raw, 2 format, 4 bytes), the text in hexadecimal digits, and how many bytes it is. Sets are always
`aeiou`, `({$` and `{(`.
"""
import sys

from span_rules import OpenString, Rule, Spans, padding_end

SETS = [frozenset(b"aeiou"), frozenset(b"({$"), frozenset(b"{(")]


def size_of(what, kind, length, at, open_string, text):
    if what == "p":
        return padding_end(kind, text, at, len(text)) - at
    spans = Spans([Rule(0, kind, length, SETS)] * 3, text, 0, len(text), [])
    if open_string:
        spans.places[0], spans.opened = open_string, 1
    return spans.predicted_end(spans.rules[0], at) - at


def parse(line):
    what, kind, length, at, string, text, size = line.split(" ")
    quote, count, hashes, flags = (int(part) for part in string.split(".")) if string != "0" else (0, 0, 0, 0)
    letters = (b"r" if flags & 1 else b"") + (b"f" if flags & 2 else b"") + (b"b" if flags & 4 else b"")
    open_string = OpenString(quote, count, hashes, letters) if quote else None
    return (what, int(kind), int(length), int(at), open_string, bytes.fromhex(text)), int(size)


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        lines = file.read().splitlines()
    wrong = 0
    for number, line in enumerate(lines, 1):
        arguments, size = parse(line)
        found = size_of(*arguments)
        if found != size:
            wrong += 1
            print(f"{sys.argv[1]}:{number}: {found} bytes, not {size}, of {arguments[-1][arguments[3]:]!r}")
    print(f"{len(lines)} forms, {wrong} wrong")
    return bool(wrong or not lines)


if __name__ == "__main__":
    sys.exit(main())
