"""The figures of a run: each part's rows as a table, whatever they are, then the metrics; and as a document."""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def figure(value):
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "–" if value is None else str(value)


def columns_of(rows):
    names = []
    for row in rows:
        names += [name for name in row if name not in names and not isinstance(row[name], (list, dict))]
    return names


def table_of(rows):
    """Columns in the order in which they first come, words to the left, figures to the right."""
    names = columns_of(rows)
    texts = [[figure(row.get(name)) for name in names] for row in rows]
    widths = [max([len(name)] + [len(line[i]) for line in texts]) for i, name in enumerate(names)]
    words = [any(isinstance(row.get(name), str) for row in rows) for name in names]

    def line_of(cells):
        return "  ".join(cell.ljust(width) if word else cell.rjust(width)
                         for cell, width, word in zip(cells, widths, words)).rstrip()
    return [line_of(names)] + [line_of(line) for line in texts]


def table(report):
    lines = []
    for part in report["parts"].values():
        lines += [part["title"], "", *table_of(part["rows"]), ""]
        if part.get("trace"):
            lines += [str(line) for line in part["trace"]] + [""]
    width = max(map(len, report["metrics"]), default=0)
    lines += ["Metrics", ""] + [f"{name.ljust(width)}  {figure(value)}" for name, value in report["metrics"].items()]
    return lines


def write_document(report, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "codec.json").write_text(json.dumps(report, indent=2) + "\n")
    machine = report["machine"]
    measured_on = [f"- {part['title']}: {text}" for part in report["parts"].values()
                   for text in part.get("measured_on", [])]
    methods = [HERE / "method.md", *sorted(HERE.glob("method_*.md"))]
    text = "\n".join([
        "# Codecs", "",
        f"`make bench TASK=codec SIZE={report['size']}`, {report['date']}. All figures: [codec.json](codec.json).", "",
        "```", "\n".join(table(report)).strip("\n"), "```", "",
        "## What was measured on", "", *measured_on,
        f"- Machine: {machine['cores']} × {machine['cpu']}, {machine['memory_gb']} GB, Linux {machine['kernel']}; load "
        f"{machine['load_before']} before, {machine['load_after']} after.",
        f"- {report['copse']}.", "",
        "\n\n".join(method.read_text().strip() for method in methods if method.is_file())])
    (folder / "codec.md").write_text(text + "\n")
