#!/usr/bin/env python3
"""Measures copse beside its rivals: foundation.py <corpus> <result.json> [--rounds N] [--brief]

Every figure is of processes started anew over warm files, copse and its rival in turn; times are medians of N rounds,
ratios medians of the ratios of each round. The rivals are commands of copse_bench_foundation (main.cc): the same parser
core, the same grammars, the same files, the same number of threads. --brief leaves out what takes long.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import statistics
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "common"))

from processes import run  # noqa: E402
from report import print_table  # noqa: E402
from surroundings import content_hash, describe_corpus, describe_machine, say  # noqa: E402

COPSE = os.environ.get("COPSE_BINARY", ROOT / "build/release/copse")
RIVAL = os.environ.get("COPSE_BENCH", ROOT / "build/release/bench/copse_bench_foundation")
QUERIES = ["rare", "frequent", "predicates"]
MB = 1e6


class Foundation:
    def __init__(self, corpus, rounds, brief, scratch):
        self.corpus = pathlib.Path(corpus).resolve()
        self.rounds = rounds
        self.brief = brief
        self.scratch = pathlib.Path(scratch)
        self.store = self.scratch / "store"
        self.jobs = len(os.sched_getaffinity(0))
        self.metrics = {"jobs": self.jobs, "rounds": rounds}
        self.failures = []

    def measure(self):
        say("indexing once, to warm the files and to see the memory")
        memory = self.index().memory
        self.metrics["rss_anon_mb"] = memory["anon"] / MB
        self.metrics["rss_file_mb"] = memory["file"] / MB
        self.metrics["indexer_rss_anon_mb"] = memory["leader_anon"] / MB
        self.metrics["indexing_processes"] = memory["processes"]
        self.count()
        self.list_files()
        self.measure_indexing()
        self.measure_trees()
        self.measure_queries()
        if not self.brief:
            self.measure_walk()
            self.measure_verification()

    # ---- the parts -----------------------------------------------------------------------------

    def index(self):
        shutil.rmtree(self.store, ignore_errors=True)
        command = [COPSE, "index", self.corpus, "--store", self.store, "-j", self.jobs, "--json"]
        return run(command, sample_memory="rss_anon_mb" not in self.metrics)

    def count(self):
        stats = json.loads(run([COPSE, "stats", "--store", self.store, "--json"]).output)
        total = stats["total"]
        for name in ("files", "lines", "nodes", "visible_nodes", "bits_per_node"):
            self.metrics[name] = total[name]
        self.metrics["source_mb"] = total["source_bytes"] / MB
        self.metrics["store_mb"] = stats["store_bytes"] / MB
        self.metrics["stored_source_mb"] = total["stored_source_bytes"] / MB
        self.metrics["stored_tree_mb"] = total["stored_tree_bytes"] / MB
        self.metrics["catalogue_mb"] = stats["catalogue_bytes"] / MB
        self.metrics["shared_mb"] = stats["shared_bytes"] / MB
        self.language = max(stats["languages"], key=lambda each: each["source_bytes"])["lang"]
        if not (HERE / "queries" / self.language).is_dir():
            sys.exit(f"bench/foundation/queries has none for {self.language}, which most of {self.corpus} is in")

    def list_files(self):
        """What the rivals parse: the files that have a tree in the store, the largest first."""
        lines = run([COPSE, "ls", "--store", self.store, "--json"]).output.splitlines()
        files = [file for file in map(json.loads, lines) if file["lang"]]
        files.sort(key=lambda file: -file["bytes"])
        self.content = content_hash(self.corpus, [file["path"] for file in files])
        self.all_files = self.write_list("all", files)
        self.queried_files = self.write_list("queried", [file for file in files if file["lang"] == self.language])

    def write_list(self, name, files):
        path = self.scratch / f"{name}.list"
        path.write_text("".join(f"{file['lang']}\t{self.corpus}/{file['path']}\n" for file in files))
        return path

    def measure_indexing(self):
        say(f"index beside parse, rounds: {self.rounds}")
        self.rival("parse", self.all_files, self.jobs)
        indexed, parsed = self.in_turn(self.index, lambda: self.rival("parse", self.all_files, self.jobs))
        self.take_times("index", indexed, "parse", parsed)
        self.metrics["index_over_parse"] = ratio(indexed, parsed)
        self.metrics["index_cpu_over_parse_cpu"] = statistics.median(
            one.cpu_s / other.cpu_s for one, other in zip(indexed, parsed))

    def measure_trees(self):
        say("what tree-sitter's trees take")
        self.metrics["treesitter_mb"] = self.rival_json("memory", self.all_files, self.jobs)["tree_bytes"] / MB
        self.metrics["zstd3_source_mb"] = self.rival_json("zstd", self.all_files)["bytes"] / MB
        if not self.brief:
            kept = self.rival_json("keep", self.all_files, self.jobs)
            self.metrics["treesitter_rss_anon_mb"] = kept["rss_anon_bytes"] / MB

    def measure_queries(self):
        for name in QUERIES:
            say(f"query '{name}' beside re-parse and query, rounds: {self.rounds}")
            file = HERE / "queries" / self.language / f"{name}.scm"
            ask = [COPSE, "query", "--store", self.store, "--lang", self.language, "-j", self.jobs, "--file", file,
                   "--format", "count"]
            first = run(ask, sample_memory=True)
            self.take_peak("query_rss_anon_mb", first.memory["anon"])
            self.take_peak("query_rss_file_mb", first.memory["file"])
            asked, reparsed = self.in_turn(
                lambda: run(ask), lambda: self.rival("query", self.queried_files, self.jobs, file))
            self.take_times(f"query_{name}", asked, f"reparse_query_{name}", reparsed)
            self.metrics[f"query_{name}_ratio"] = ratio(reparsed, asked)
            self.compare_matches(name, int(first.output), json.loads(reparsed[0].output)["matches"])

    def compare_matches(self, name, found, expected):
        self.metrics[f"query_{name}_matches"] = found
        self.metrics[f"reparse_query_{name}_matches"] = expected
        if found != expected:
            self.failures.append(f"query '{name}': {found} matches in the store, {expected} in fresh trees")

    def measure_walk(self):
        say("files opened and walked")
        walk = self.rival_json("walk", self.queried_files, self.store, self.corpus)
        self.metrics["walked_files"] = walk.pop("files")
        self.metrics.update(walk)

    def measure_verification(self):
        say("every node of every tree against a fresh parse")
        verified = run([COPSE, "verify", "--deep", "--store", self.store, "-j", self.jobs, "--json"])
        self.metrics["verify_s"] = verified.wall_s
        self.metrics["verify_differences"] = json.loads(verified.output)["difference_count"]

    # ---- what they share -----------------------------------------------------------------------

    def rival(self, *words):
        return run([RIVAL, *words])

    def rival_json(self, *words):
        return json.loads(self.rival(*words).output)

    def in_turn(self, one, other):
        """Runs of both, pair by pair; which goes first changes, so that none profits from its place."""
        ones, others = [], []
        for i in range(self.rounds):
            steps = [(one, ones), (other, others)]
            for action, results in steps if i % 2 == 0 else reversed(steps):
                results.append(action())
        return ones, others

    def take_times(self, *names_and_runs):
        for name, runs in zip(names_and_runs[::2], names_and_runs[1::2]):
            self.metrics[f"{name}_s"] = statistics.median(each.wall_s for each in runs)
            self.metrics[f"{name}_cpu_s"] = statistics.median(each.cpu_s for each in runs)

    def take_peak(self, name, bytes_now):
        self.metrics[name] = max(self.metrics.get(name, 0), bytes_now / MB)


def ratio(ones, others):
    return statistics.median(one.wall_s / other.wall_s for one, other in zip(ones, others))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("result")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--brief", action="store_true")
    arguments = parser.parse_args()
    # So that what was started ends with us, and the scratch folder goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_before = round(os.getloadavg()[0], 2)
    result = pathlib.Path(arguments.result)
    result.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=result.parent, prefix="foundation.") as scratch:
        bench = Foundation(arguments.corpus, arguments.rounds, arguments.brief, scratch)
        bench.measure()
    metrics = {name: round(value, 6) for name, value in bench.metrics.items()}
    report = {"metrics": metrics, "corpus": describe_corpus(bench.corpus, bench.content),
              "machine": describe_machine(load_before),
              "copse": run([COPSE, "--version"]).output.strip(),
              "date": datetime.date.today().isoformat()}
    result.write_text(json.dumps(report, indent=2) + "\n")
    print_table(report)
    if metrics.get("verify_differences"):
        bench.failures.append(f"verify --deep: {metrics['verify_differences']} differences")
    if bench.failures:
        sys.exit("\n".join(bench.failures))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
