"""The figures of a run as a table with a row for each query, for a terminal and as a document."""
import pathlib

from document import write_result
from text import styles

HERE = pathlib.Path(__file__).resolve().parent
NOTHING = "–"
# Of the matches of two programs, before it is worth a note.
DIFFERENCE_MAX = 0.05


def written(form):
    return lambda value: NOTHING if value is None else form.format(value)


count, seconds, decimal, percent = (written(form) for form in ("{:,}", "{:,.3f}", "{:,.1f}", "{:.1%}"))


def ratio(value):
    return NOTHING if value is None else f"{value:,.1f}×" if value < 100 else f"{value:,.0f}×"


def differ(rival):
    one, other = rival["matches"], rival["copse_matches"]
    return abs(one - other) > DIFFERENCE_MAX * max(one, other)


def cells_of(row, part):
    rival = row["astgrep"] or dict.fromkeys(("on", "matches", "copse_matches", "s", "copse_s", "speedup"))
    # What stands in a column before is not said again.
    on_part = rival["on"] == part
    return [row["name"], count(row["matches"]), seconds(row["s"]), decimal(row["rss_mb"]), count(row["files_left"]),
            count(row["part_matches"]), seconds(row["part_s"]), seconds(row["cursor_s"]),
            ratio(row["speedup_over_cursor"]), rival["on"] or NOTHING, count(rival["matches"]),
            count(rival["copse_matches"]) if not on_part else "", decimal(rival["s"]), ratio(rival["speedup"])]


def lines_of_table(report):
    whole, part = report["whole"], report["part"]
    yield ["", f"{whole}:", "", "", "files", f"{part}:", "", "cursor", "times", "ast-grep", "", "of",
           "ast-grep", "times"]
    yield ["query", "matches", "s", "RSS MB", "read", "matches", "s", "s", "faster", "on", "matches", "copse", "s",
           "faster"]
    yield from (cells_of(row, part) for row in report["rows"])


def summary_lines(report):
    m = report["metrics"]
    yield (f"a query: median {seconds(m['kernel_query_s_median'])} s, worst {seconds(m['kernel_query_s_max'])} s, "
           f"RssAnon + RssShmem at most {decimal(m['rss_mb_max'])} MB")
    yield (f"beside ast-grep: {ratio(m['speedup_over_astgrep_median'])} faster in the median, "
           f"{ratio(m['speedup_over_astgrep_min'])} at least")
    yield (f"beside tree-sitter's cursor: {ratio(m['speedup_over_treesitter_cursor_median'])} faster in the median, "
           f"{ratio(m['speedup_over_treesitter_cursor_min'])} at least")
    yield f"every identifier, counted: {decimal(m['identifier_matches_m_per_s'])} million matches a second"
    yield (f"symbols by name: {seconds(m['symbols_warm_ms'])} ms in a running process, "
           f"{decimal(m['symbols_cold_ms'])} ms as a command")
    yield (f"postings {decimal(m['postings_mb'])} MB, symbols {decimal(m['symbols_mb'])} MB, of a store of "
           f"{decimal(m['store_mb'])} MB: {percent(m['postings_share_of_store'])}")


def notes(report):
    yield from (f"WRONG: {failure}" for failure in report["failures"])
    apart = [row["name"] for row in report["rows"] if row["astgrep"] and differ(row["astgrep"])]
    if apart:
        yield f"ast-grep has more than a twentieth more or fewer matches: {', '.join(apart)}"
    if report["size"] == "small":
        yield "SIZE=small: a million lines of linux-10m stand for the whole kernel, and fixed costs weigh more."
    machine = report["machine"]
    if machine["load_before"] > machine["cores"] / 2:
        yield f"The machine was busy (load {machine['load_before']}): believe the ratios, not the times."


def table(report, colour=False):
    bold, faint, plain = styles() if colour else ("", "", "")
    corpora, machine = report["corpora"], report["machine"]
    rows = list(lines_of_table(report))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    yield ""
    yield f"{bold}{report['copse']}, queries, SIZE={report['size']}, beside {report['astgrep']}{plain}"
    yield f"{faint}{machine['cores']} × {machine['cpu']}, Linux {machine['kernel']}, -j {report['jobs']}{plain}"
    for name, corpus in corpora.items():
        yield f"{faint}{name}: {corpus['files']:,} files, {corpus['lines']:,} lines{plain}"
    yield ""
    for number, row in enumerate(rows):
        cells = "  ".join(f"{text:>{width}}" for text, width in zip(row[1:], widths[1:]))
        style = faint if number < 2 else ""
        yield f"{style}{row[0]:<{widths[0]}}  {cells}".rstrip() + (plain if style else "")
    yield ""
    yield from summary_lines(report)
    for note in notes(report):
        yield f"{faint}{note}{plain}"


def question_lines(report):
    """What each query is for, and its text."""
    yield "## The queries"
    yield ""
    for row in report["rows"]:
        yield f"- `{row['name']}`: {row['title']} ({row['about']})"


def write_document(report, folder):
    """query.json and query.md."""
    corpora = [(f"`{name}`", corpus) for name, corpus in report["corpora"].items()]
    write_result(folder, "query", "Queries: the whole kernel beside ast-grep and tree-sitter's cursor", report,
                 table(report), corpora, HERE / "method.md")
    page = folder / "query.md"
    page.write_text(page.read_text() + "\n" + "\n".join(question_lines(report)) + "\n")
