"""The figures of a run as one table, a column for each language, copse beside its rivals; and as a document."""
import pathlib

from document import write_result
from text import styles

HERE = pathlib.Path(__file__).resolve().parent
TITLES = {"c": "C", "cpp": "C++", "rust": "Rust", "go": "Go", "python": "Python", "java": "Java",
          "typescript": "TypeScript"}
NOTHING = "–"


def count(value):
    return f"{value:,.0f}"


def millions(value):
    return f"{value / 1e6:,.2f} M"


def decimals(places, unit=""):
    return lambda value: f"{value:,.{places}f}{unit}"


def microseconds(value):
    return f"{value:,.0f} µs" if value >= 10 else f"{value:.1f} µs"


# What, how it is written, the metric of a language, the figure of all languages where there is one. A line of None ends
# a block; a line of one string opens the next.
ROWS = [
    ("files", count, "files", None),
    ("lines", millions, "lines", None),
    ("nodes, hidden ones included", millions, "nodes", None),
    ("  visible", millions, "visible_nodes", None),
    ("of them judged: files not learnt from", count, "held_out_files", None),
    None,
    ("bits a node, the model's share included",),
    ("  copse, frozen small", decimals(3), "frozen_small_bits_per_node", "frozen_small_bits_per_node_mean"),
    ("  copse, frozen fast", decimals(3), "frozen_fast_bits_per_node", "frozen_fast_bits_per_node_mean"),
    ("  copse, bytecode", decimals(3), "bytecode_bits_per_node", "bytecode_bits_per_node_mean"),
    ("  copse, as the store has it", decimals(3), "stored_bits_per_node", "stored_bits_per_node_mean"),
    ("    the model's share", decimals(3), "model_bits_per_node", None),
    ("  tree-sitter in memory, bytes", decimals(1), "treesitter_bytes_per_node", "treesitter_bytes_per_node_mean"),
    None,
    ("bytes a line",),
    ("  copse, sources", decimals(2), "source_bytes_per_line", None),
    ("  copse, trees", decimals(2), "tree_bytes_per_line", None),
    ("  zstd -3 sources, no trees", decimals(2), "rival_zstd_reparse_level3_bytes_per_line",
     "rival_zstd_reparse_level3_bytes_per_line_mean"),
    ("  zstd -19 sources, no trees", decimals(2), "rival_zstd_reparse_level19_bytes_per_line",
     "rival_zstd_reparse_level19_bytes_per_line_mean"),
    None,
    ("million nodes a second, one thread",),
    ("  parse", decimals(2), "parse_mnodes_per_s", "parse_mnodes_per_s"),
    ("  encode, frozen small", decimals(1), "encode_frozen_small_mnodes_per_s", "encode_frozen_small_mnodes_per_s"),
    ("  encode, frozen fast", decimals(1), "encode_frozen_fast_mnodes_per_s", "encode_frozen_fast_mnodes_per_s"),
    ("  encode, bytecode", decimals(1), "encode_bytecode_mnodes_per_s", "encode_bytecode_mnodes_per_s"),
    ("  thaw, frozen small", decimals(1), "thaw_small_mnodes_per_s", "thaw_small_mnodes_per_s"),
    ("  thaw, frozen fast", decimals(1), "thaw_fast_mnodes_per_s", "thaw_fast_mnodes_per_s"),
    ("  walk bytecode", decimals(1), "bytecode_walk_mnodes_per_s", "bytecode_walk_mnodes_per_s"),
    ("  walk bytecode, with spans", decimals(1), "bytecode_walk_with_spans_mnodes_per_s",
     "bytecode_walk_with_spans_mnodes_per_s"),
    ("  bytecode to the hot form", decimals(1), "expand_bytecode_mnodes_per_s", "expand_bytecode_mnodes_per_s"),
    ("  every node of the hot form", decimals(1), "hot_walk_mnodes_per_s", "hot_walk_mnodes_per_s"),
    ("  cursor over the hot form", decimals(1), "hot_cursor_mnodes_per_s", "hot_cursor_mnodes_per_s"),
    ("  cursor over tree-sitter's tree", decimals(1), "treesitter_walk_mnodes_per_s", "treesitter_walk_mnodes_per_s"),
    ("flatten and encode, of the time of parsing", decimals(2, "×"), "encode_over_parse", "encode_over_parse"),
    ("copse index, of the time of parsing", decimals(2, "×"), "index_over_parse", "index_over_parse"),
    ("  processor time, likewise", decimals(2, "×"), "index_cpu_over_parse_cpu", "index_cpu_over_parse_cpu"),
    ("zstd -3 of the sources, of the time of parsing", decimals(2, "×"), "rival_zstd_reparse_index_over_parse",
     "rival_zstd_reparse_index_over_parse"),
    None,
    ("a file, median",),
    ("  copse: open", microseconds, "stored_open_us_p50", None),
    ("  parse from memory", microseconds, "parse_us_p50", None),
    ("  zstd -19 and parse", microseconds, "rival_open_us_p50", None),
    ("  times faster than parsing: copse", decimals(1, "×"), "open_speedup_over_parse_median",
     "open_speedup_over_parse_median"),
    ("  times faster than parsing: zstd -19", decimals(2, "×"), "rival_zstd_reparse_open_speedup_over_parse_median",
     "rival_zstd_reparse_open_speedup_over_parse_median"),
    ("  copse: open and visit", microseconds, "stored_visit_us_p50", None),
    ("  parse from memory and visit", microseconds, "parse_visit_us_p50", None),
    ("  times faster: copse", decimals(1, "×"), "open_and_visit_speedup_median", "open_and_visit_speedup_median"),
    ("  times faster: zstd -19", decimals(2, "×"), "rival_zstd_reparse_open_and_visit_speedup_median",
     "rival_zstd_reparse_open_and_visit_speedup_median"),
]


