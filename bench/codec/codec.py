#!/usr/bin/env python3
"""Measures the codecs: codec.py <result.json> [--size small|default|full] [--only file_pairs,...] [--keep] [--docs]

Each part is a module beside this one with measure(context), which answers its metrics and rows. What each figure means
is in method.md.
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

from processes import run  # noqa: E402
from report import table, write_document  # noqa: E402
from surroundings import describe_machine, say  # noqa: E402

COPSE = os.environ.get("COPSE_BINARY", ROOT / "build/release/copse")
BENCH = os.environ.get("COPSE_BENCH", ROOT / "build/release/bench/copse_bench_codec")
PARTS = ["file_pairs", "xor_speed", "vm_memory", "chunking", "dictionaries", "levels", "speeds"]


class Context:
    """What a part may use."""

    def __init__(self, size, scratch):
        self.copse = str(COPSE)
        self.bench = str(BENCH)
        self.scratch = pathlib.Path(scratch)
        self.size = size

    @staticmethod
    def corpus(name):
        return pathlib.Path(run([ROOT / "tools/fetch_corpus.sh", name]).output.strip()).resolve()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result")
    parser.add_argument("--size", choices=["small", "default", "full"], default="default")
    parser.add_argument("--only", help="parts, with commas between")
    parser.add_argument("--keep", action="store_true", help="of the other parts, what the result has already")
    parser.add_argument("--docs", action="store_true", help="write docs/results/codec.{json,md}")
    arguments = parser.parse_args()
    only = arguments.only.split(",") if arguments.only else PARTS
    # So that what was started ends with us, and the scratch folder goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_before = round(os.getloadavg()[0], 2)
    result = pathlib.Path(arguments.result)
    result.parent.mkdir(parents=True, exist_ok=True)
    parts, metrics = {}, {}
    if arguments.keep and result.is_file():
        parts = json.loads(result.read_text())["parts"]
        metrics = {key: value for part in parts.values() for key, value in part["metrics"].items()}
    with tempfile.TemporaryDirectory(dir=result.parent, prefix="codec.") as scratch:
        context = Context(arguments.size, scratch)
        for name in PARTS:
            if name in only and (HERE / f"{name}.py").is_file():
                say(name)
                parts[name] = importlib.import_module(name).measure(context)
                metrics.update(parts[name]["metrics"])
                # What was measured is kept, whatever becomes of the rest.
                result.write_text(json.dumps({"metrics": metrics, "parts": parts}, indent=2) + "\n")
    report = {"metrics": {name: round(value, 6) if isinstance(value, float) else value
                          for name, value in metrics.items()},
              "size": arguments.size, "parts": parts, "machine": describe_machine(load_before),
              "copse": run([COPSE, "--version"]).output.strip(), "date": datetime.date.today().isoformat()}
    result.write_text(json.dumps(report, indent=2) + "\n")
    print("\n".join(table(report)))
    if arguments.docs:
        write_document(report, ROOT / "docs/results")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
