"""The table of phases, for a terminal and as a document."""
import pathlib

from document import write_result
from text import styles

HERE = pathlib.Path(__file__).resolve().parent

COLUMNS = [("trees", "tree_mb", "{:,.2f} MB"), ("sources", "source_mb", "{:,.2f} MB"),
           ("shared", "shared_mb", "{:,.2f} MB"), ("catalogue", "catalogue_mb", "{:,.2f} MB"),
           ("disk", "disk_mb", "{:,.1f} MB"), ("tree-sitter", "treesitter_ratio", "{:,.0f}×"),
           ("saved", "saved_percent", "{:.2f} %"), ("lines/MB", "lines_per_tree_mb", "{:,.0f}"),
           ("RssAnon", "rss_anon_mb", "{:,.1f} MB"), ("RssFile", "rss_file_mb", "{:,.1f} MB"),
           ("lines/MB RSS", "lines_per_rss_mb", "{:,.0f}"), ("index", "index_s", "{:,.2f} s"),
           ("processor", "index_cpu_s", "{:,.2f} s"), ("files/s", "files_per_s", "{:,.0f}"),
           ("visit", "visit_cpu_s", "{:,.2f} s")]
COMPACTED = [("trees indexed", "indexed_tree_mb", "{:,.2f} MB"), ("compact", "compact_s", "{:,.2f} s")]


def lay_out(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return [f"{line[0]:<{widths[0]}}  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(line[1:], widths[1:]))
            for line in lines]


def table_of(name, one, columns, bold, plain):
    rows = one["rows"]
    by_key = {row["key"]: row for row in rows}
    first = rows[0]
    part = "" if one["lines_max"] is None else ", the first files of it"
    yield ""
    yield (f"{bold}{name}{plain}{part}: {first['files']:,} files, {first['lines']:,} lines, {first['nodes']:,} nodes; "
           f"tree-sitter's memory {one['treesitter_mb']:,.0f} MB")
    series = [by_key[key] for key in one["cumulative"]]
    alone = [row for row in rows if row not in series or row is first]

    def cells(row):
        gain = 100 * (row["tree_mb"] / first["tree_mb"] - 1)
        return [row["title"], *(form.format(row[key]) for _, key, form in columns),
                "" if row is first else f"{gain:+,.1f} %", "" if row is first else "others" if row["changed"] else "the same"]

    head = ["", *(title for title, _, _ in columns), "trees", "bytes"]
    gap = [""] * len(head)
    lines = lay_out([head, *map(cells, alone), gap, *map(cells, series)])
    yield from (line.rstrip() for line in lines)


def table(report, colour=False):
    bold, faint, plain = styles() if colour else ("", "", "")
    columns = COLUMNS + (COMPACTED if report["compacted"] else [])
    lines = [f"{bold}{report['copse']}{plain}"]
    for name, one in report["tables"].items():
        lines += table_of(name, one, columns, bold, plain)
    machine = report["machine"]
    if machine["load_before"] > machine["cores"] / 2:
        lines += ["", f"{faint}The machine was busy (load {machine['load_before']}): believe the bytes, not the times.{plain}"]
    return lines


def write_document(report, folder):
    """phases.json and phases.md."""
    corpora = [(f"`{name}`", one["corpus"]) for name, one in report["tables"].items()]
    write_result(folder, "phases", "Phases: what each part of compression gains", report, table(report), corpora,
                 HERE / "method.md")
