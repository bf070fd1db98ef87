"""The figures of a run as one table, copse beside its rivals."""
from text import megabytes, microseconds, seconds, styles, times


def rows_of(metrics):
    """Rows of: what, copse's figure, the rival's figure, the ratio between them, who the rival is."""
    m = metrics
    store_ratio = m["zstd3_source_mb"] / m["store_mb"]
    yield "files", f"{m['files']:,}", "", "", ""
    yield "lines", f"{m['lines']:,}", "", "", ""
    yield "nodes", f"{m['nodes']:,}", "", "", f"{m['visible_nodes']:,} of them visible"
    yield "source", megabytes(m["source_mb"]), "", "", ""
    yield None
    yield ("trees", megabytes(m["stored_tree_mb"]), megabytes(m["treesitter_mb"]),
           f"{times(m['treesitter_mb'] / m['stored_tree_mb'])} smaller",
           f"tree-sitter's memory; {m['bits_per_node']:.2f} bits a node here")
    smaller = f"{times(1 / store_ratio)} larger" if store_ratio < 1 else f"{times(store_ratio)} smaller"
    yield ("on disk, all", megabytes(m["store_mb"]), megabytes(m["zstd3_source_mb"]), smaller,
           "zstd -3 of the sources alone")
    yield None
    yield ("index", seconds(m["index_s"]), seconds(m["parse_s"]), f"{m['index_over_parse']:.2f}× the time",
           f"parse, keep nothing; {m['index_cpu_over_parse_cpu']:.2f}× the processor time")
    yield ("  RssAnon", megabytes(m["rss_anon_mb"]), "", "",
           f"indexer {megabytes(m['indexer_rss_anon_mb'])} and {m['indexing_processes'] - 1:.0f} parse workers, peak")
    yield "  RssFile", megabytes(m["rss_file_mb"]), "", "", "shared pages counted in each process"
    yield None
    for name in ("rare", "frequent", "predicates"):
        yield (f"query, {name}", seconds(m[f"query_{name}_s"]), seconds(m[f"reparse_query_{name}_s"]),
               f"{times(m[f'query_{name}_ratio'])} faster",
               f"re-parse and query; {m[f'query_{name}_matches']:,} matches")
    yield "  RssAnon", megabytes(m["query_rss_anon_mb"]), "", "", "peak of the three"
    yield "  RssFile", megabytes(m["query_rss_file_mb"]), "", "", "program and libraries"
    if "open_walk_us_p50" in m:
        yield None
        for part in ("p50", "p99"):
            stored, parsed = m[f"open_walk_us_{part}"], m[f"reparse_walk_us_{part}"]
            yield (f"open a file, {part}", microseconds(stored), microseconds(parsed),
                   f"{times(parsed / stored)} faster", "zstd -3, parse; both walk every node")
    if "verify_differences" in m:
        yield None
        yield "verify --deep", seconds(m["verify_s"]), "", "", f"{m['verify_differences']:,} differences"


def print_table(report):
    bold, faint, plain = styles()
    corpus, machine, metrics = report["corpus"], report["machine"], report["metrics"]
    name = f"{corpus['name']} {corpus.get('version', '')}".strip()
    print(f"\n{bold}{report['copse']} on {name}{plain}")
    print(f"{faint}{machine['cores']} × {machine['cpu']}, Linux {machine['kernel']}, -j {metrics['jobs']}{plain}\n")
    rows = [("", "copse", "beside", "", ""), *rows_of(metrics)]
    widths = [max(len(row[i]) for row in rows if row) for i in range(4)]
    for row in rows:
        if row is None:
            print()
            continue
        what, ours, theirs, ratio, note = row
        line = f"{what:<{widths[0]}}  {bold}{ours:>{widths[1]}}{plain}  {theirs:>{widths[2]}}  {ratio:<{widths[3]}}"
        print(f"{line}  {faint}{note}{plain}".rstrip())
    if machine["load_before"] > machine["cores"] / 2:
        print(f"\n{faint}The machine was busy (load {machine['load_before']}): believe the ratios, not the times."
              f"{plain}")
