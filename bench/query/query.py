#!/usr/bin/env python3
"""Measures queries: query.py <result.json> [--size small|default|full] [--only a,b] [--docs]

Every query of queries/ is asked of a store of all of Linux, each time by a new process. Beside it stand ast-grep, which
is asked the same over the same sources, and tree-sitter's query cursor over trees that are already in memory, of as many
files as fit there. What each figure means is in method.md.
"""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "common"))
sys.path.insert(0, str(ROOT / "tools"))

from asking import ask  # noqa: E402
from processes import run  # noqa: E402
from questions import read_questions  # noqa: E402
from report import table, write_document  # noqa: E402
from stores import StoredCorpus, part_of  # noqa: E402
from surroundings import describe_machine, say  # noqa: E402

COPSE = os.environ.get("COPSE_BINARY", ROOT / "build/release/copse")
RIVAL = os.environ.get("COPSE_BENCH", ROOT / "build/release/bench/copse_bench_query")
AST_GREP = os.environ.get("COPSE_AST_GREP", "ast-grep")
JOBS = 2
LANGUAGE = "c"
ROUNDS = 5
SMALL_LINES = 1_000_000
SYMBOL_ROUNDS = 50
PLAN_CHARACTERS_MAX = 4096
NOTHING_FOUND = 1
MB = 1e6
# Of a tree in tree-sitter's memory, a node: more than docs/results/trees.md has for C.
TREE_BYTES_PER_NODE = 70
NO_IGNORE = [word for kind in ("hidden", "dot", "exclude", "global", "parent", "vcs") for word in ("--no-ignore", kind)]


