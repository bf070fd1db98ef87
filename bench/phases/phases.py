#!/usr/bin/env python3
"""Turns each phase of compression off alone and shows what it gains: phases.py <result.json> [--size small|default]

A configuration is a list of phases that are on, given to `copse index --phases` and, where there is one, `copse
compact`. A row is a store made anew: the bytes counted in it, the memory of a process that opens and visits every file
of it, and times. A copse that knows no phases gives one row, of itself as it is.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "common"))

from processes import run  # noqa: E402
from surroundings import describe_machine, say  # noqa: E402
from text import styles  # noqa: E402

COPSE = os.environ.get("COPSE_BINARY", ROOT / "build/release/copse")
RIVAL = os.environ.get("COPSE_BENCH", ROOT / "build/release/bench/copse_bench_trees")
JOBS = 2
MB = 1e6
PHASES = ["phase1_varint", "phase1_packing", "phase1_interning", "phase2_delta", "phase2_chunking", "phase3_bytecode",
          "phase4a_frozen", "phase4b_mmap", "phase4c_segments"]
CORPORA = {"small": ["rust-325k"], "default": ["rust-325k", "linux-10m"]}


def configurations(knows_phases):
    """Name, and the phases that are on; None where copse cannot be told."""
    if not knows_phases:
        return [("as it is", None)]
    without = [(f"without {phase}", [each for each in PHASES if each != phase]) for phase in PHASES]
    return [("enable_compression off", []), *without, ("all", PHASES)]


class Row:
    """One store of one configuration."""

    def __init__(self, name, phases, corpus, store):
        self.name = name
        self.phases = phases
        self.corpus = corpus
        self.store = store
        self.metrics = {}

    def measure(self, compact, treesitter_bytes):
        shutil.rmtree(self.store, ignore_errors=True)
        chosen = [] if self.phases is None else ["--phases", ",".join(self.phases) or "none"]
        indexed = run([COPSE, "index", self.corpus, "--store", self.store, "-j", JOBS, *chosen, "--json"],
                      sample_memory=True)
        compacted = run([COPSE, "compact", "--store", self.store, "-j", JOBS, "--json"]).wall_s if compact else 0
        visited = run([RIVAL, "visit-stored", self.store], sample_memory=True)
        stats = json.loads(run([COPSE, "stats", "--store", self.store, "--json"]).output)
        total = stats["total"]
        self.metrics = {
            "files": total["files"], "lines": total["lines"], "nodes": total["nodes"],
            "tree_mb": total["stored_tree_bytes"] / MB,
            "counted_mb": (total["stored_tree_bytes"] + stats["shared_bytes"] + stats["catalogue_bytes"]) / MB,
            "disk_mb": stats["store_bytes"] / MB,
            "treesitter_ratio": treesitter_bytes / total["stored_tree_bytes"],
            "saved_percent": 100 * (1 - total["stored_tree_bytes"] / treesitter_bytes),
            "lines_per_mb": total["lines"] / (total["stored_tree_bytes"] / MB),
            "index_s": indexed.wall_s, "compact_s": compacted, "files_per_s": total["files"] / indexed.wall_s,
            "index_rss_anon_mb": indexed.memory["budget"] / MB,
            "visit_s": visited.wall_s,
            "rss_anon_mb": visited.memory["budget"] / MB, "rss_file_mb": visited.memory["file"] / MB,
        }
        # Frames lie in the order in which files were done, so stores are told apart by what they hold, not byte by byte.
        self.stored = (total["stored_source_bytes"], total["stored_tree_bytes"], stats["shared_bytes"])
        return self


COLUMNS = [("trees", "tree_mb", "{:,.2f} MB"), ("counted", "counted_mb", "{:,.2f} MB"), ("disk", "disk_mb", "{:,.1f} MB"),
           ("tree-sitter", "treesitter_ratio", "{:,.0f}×"), ("saved", "saved_percent", "{:.2f} %"),
           ("lines/MB", "lines_per_mb", "{:,.0f}"), ("RssAnon", "rss_anon_mb", "{:,.1f} MB"),
           ("RssFile", "rss_file_mb", "{:,.1f} MB"), ("index", "index_s", "{:,.2f} s"),
           ("compact", "compact_s", "{:,.2f} s"), ("visit", "visit_s", "{:,.2f} s"), ("files/s", "files_per_s", "{:,.0f}")]


def print_table(name, rows, treesitter_bytes):
    bold, faint, plain = styles()
    first = rows[0].metrics
    print(f"\n{bold}{name}{plain}: {first['files']:,} files, {first['lines']:,} lines, {first['nodes']:,} nodes; "
          f"tree-sitter's memory {treesitter_bytes / MB:,.0f} MB")
    cells = [["", *(title for title, _, _ in COLUMNS), "stored bytes"]]
    for row in rows:
        cells.append([row.name, *(form.format(row.metrics[key]) for _, key, form in COLUMNS),
                      "" if row is rows[-1] else "the same" if row.stored == rows[-1].stored else "others"])
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for line in cells:
        print(f"{line[0]:<{widths[0]}}  " + "  ".join(f"{text:>{width}}" for text, width in zip(line[1:], widths[1:])))
    print(f"{faint}Memory is of a process that opens and visits every file of the store.{plain}")


def knows(words, wanted):
    return any(wanted in line.split() for line in run([COPSE, *words, "--help"]).output.splitlines())


def measure_corpus(name, scratch):
    corpus = run([ROOT / "tools/fetch_corpus.sh", name]).output.strip()
    store = scratch / "store"
    say(f"{name}: what tree-sitter's trees take")
    run([COPSE, "index", corpus, "--store", store, "-j", JOBS, "--json"])
    lines = run([COPSE, "ls", "--store", store, "--json"]).output.splitlines()
    files = scratch / "files.list"
    files.write_text("".join(f"{file['lang']}\t{corpus}/{file['path']}\n"
                             for file in map(json.loads, lines) if file["lang"]))
    treesitter_bytes = json.loads(run([RIVAL, "memory", files, JOBS]).output)["tree_bytes"]
    compact = knows([], "compact")
    rows = []
    for title, phases in configurations(knows(["index"], "--phases")):
        say(f"{name}: {title}")
        rows.append(Row(title, phases, corpus, store).measure(compact, treesitter_bytes))
    print_table(name, rows, treesitter_bytes)
    metrics = {f"{name}_treesitter_mb": treesitter_bytes / MB}
    for row in rows:
        metrics.update({f"{name}_{row.name}_{key}".replace(" ", "_").replace("-", "_"): value
                        for key, value in row.metrics.items()})
    return metrics


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result")
    parser.add_argument("--size", choices=CORPORA, default="default")
    arguments = parser.parse_args()
    # So that what was started ends with us, and the scratch folder goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_before = round(os.getloadavg()[0], 2)
    result = pathlib.Path(arguments.result)
    result.parent.mkdir(parents=True, exist_ok=True)
    metrics = {}
    with tempfile.TemporaryDirectory(dir=result.parent, prefix="phases.") as scratch:
        for name in CORPORA[arguments.size]:
            metrics.update(measure_corpus(name, pathlib.Path(scratch)))
    report = {"metrics": {name: round(value, 6) for name, value in metrics.items()},
              "machine": describe_machine(load_before), "copse": run([COPSE, "--version"]).output.strip(),
              "date": datetime.date.today().isoformat()}
    result.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
