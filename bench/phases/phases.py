#!/usr/bin/env python3
"""Turns each phase of compression off and shows what it gains: phases.py <result.json> [--size small|default|full] [--docs]

A configuration is a list of phases that are off, given to `copse index --phases-off` and remembered by the store. A row
is a store made anew: the bytes counted in it, what it takes on disk, the memory of a process that opens and visits every
file of it, and times. Every row must visit the same nodes.
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
from report import table, write_document  # noqa: E402
from surroundings import content_hash, describe_corpus, describe_machine, say  # noqa: E402

COPSE = os.environ.get("COPSE_BINARY", ROOT / "build/release/copse")
RIVAL = os.environ.get("COPSE_BENCH", ROOT / "build/release/bench/copse_bench_trees")
JOBS = 2
MB = 1e6
PHASES = ["phase1_varint", "phase1_packing", "phase1_interning", "phase2_delta", "phase2_chunking", "phase3_bytecode",
          "phase4a_frozen", "phase4b_mmap", "phase4c_segments"]
OFF = ["enable_compression"]
# Corpora by size, each with how many lines of it, in the order of paths; None for all.
SIZES = {"small": [("rust-325k", None)], "default": [("rust-325k", None), ("linux-10m", 1_000_000)],
         "full": [("rust-325k", None), ("linux-10m", None)]}


def configurations():
    """Name, key, and the phases that are off. The first is what the others are compared with."""
    yield "all on", "all", ["none"]
    for phase in PHASES:
        yield f"without {phase}", f"without_{phase}", [phase]
    yield "all off", "off", OFF
    for last in ("1", "2", "3"):
        later = [phase for phase in PHASES if phase[5] > last]
        yield ("phase 1 only" if last == "1" else f"phases 1 to {last}"), f"up_to_{last}", later


def cumulative(rows):
    """The series from nothing to everything."""
    by_key = {row["key"]: row for row in rows}
    return [by_key[key] for key in ("off", "up_to_1", "up_to_2", "up_to_3", "all")]


def disk_bytes(folder):
    return sum(path.lstat().st_blocks * 512 for path in pathlib.Path(folder).rglob("*"))


def first_lines(corpus, lines_max, target):
    """Copies files in the order of their paths until they hold that many lines."""
    lines = 0
    for path in sorted(path for path in corpus.rglob("*") if path.is_file() and not path.is_symlink()):
        content = path.read_bytes()
        copy = target / path.relative_to(corpus)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        lines += content.count(b"\n")
        if lines >= lines_max:
            break
    return target


class Corpus:
    def __init__(self, name, lines_max, scratch):
        self.name = name
        self.store = scratch / "store"
        whole = pathlib.Path(run([ROOT / "tools/fetch_corpus.sh", name]).output.strip())
        self.root = whole if lines_max is None else first_lines(whole, lines_max, scratch / name)
        say(f"{name}: what tree-sitter's trees take")
        self.index(["none"])
        lines = run([COPSE, "ls", "--store", self.store, "--json"]).output.splitlines()
        files = [file for file in map(json.loads, lines) if file["lang"]]
        listed = scratch / "files.list"
        listed.write_text("".join(f"{file['lang']}\t{self.root}/{file['path']}\n" for file in files))
        self.treesitter_bytes = json.loads(run([RIVAL, "memory", listed, JOBS]).output)["tree_bytes"]
        self.described = describe_corpus(whole, content_hash(self.root, [file["path"] for file in files]))
        # Where the corpus lies elsewhere, its folder has another name.
        self.described["name"] = name
        self.hash = None

    def index(self, off):
        shutil.rmtree(self.store, ignore_errors=True)
        return run([COPSE, "index", self.root, "--store", self.store, "-j", JOBS, "--phases-off", ",".join(off),
                    "--json"], sample_memory=True)

    def stats(self):
        return json.loads(run([COPSE, "stats", "--store", self.store, "--json"]).output)

    def measure(self, title, key, off, compact):
        say(f"{self.name}: {title}")
        indexed = self.index(off)
        as_indexed = self.stats()
        compacted = run([COPSE, "compact", "--store", self.store, "-j", JOBS, "--json"]) if compact else None
        visited = run([RIVAL, "visit-stored", self.store], sample_memory=True)
        found = json.loads(visited.output)["hash"]
        self.hash = self.hash or found
        if found != self.hash:
            sys.exit(f"{self.name}, {title}: its files do not hold the same nodes")
        stats = self.stats() if compact else as_indexed
        if stats["phases_off"] != [phase for phase in off if phase != "none"]:
            sys.exit(f"{self.name}, {title}: the store goes without {stats['phases_off']}")
        total, then = stats["total"], as_indexed["total"]
        trees = total["stored_tree_bytes"]
        return {
            "title": title, "key": key, "files": total["files"], "lines": total["lines"], "nodes": total["nodes"],
            "indexed_tree_mb": then["stored_tree_bytes"] / MB, "indexed_source_mb": then["stored_source_bytes"] / MB,
            "tree_mb": trees / MB, "source_mb": total["stored_source_bytes"] / MB,
            "shared_mb": stats["shared_bytes"] / MB, "catalogue_mb": stats["catalogue_bytes"] / MB,
            "disk_mb": disk_bytes(self.store) / MB,
            "treesitter_ratio": self.treesitter_bytes / trees,
            "saved_percent": 100 * (1 - trees / self.treesitter_bytes),
            "lines_per_tree_mb": total["lines"] / (trees / MB),
            "lines_per_rss_mb": total["lines"] / (visited.memory["budget"] / MB),
            "index_s": indexed.wall_s, "index_cpu_s": indexed.cpu_s,
            "compact_s": compacted.wall_s if compact else 0, "compact_cpu_s": compacted.cpu_s if compact else 0,
            "files_per_s": total["files"] / indexed.wall_s,
            "index_rss_anon_mb": indexed.memory["budget"] / MB,
            "visit_s": visited.wall_s, "visit_cpu_s": visited.cpu_s,
            "rss_anon_mb": visited.memory["budget"] / MB, "rss_file_mb": visited.memory["file"] / MB,
        }


def knows(words, wanted):
    return any(wanted in line.split() for line in run([COPSE, *words, "--help"]).output.splitlines())


def measure_corpus(name, lines_max, scratch, compact):
    corpus = Corpus(name, lines_max, scratch)
    rows = [corpus.measure(*configuration, compact) for configuration in configurations()]
    # Frames lie in the order in which files were done, so stores are told apart by what they hold, not byte by byte.
    for row in rows:
        row["changed"] = any(row[key] != rows[0][key] for key in ("tree_mb", "source_mb", "shared_mb"))
    return {"corpus": corpus.described, "lines_max": lines_max, "treesitter_mb": corpus.treesitter_bytes / MB,
            "rows": rows, "cumulative": [row["key"] for row in cumulative(rows)]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result")
    parser.add_argument("--size", choices=SIZES, default="default")
    parser.add_argument("--docs", action="store_true", help="write docs/results/phases.{json,md}")
    arguments = parser.parse_args()
    # So that what was started ends with us, and the scratch folder goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_before = round(os.getloadavg()[0], 2)
    result = pathlib.Path(arguments.result).resolve()
    result.parent.mkdir(parents=True, exist_ok=True)
    compact = knows([], "compact")
    tables = {}
    for name, lines_max in SIZES[arguments.size]:
        with tempfile.TemporaryDirectory(dir=result.parent, prefix="phases.") as scratch:
            tables[name] = measure_corpus(name, lines_max, pathlib.Path(scratch), compact)
    metrics = {f"{name}_{row['key']}_{figure}": round(value, 6) for name, one in tables.items() for row in one["rows"]
               for figure, value in row.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}
    report = {"metrics": metrics, "tables": tables, "size": arguments.size, "compacted": compact,
              "machine": describe_machine(load_before), "copse": run([COPSE, "--version"]).output.strip(),
              "date": datetime.date.today().isoformat()}
    result.write_text(json.dumps(report, indent=2) + "\n")
    print("\n".join(table(report, colour=True)))
    if arguments.docs:
        write_document(report, ROOT / "docs/results")
    same = [f"{name}: {row['title']}" for name, one in tables.items() for row in one["rows"][1:] if not row["changed"]]
    if same:
        sys.exit("the stored bytes are those of a store with all phases on: " + "; ".join(same))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
