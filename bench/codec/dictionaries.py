"""What a dictionary for each language saves of single-file frames at zstd's level 19: the best of several sizes."""
import json
import os

from processes import run

# Corpus, language, names of files.
CORPORA = [
    ("linux-10m", "C", (".c", ".h")),
    ("golang", "Go", (".go",)),
    ("python-packages", "Python", (".py",)),
    ("rust", "Rust", (".rs",)),
    ("openjdk", "Java", (".java",)),
    ("typescript", "TypeScript", (".ts",)),
    ("boost", "C++", (".hpp", ".h")),
]
# Of a language that has a larger corpus above: shown, and no part of the least gain.
BESIDE = [("python", "Python, its library alone", (".py",))]
SMALL = {"golang", "python-packages"}


def write_list(context, corpus, endings):
    """A line a file: language and path, in the order of the paths."""
    paths = sorted(path for path in context.corpus(corpus).rglob("*")
                   if path.suffix in endings and path.is_file() and not path.is_symlink())
    target = context.scratch / f"dictionary-{corpus}.txt"
    target.write_text("".join(f"any\t{path}\n" for path in paths))
    return target


def measure(context):
    metrics, rows, gains = {}, [], []
    for corpus, language, endings in CORPORA + BESIDE:
        if context.size == "small" and corpus not in SMALL:
            continue
        listed = write_list(context, corpus, endings)
        output = run([context.bench, "dictionaries", listed, os.cpu_count() or 1]).output
        listed.unlink()
        sizes = [json.loads(line) for line in output.splitlines()]
        best = max(sizes, key=lambda each: each["gain"])
        for each in sizes:
            rows.append({"language": language, "corpus": corpus, "best": each is best, **each})
        if (corpus, language, endings) not in BESIDE:
            gains.append(best["gain"])
        metrics[f"dictionary_gain_{corpus.replace('-', '_')}"] = best["gain"]
    metrics["dictionary_gain_min"] = min(gains)
    return {"title": "A dictionary for each language, its own bytes counted", "metrics": metrics, "rows": rows}
