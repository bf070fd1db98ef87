#!/usr/bin/env python3
"""Measures trees, language by language: trees.py <result.json> [--size small|default|full] [--only c,go] [--docs]

copse stands beside tree-sitter's own trees and beside what needs no trees: sources as zstd frames, parsed again when a
tree is asked for. What each figure means is in method.md.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "common"))
sys.path.insert(0, str(ROOT / "tools"))

from growth import measure_growth  # noqa: E402
from pick_corpus_files import pick  # noqa: E402
from processes import run  # noqa: E402
from report import table, write_document  # noqa: E402
from summary import add_summary  # noqa: E402
from surroundings import content_hash, describe_corpus, describe_machine, say  # noqa: E402

COPSE = os.environ.get("COPSE_BINARY", ROOT / "build/release/copse")
RIVAL = os.environ.get("COPSE_BENCH", ROOT / "build/release/bench/copse_bench_trees")
JOBS = 2
MB = 1e6
MEMORY_LIMIT_BYTES = 50_000_000

# Language, corpus, suffixes of its files.
LANGUAGES = [("c", "linux-10m", [".c", ".h"]), ("cpp", "boost", [".hpp", ".h"]), ("rust", "rust", [".rs"]),
             ("go", "golang", [".go"]), ("python", "python", [".py"]), ("java", "openjdk", [".java"]),
             ("typescript", "typescript", [".ts"])]


class Size:
    """How much is measured. `lines` a language, or all."""

    def __init__(self, lines, index_rounds, batch_nodes, rounds, open_files, open_runs, growth_lines):
        self.lines = lines
        self.index_rounds = index_rounds
        self.batch_nodes = batch_nodes
        self.rounds = rounds
        self.open_files = open_files
        self.open_runs = open_runs
        self.growth_lines = growth_lines


SIZES = {
    "small": Size(280_000, 2, 500_000, 3, 250, 3, [28_000, 89_000]),
    "default": Size(None, 2, 4_000_000, 5, 2000, 5, [1_000_000, 3_160_000]),
    "full": Size(None, 3, 4_000_000, 5, 2000, 5, [1_000_000, 3_160_000, None]),
}


class LanguageRun:
    """One language from its corpus to its figures. `metrics` are without the language's name."""

    def __init__(self, language, corpus, size, scratch):
        self.language, self.corpus_name, self.suffixes = language, *corpus
        self.size = size
        self.scratch = pathlib.Path(scratch)
        self.store = self.scratch / "store"
        self.metrics = {}
        self.sample = {}

    def measure(self, compact):
        self.corpus = corpus_directory(self.corpus_name)
        self.directory = self.corpus
        if self.size.lines:
            self.directory = self.scratch / "files"
            pick(self.corpus, self.directory, self.suffixes, by_hash=True, lines_max=self.size.lines)
        self.measure_indexing()
        if compact:
            self.step("compact")
            self.metrics["compact_s"] = run(
                [COPSE, "compact", "--store", self.store, "-j", JOBS, "--json"]).wall_s
        self.measure_sizes()
        self.measure_speed()
        self.measure_open()

    def step(self, what):
        say(f"{self.language}: {what}")

    # ---- the parts -----------------------------------------------------------------------------

    def index(self):
        shutil.rmtree(self.store, ignore_errors=True)
        return run([COPSE, "index", self.directory, "--store", self.store, "-j", JOBS, "--json"])

    def measure_indexing(self):
        """Best of some rounds, pair by pair; which goes first changes. The first index warms the files."""
        self.step(f"index beside parse, best of {self.size.index_rounds}")
        self.index()
        self.write_lists()
        indexed, parsed = [], []
        for i in range(self.size.index_rounds):
            steps = [(self.index, indexed), (lambda: run([RIVAL, "parse", self.all_list, JOBS]), parsed)]
            for action, results in steps if i % 2 == 0 else reversed(steps):
                results.append(action())
        for name, results in (("index", indexed), ("parse_all", parsed)):
            self.metrics[f"{name}_s"] = min(each.wall_s for each in results)
            self.metrics[f"{name}_cpu_s"] = min(each.cpu_s for each in results)
        self.metrics["index_over_parse"] = self.metrics["index_s"] / self.metrics["parse_all_s"]
        self.metrics["index_cpu_over_parse_cpu"] = self.metrics["index_cpu_s"] / self.metrics["parse_all_cpu_s"]

    def write_lists(self):
        lines = run([COPSE, "ls", "--store", self.store, "--json"]).output.splitlines()
        files = [file for file in map(json.loads, lines) if file["lang"]]
        files.sort(key=lambda file: -file["bytes"])
        self.content = content_hash(self.directory, [file["path"] for file in files])
        self.all_list = self.write_list("all", files)
        self.list = self.write_list("own", [file for file in files if file["lang"] == self.language])

    def write_list(self, name, files):
        path = self.scratch / f"{name}.list"
        path.write_text("".join(f"{file['lang']}\t{self.directory}/{file['path']}\n" for file in files))
        return path

    def measure_sizes(self):
        self.step("bytes in each form, every visit compared with a fresh parse")
        found = self.rival("sizes", self.store, self.directory, self.language, JOBS)
        m = self.metrics
        for name in ("files", "lines", "nodes", "visible_nodes", "model_bytes", "held_out_files"):
            m[name] = found[name]
        m["source_mb"] = found["source_bytes"] / MB
        m["model_bits_per_node"] = found["model_bytes"] * 8 / found["nodes"]
        for form in ("bytecode", "frozen_fast", "frozen_small", "stored"):
            held = found[f"held_out_{form}_bytes"]
            if held is not None:
                m[f"{form}_bits_per_node"] = held * 8 / found["held_out_nodes"] + m["model_bits_per_node"]
        m["tree_bytes_per_line"] = found["stored_tree_bytes"] / found["lines"]
        m["source_bytes_per_line"] = found["stored_source_bytes"] / found["lines"]
        self.step("what tree-sitter's trees take, what zstd makes of the sources")
        m["treesitter_bytes_per_node"] = self.rival("memory", self.list, JOBS)["tree_bytes"] / found["nodes"]
        m["store_mb"] = json.loads(run([COPSE, "stats", "--store", self.store, "--json"]).output)["store_bytes"] / MB
        for level in (3, 19):
            started = run([RIVAL, "zstd", self.list, level, JOBS])
            made = json.loads(started.output)["bytes"]
            m[f"rival_zstd_reparse_level{level}_mb"] = made / MB
            m[f"rival_zstd_reparse_level{level}_bytes_per_line"] = made / found["lines"]
            m[f"rival_zstd_reparse_level{level}_bits_per_node"] = made * 8 / found["nodes"]
            m[f"rival_zstd_reparse_level{level}_s"] = started.wall_s
        m["rival_zstd_reparse_index_over_parse"] = m["rival_zstd_reparse_level3_s"] / m["parse_all_s"]

    def measure_speed(self):
        self.step("each step over a batch in memory")
        found = self.rival("speed", self.store, self.directory, self.language, self.size.batch_nodes, self.size.rounds)
        self.sample["speed"] = found
        for name in ("parse", "treesitter_walk", "treesitter_visit", "flatten", "hot_walk", "hot_cursor", "hot_visit",
                     "encode_bytecode", "encode_frozen_fast", "encode_frozen_small", "expand_bytecode",
                     "expand_frozen_fast", "expand_frozen_small", "thaw_frozen_fast", "thaw_frozen_small",
                     "bytecode_walk", "bytecode_walk_with_spans"):
            taken = found[f"{name}_s"]
            if taken is not None:
                key = name.replace("thaw_frozen_", "thaw_")
                self.metrics[f"{key}_mnodes_per_s"] = found["nodes"] / taken / 1e6
        encode = found["encode_frozen_fast_s"] or found["encode_bytecode_s"]
        self.metrics["encode_over_parse"] = (found["flatten_s"] + encode) / found["parse_s"]

    def measure_open(self):
        self.step("files opened and visited one by one")
        found = self.rival("open", self.store, self.directory, self.language, self.size.open_files, self.size.open_runs)
        self.sample["open"] = found
        m = self.metrics
        m["opened_files"] = found["files"]
        for name in ("stored_open", "stored_visit", "parse", "parse_visit", "rival_open", "rival_visit"):
            m[f"{name}_us_p50"] = statistics.median(found[f"{name}_us"])
        speedups = {name: [base / took for base, took in zip(found[f"{base_name}_us"], found[f"{name}_us"])]
                    for name, base_name in (("stored_open", "parse"), ("stored_visit", "parse_visit"),
                                            ("rival_open", "parse"), ("rival_visit", "parse_visit"))}
        self.sample["speedups"] = speedups
        m["open_speedup_over_parse_median"] = statistics.median(speedups["stored_open"])
        m["open_and_visit_speedup_median"] = statistics.median(speedups["stored_visit"])
        m["rival_zstd_reparse_open_speedup_over_parse_median"] = statistics.median(speedups["rival_open"])
        m["rival_zstd_reparse_open_and_visit_speedup_median"] = statistics.median(speedups["rival_visit"])

    def measure_memory(self):
        """Of a process that opens and visits every file of the store, one after another."""
        self.step("memory while every file is opened and visited")
        stored = run([RIVAL, "visit-stored", self.store], sample_memory=True)
        parsed = run([RIVAL, "visit-parsed", self.list], sample_memory=True)
        self.metrics["rss_anon_mb"] = stored.memory["budget"] / MB
        self.metrics["rss_file_mb"] = stored.memory["file"] / MB
        self.metrics["visit_all_s"] = stored.wall_s
        self.metrics["rival_zstd_reparse_rss_anon_mb"] = parsed.memory["budget"] / MB
        self.metrics["rival_zstd_reparse_visit_all_s"] = parsed.wall_s
        # The kernel's own limit on what a process may write to, taken only by what is started here.
        limit = f"--data={MEMORY_LIMIT_BYTES}"
        limited = subprocess.run(["prlimit", limit, RIVAL, "visit-stored", self.store],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        self.metrics["visits_all_within_50_mb"] = int(limited.returncode == 0)

    def rival(self, *words):
        return json.loads(run([RIVAL, *words]).output)

    def describe(self):
        described = describe_corpus(self.corpus.resolve(), self.content)
        described["name"] = self.corpus_name
        return described


def corpus_directory(name):
    return pathlib.Path(run([ROOT / "tools/fetch_corpus.sh", name]).output.strip()).resolve()


def can_compact():
    commands = run([COPSE, "--help"]).output.splitlines()
    return any(line.split()[:1] == ["compact"] for line in commands)


def measure_language(language, size, scratch, compact):
    with tempfile.TemporaryDirectory(dir=scratch, prefix=f"{language[0]}.") as folder:
        one = LanguageRun(language[0], language[1:], size, folder)
        one.measure(compact)
        if one.language == "c":
            one.measure_memory()
            one.metrics.update(measure_growth(one, COPSE, JOBS, compact, corpus_directory))
    return one


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result")
    parser.add_argument("--size", choices=SIZES, default="default")
    parser.add_argument("--only", help="languages, with commas between")
    parser.add_argument("--docs", action="store_true", help="write docs/results/trees.{json,md}")
    arguments = parser.parse_args()
    only = set(arguments.only.split(",")) if arguments.only else None
    # So that what was started ends with us, and the scratch folder goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_before = round(os.getloadavg()[0], 2)
    result = pathlib.Path(arguments.result)
    result.parent.mkdir(parents=True, exist_ok=True)
    compact = can_compact()
    with tempfile.TemporaryDirectory(dir=result.parent, prefix="trees.") as scratch:
        runs = [measure_language(language, SIZES[arguments.size], scratch, compact)
                for language in LANGUAGES if not only or language[0] in only]
    metrics = {}
    for one in runs:
        metrics.update({f"{one.language}_{name}": value for name, value in one.metrics.items()})
    add_summary(metrics, runs, arguments.size)
    report = {"metrics": {name: round(value, 6) for name, value in metrics.items()},
              "size": arguments.size, "compacted": compact, "languages": [one.language for one in runs],
              "corpora": {one.language: one.describe() for one in runs},
              "machine": describe_machine(load_before),
              "copse": run([COPSE, "--version"]).output.strip(),
              "date": datetime.date.today().isoformat()}
    result.write_text(json.dumps(report, indent=2) + "\n")
    print("\n".join(table(report, colour=True)))
    if arguments.docs:
        write_document(report, ROOT / "docs/results")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
