"""A task of several parts: each a module beside the task's own with measure(context), which answers a title, metrics and
rows, and perhaps lines to show beside them ("trace") and what it was measured on ("measured_on")."""
import argparse
import datetime
import importlib
import json
import os
import pathlib
import signal
import sys
import tempfile

from processes import run
from rows import table_of_parts
from surroundings import ROOT, describe_machine, say

SIZES = ["small", "default", "full"]


class Context:
    """What a part may use: the programs of a release build, a scratch folder on the disk of the result, the size."""

    def __init__(self, task, size, scratch):
        self.copse = os.environ.get("COPSE_BINARY", str(ROOT / "build/release/copse"))
        self.bench = os.environ.get("COPSE_BENCH", str(ROOT / f"build/release/bench/copse_bench_{task}"))
        self.scratch = pathlib.Path(scratch)
        self.size = size

    @staticmethod
    def corpus(name):
        return pathlib.Path(run([ROOT / "tools/fetch_corpus.sh", name]).output.strip()).resolve()


def arguments_of(task):
    parser = argparse.ArgumentParser(prog=f"{task}.py")
    parser.add_argument("result")
    parser.add_argument("--size", choices=SIZES, default="default")
    parser.add_argument("--only", help="parts, with commas between")
    parser.add_argument("--keep", action="store_true", help="of the other parts, what the result has already")
    parser.add_argument("--docs", action="store_true", help=f"write docs/results/{task}.{{json,md}}")
    return parser.parse_args()


def measure_parts(names, only, context, result, parts):
    metrics = {key: value for part in parts.values() for key, value in part["metrics"].items()}
    for name in names:
        if name not in only:
            continue
        say(name)
        parts[name] = importlib.import_module(name).measure(context)
        metrics.update(parts[name]["metrics"])
        # What was measured is kept, whatever becomes of the rest.
        result.write_text(json.dumps({"metrics": metrics, "parts": parts}, indent=2) + "\n")
    # In the order of the names, whichever were measured now.
    return {name: parts[name] for name in names if name in parts}


def rounded(value):
    return round(value, 6) if isinstance(value, float) else value


def write_document(task, title, report, methods):
    folder = ROOT / "docs/results"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{task}.json").write_text(json.dumps(report, indent=2) + "\n")
    machine = report["machine"]
    measured_on = [f"- {part['title']}: {text}" for part in report["parts"].values()
                   for text in part.get("measured_on", [])]
    text = "\n".join([
        f"# {title}", "",
        f"`make bench TASK={task} SIZE={report['size']}`, {report['date']}. All figures: [{task}.json]({task}.json).", "",
        "```", "\n".join(table_of_parts(report)).strip("\n"), "```", "",
        "## What was measured on", "", *measured_on,
        f"- Machine: {machine['cores']} × {machine['cpu']}, {machine['memory_gb']} GB, Linux {machine['kernel']}; load "
        f"{machine['load_before']} before, {machine['load_after']} after.",
        f"- {report['copse']}.", "",
        "\n\n".join(method.read_text().strip() for method in methods)])
    (folder / f"{task}.md").write_text(text + "\n")


def run_task(task, title, names):
    """The task's whole program; the methods are its folder's method.md and method_*.md."""
    arguments = arguments_of(task)
    # So that what was started ends with us, and the scratch folder goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_before = round(os.getloadavg()[0], 2)
    result = pathlib.Path(arguments.result)
    result.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(result.read_text())["parts"] if arguments.keep and result.is_file() else {}
    only = arguments.only.split(",") if arguments.only else names
    with tempfile.TemporaryDirectory(dir=result.parent, prefix=f"{task}.") as scratch:
        context = Context(task, arguments.size, scratch)
        parts = measure_parts(names, only, context, result, kept)
    metrics = {key: rounded(value) for part in parts.values() for key, value in part["metrics"].items()}
    report = {"metrics": metrics, "size": arguments.size, "parts": parts, "machine": describe_machine(load_before),
              "copse": run([context.copse, "--version"]).output.strip(), "date": datetime.date.today().isoformat()}
    result.write_text(json.dumps(report, indent=2) + "\n")
    print("\n".join(table_of_parts(report)))
    if arguments.docs:
        folder = ROOT / "bench" / task
        methods = [folder / "method.md", *sorted(folder.glob("method_*.md"))]
        write_document(task, title, report, [method for method in methods if method.is_file()])


def main(task, title, names):
    try:
        run_task(task, title, names)
    except KeyboardInterrupt:
        sys.exit(130)