class QueryBench:
    def __init__(self, size, questions, scratch):
        self.size = size
        self.questions = questions
        self.scratch = pathlib.Path(scratch)
        self.output = self.scratch / "output"
        self.errors = self.scratch / "errors"
        self.failures = []
        self.explains = knows(["query"], "--explain")

    def measure(self):
        if self.size == "small":
            self.whole = StoredCorpus(COPSE, "linux-1m", part_of("linux-10m", SMALL_LINES))
            self.part = self.whole
        else:
            self.whole = StoredCorpus(COPSE, "linux")
            self.part = StoredCorpus(COPSE, "linux-10m")
        self.rows = [self.ask_copse(question) for question in self.questions]
        cursor = self.ask_cursor()
        for question, row in zip(self.questions, self.rows):
            self.compare_with_cursor(question, row, cursor.get(question.name))
        for question, row in zip(self.questions, self.rows):
            self.ask_ast_grep(question, row)
        self.metrics = summary(self.rows)
        self.measure_symbols()
        self.measure_share()

    # ---- copse ---------------------------------------------------------------------------------

    def command(self, question, corpus, *words):
        return [COPSE, "query", "--store", corpus.store, "--lang", LANGUAGE, "-j", JOBS, "--file", question.path, *words]

    def ask(self, question, corpus, sample=False):
        words = ["--format", "count"] if question.is_identifier else []
        return ask(self.command(question, corpus, *words), self.output, self.errors, sample, (0, NOTHING_FOUND))

    def count(self, question, corpus):
        ask(self.command(question, corpus, "--format", "count"), self.output, self.errors, accept=(0, NOTHING_FOUND))
        return int(self.output.read_text())

    def times(self, question, corpus):
        return [self.ask(question, corpus).wall_s for _ in range(ROUNDS)]

    def ask_copse(self, question):
        matches = self.count(question, self.whole)
        peak = self.ask(question, self.whole, sample=True).peak_bytes
        times = self.times(question, self.whole)
        row = {"name": question.name, "title": question.title, "about": question.about,
               "is_identifier": question.is_identifier, "matches": matches, "s": statistics.median(times),
               "s_all": times, "rss_mb": peak / MB, "plan": self.plan(question)}
        row["files_left"] = files_left(row["plan"])
        if self.part is not self.whole:
            row["part_matches"] = self.count(question, self.part)
            times = self.times(question, self.part)
        else:
            row["part_matches"] = matches
        row["part_s"] = statistics.median(times)
        # What the last of the runs wrote.
        row["part_output_sha256"] = None if question.is_identifier else sha256_of(self.output)
        say(f"{question.name}: {matches:,} matches, {row['s']:.3f} s, {row['rss_mb']:.1f} MB")
        return row

    def plan(self, question):
        if not self.explains:
            return None
        command = self.command(question, self.whole, "--explain", "--format", "count")
        ask(command, self.output, self.errors, accept=(0, NOTHING_FOUND))
        said = self.errors.read_text(errors="replace") + self.output.read_text(errors="replace")
        return said[:PLAN_CHARACTERS_MAX]

    # ---- tree-sitter's cursor ------------------------------------------------------------------

    def ask_cursor(self):
        """By the query's name: seconds, matches, and the hash of the text that was written."""
        stats = self.part.stats["total"]
        needed = stats["nodes"] * TREE_BYTES_PER_NODE + stats["source_bytes"]
        free = memory_available()
        if free < needed:
            self.failures.append(f"tree-sitter's cursor was left out: its trees of {self.part.name} need about "
                                 f"{needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free")
            return {}
        say(f"{self.part.name}: tree-sitter's cursor over trees in memory")
        listed = self.scratch / "files.list"
        self.part.write_list(listed, LANGUAGE)
        written = self.scratch / "cursor"
        written.mkdir()
        asked = [f"count:{each.path}" if each.is_identifier else each.path for each in self.questions]
        lines = run([RIVAL, "cursor", listed, self.part.root, JOBS, written, *asked]).output.splitlines()
        self.trees, *answers = map(json.loads, lines)
        found = {}
        for question, answer in zip(self.questions, answers):
            text = written / f"{question.path.stem}.txt"
            answer["sha256"] = None if question.is_identifier else sha256_of(text)
            found[question.name] = answer
        return found

    def compare_with_cursor(self, question, row, answer):
        row["cursor_s"] = answer and answer["s"]
        row["cursor_matches"] = answer and answer["matches"]
        row["speedup_over_cursor"] = answer and answer["s"] / row["part_s"]
        if answer is None:
            return
        if row["part_matches"] != answer["matches"]:
            self.failures.append(f"{question.name}: {row['part_matches']:,} matches in the store of {self.part.name}, "
                                 f"{answer['matches']:,} by tree-sitter's cursor")
        elif row["part_output_sha256"] != answer["sha256"]:
            self.failures.append(f"{question.name}: as many matches as by tree-sitter's cursor, but what is written "
                                 f"differs: {self.first_difference(question)}")

    def first_difference(self, question):
        self.ask(question, self.part)
        with open(self.output, "rb") as ours, open(self.scratch / "cursor" / f"{question.name}.txt", "rb") as theirs:
            for number, (one, other) in enumerate(zip(ours, theirs), 1):
                if one != other:
                    return f"line {number}: {one!r} here, {other!r} there"
        return "one is the beginning of the other"

    # ---- ast-grep ------------------------------------------------------------------------------

    def ask_ast_grep(self, question, row):
        row["astgrep"] = None
        if question.rule is None:
            return
        on_whole = self.size == "full" or question.whole or self.part is self.whole
        corpus = self.whole if on_whole else self.part
        command = [AST_GREP, "scan", "--rule", question.rule, "--threads", JOBS, "--report-style", "short",
                   "--color", "never", *NO_IGNORE, corpus.root]
        answer = ask(command, self.output, self.errors)
        ours = row["s"] if on_whole else row["part_s"]
        row["astgrep"] = {"on": corpus.name, "s": answer.wall_s, "matches": count_lines(self.output), "copse_s": ours,
                          "copse_matches": row["matches"] if on_whole else row["part_matches"],
                          "speedup": answer.wall_s / ours}
        say(f"{question.name}: ast-grep on {corpus.name}: {row['astgrep']['matches']:,} matches, {answer.wall_s:.1f} s")

    # ---- what is not a query -------------------------------------------------------------------

    def measure_symbols(self):
        m = self.metrics
        m.update(symbols_warm_ms=None, symbols_cold_ms=None, symbols_cold_ms_max=None, symbols_found=None)
        if not knows([], "symbols"):
            return
        say("symbols by name")
        names = (HERE / "symbol_names.txt").read_text().split()
        cold, found = [], 0
        for name in names:
            command = [COPSE, "symbols", name, "--store", self.whole.store]
            ask(command, self.output, self.errors, accept=(0, NOTHING_FOUND))
            found += count_lines(self.output)
            cold.append(statistics.median(
                ask(command, self.output, self.errors, accept=(0, NOTHING_FOUND)).wall_s for _ in range(ROUNDS)))
        m["symbols_found"] = found
        m["symbols_cold_ms"] = statistics.median(cold) * 1e3
        m["symbols_cold_ms_max"] = max(cold) * 1e3
        warm = json.loads(run([RIVAL, "symbols", self.whole.store, SYMBOL_ROUNDS, *names]).output)
        m["symbols_warm_ms"] = statistics.median(warm["us"]) / 1e3 if warm["us"] else None

    def measure_share(self):
        m = self.metrics
        parts = [self.whole.stat(name) for name in ("postings_bytes", "symbols_bytes")]
        m["store_mb"] = self.whole.stats["store_bytes"] / MB
        m["postings_mb"], m["symbols_mb"] = (None if part is None else part / MB for part in parts)
        known = [part for part in parts if part is not None]
        m["postings_share_of_store"] = sum(known) / self.whole.stats["store_bytes"] if known else None
        m["lines"] = self.whole.lines()