def cell(metrics, name, write):
    return write(metrics[name]) if name in metrics else NOTHING


def lines_of_table(report):
    """Rows of cells; a row of one cell is a heading, an empty one a gap."""
    metrics, languages = report["metrics"], report["languages"]
    yield ["", *(TITLES[each] for each in languages), "all"]
    for row in ROWS:
        if row is None:
            yield []
        elif len(row) == 1:
            yield [row[0]]
        else:
            what, write, name, summary = row
            yield [what, *(cell(metrics, f"{each}_{name}", write) for each in languages),
                   cell(metrics, summary, write) if summary else ""]


def linux_lines(report):
    """The store of C as a whole, and how it grows."""
    m = {name[2:]: value for name, value in report["metrics"].items() if name.startswith("c_")}
    if "growth_exponent_s" not in m:
        return
    name = "linux-10m" if report["size"] != "small" else "a part of linux-10m"
    compacted = f", compacted in {m['compact_s']:,.1f} s" if "compact_s" in m else ", not compacted"
    yield f"{name}: a store of {m['store_mb']:,.1f} MB, indexed in {m['index_s']:,.1f} s{compacted};"
    yield (f"  zstd -19 of the sources alone {m['rival_zstd_reparse_level19_mb']:,.1f} MB "
           f"in {m['rival_zstd_reparse_level19_s']:,.1f} s")
    within = "also" if m["visits_all_within_50_mb"] else "not"
    yield (f"  every file opened and visited in {m['visit_all_s']:,.1f} s with {m['rss_anon_mb']:,.1f} MB RssAnon + "
           f"RssShmem ({m['rss_file_mb']:,.1f} MB RssFile), {within} under a limit of 50 MB")
    yield (f"  parsed and visited instead: {m['rival_zstd_reparse_visit_all_s']:,.1f} s, "
           f"{m['rival_zstd_reparse_rss_anon_mb']:,.1f} MB")
    points = []
    while f"growth_point{len(points)}_s" in m:
        i = len(points)
        points.append(f"{m[f'growth_point{i}_mlines']:.2f} M lines {m[f'growth_point{i}_store_mb']:,.1f} MB "
                      f"{m[f'growth_point{i}_s']:,.1f} s")
    yield "  growth: " + ", ".join(points)
    yield (f"  exponent {m['growth_exponent_bytes']:.3f} in bytes, {m['growth_exponent_s']:.3f} in time"
           + ("" if report["size"] == "full" else "; SIZE=full adds all of Linux, 31.6 M lines"))


def notes(report):
    if report["size"] == "small":
        yield ("SIZE=small: of each corpus the files first in the SHA-256 of their paths, up to 280,000 lines; models "
               "and fixed costs weigh more than in a whole codebase.")
    if not report["compacted"]:
        yield ("This copse cannot compact: models are those that indexing learnt, from a sample of both halves, and "
               "the frozen forms are missing.")
    machine = report["machine"]
    if machine["load_before"] > machine["cores"] / 2:
        yield f"The machine was busy (load {machine['load_before']}): believe the ratios, not the times."


def table(report, colour=False):
    bold, faint, plain = styles() if colour else ("", "", "")
    machine = report["machine"]
    rows = list(lines_of_table(report))
    columns = len(rows[0])
    full = [row for row in rows if len(row) == columns]
    widths = [max(len(row[i]) for row in full) for i in range(columns)]
    yield ""
    yield f"{bold}{report['copse']}, trees, SIZE={report['size']}{plain}"
    yield f"{faint}{machine['cores']} × {machine['cpu']}, Linux {machine['kernel']}{plain}"
    yield ""
    for row in rows:
        if len(row) < columns:
            yield f"{bold}{row[0]}{plain}" if row else ""
            continue
        cells = "  ".join(f"{text:>{width}}" for text, width in zip(row[1:], widths[1:]))
        ours = row[0].strip().startswith("copse") or "copse" in row[0]
        yield f"{bold if ours else ''}{row[0]:<{widths[0]}}  {cells}{plain if ours else ''}".rstrip()
    yield ""
    yield from linux_lines(report)
    for note in notes(report):
        yield f"{faint}{note}{plain}"


def write_document(report, folder):
    """trees.json and trees.md."""
    corpora = [(f"{TITLES[language]}: `{report['corpora'][language]['name']}`", report["corpora"][language])
               for language in report["languages"]]
    write_result(folder, "trees", "Trees: copse beside tree-sitter and beside parsing again", report, table(report),
                 corpora, HERE / "method.md")
