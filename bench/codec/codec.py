#!/usr/bin/env python3
"""Measures the codecs: codec.py <result.json> [--size small|default|full] [--only a,b] [--docs]

Each part is a module with `measure(context)`, which gives a title, metrics and rows. What each figure means is in
method.md.
"""
import argparse
import datetime
import importlib
import json
import os
import pathlib
import signal
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "common"))
sys.path.insert(0, str(ROOT / "tools"))

from document import write_result  # noqa: E402
from processes import run  # noqa: E402
from report import table  # noqa: E402
from surroundings import describe_machine, say  # noqa: E402

PARTS = ["vm_memory", "file_pairs", "chunking", "dictionaries", "levels", "speeds"]


class Context:
    def __init__(self, size, scratch):
        self.copse = os.environ.get("COPSE_BINARY", ROOT / "build/release/copse")
        self.bench = os.environ.get("COPSE_BENCH", ROOT / "build/release/bench/copse_bench_codec")
        self.size = size
        self.scratch = pathlib.Path(scratch)

    def corpus(self, name):
        return pathlib.Path(run([ROOT / "tools/fetch_corpus.sh", name]).output.strip()).resolve()


def rounded(value):
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result")
    parser.add_argument("--size", choices=["small", "default", "full"], default="default")
    parser.add_argument("--only", help="parts, with commas between")
    parser.add_argument("--docs", action="store_true", help="write docs/results/codec.{json,md}")
    arguments = parser.parse_args()
    wanted = arguments.only.split(",") if arguments.only else PARTS
    unknown = set(wanted) - set(PARTS)
    if unknown:
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    # So that what was started ends with us, and the scratch folder goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_before = round(os.getloadavg()[0], 2)
    result = pathlib.Path(arguments.result).resolve()
    result.parent.mkdir(parents=True, exist_ok=True)
    metrics, parts = {}, {}
    with tempfile.TemporaryDirectory(dir=result.parent, prefix="codec.") as scratch:
        context = Context(arguments.size, scratch)
        for name in wanted:
            say(name)
            parts[name] = importlib.import_module(name).measure(context)
            metrics.update(parts[name]["metrics"])
    report = rounded({
        "metrics": metrics, "parts": parts, "size": arguments.size, "machine": describe_machine(load_before),
        "copse": run([context.copse, "--version"]).output.strip(), "date": datetime.date.today().isoformat()})
    result.write_text(json.dumps(report, indent=2) + "\n")
    print("\n".join(table(report, colour=True)))
    if arguments.docs:
        write_result(ROOT / "docs/results", "codec", "Codecs beside the tools people use", report, table(report), [],
                     HERE / "method.md")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