def summary(rows):
    """One figure for all queries: what the run is judged by. None where nothing was measured."""
    def over(pick, values):
        values = [value for value in values if value is not None]
        return pick(values) if values else None

    written = [row for row in rows if not row["is_identifier"]]
    rivals = [row["astgrep"]["speedup"] for row in rows if row["astgrep"]]
    cursors = [row["speedup_over_cursor"] for row in rows]
    return {
        "kernel_query_s_median": over(statistics.median, [row["s"] for row in written]),
        "kernel_query_s_max": over(max, [row["s"] for row in written]),
        "speedup_over_astgrep_median": over(statistics.median, rivals),
        "speedup_over_astgrep_min": over(min, rivals),
        "speedup_over_treesitter_cursor_median": over(statistics.median, cursors),
        "speedup_over_treesitter_cursor_min": over(min, cursors),
        "rss_mb_max": over(max, [row["rss_mb"] for row in rows]),
        "identifier_matches_m_per_s": over(
            max, [row["matches"] / row["s"] / 1e6 for row in rows if row["is_identifier"]]),
    }


def files_left(plan):
    """The files that the index did not leave out, as a plan says it."""
    numbers = re.findall(r"left by index\s+([\d,]+)", plan or "")
    return int(numbers[-1].replace(",", "")) if numbers else None


def knows(words, wanted):
    helped = run([COPSE, *words, "--help"]).output
    return any(wanted in re.split(r"[\s,=]+", line) for line in helped.splitlines())


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def count_lines(path):
    with open(path, "rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def memory_available():
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def rounded(value):
    """Figures of a report with six digits after the point, wherever they stand in it."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result")
    parser.add_argument("--size", choices=["small", "default", "full"], default="default")
    parser.add_argument("--only", help="queries, with commas between")
    parser.add_argument("--docs", action="store_true", help="write docs/results/query.{json,md}")
    arguments = parser.parse_args()
    questions = read_questions(set(arguments.only.split(",")) if arguments.only else None)
    # So that what was started ends with us, and the scratch folder goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_before = round(os.getloadavg()[0], 2)
    result = pathlib.Path(arguments.result).resolve()
    result.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=result.parent, prefix="query.") as scratch:
        bench = QueryBench(arguments.size, questions, scratch)
        bench.measure()
    corpora = {each.name: each.describe() for each in (bench.whole, bench.part)}
    report = rounded({
        "metrics": bench.metrics, "rows": bench.rows, "failures": bench.failures, "size": arguments.size,
        "whole": bench.whole.name, "part": bench.part.name, "trees_in_memory": getattr(bench, "trees", None),
        "corpora": corpora, "machine": describe_machine(load_before), "rounds": ROUNDS, "jobs": JOBS,
        "copse": run([COPSE, "--version"]).output.strip(),
        "astgrep": subprocess.check_output([AST_GREP, "--version"], text=True).strip(),
        "date": datetime.date.today().isoformat()})
    result.write_text(json.dumps(report, indent=2) + "\n")
    print("\n".join(table(report, colour=True)))
    if arguments.docs:
        write_document(report, ROOT / "docs/results")
    if bench.failures:
        sys.exit("\n".join(["", "WRONG:", *bench.failures]))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
