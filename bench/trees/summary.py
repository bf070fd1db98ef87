"""One figure for all languages: what the whole run is judged by."""
import statistics


def add_summary(metrics, runs, size):
    """Means over languages count each language once; speeds are all nodes over all time; medians are over all files."""
    def values(name):
        return [one.metrics[name] for one in runs if name in one.metrics]

    def take(name, value_of, given):
        if given and len(given) == len(runs):
            metrics[name] = value_of(given)

    for form in ("bytecode", "frozen_fast", "frozen_small", "stored"):
        take(f"{form}_bits_per_node_mean", statistics.fmean, values(f"{form}_bits_per_node"))
        take(f"{form}_bits_per_node_max", max, values(f"{form}_bits_per_node"))
    for level in (3, 19):
        for unit in ("bytes_per_line", "bits_per_node"):
            name = f"rival_zstd_reparse_level{level}_{unit}"
            take(f"{name}_mean", statistics.fmean, values(name))
    take("treesitter_bytes_per_node_mean", statistics.fmean, values("treesitter_bytes_per_node"))

    batches = [one.sample["speed"] for one in runs]
    nodes = sum(batch["nodes"] for batch in batches)
    for key, step in SPEEDS.items():
        times = [batch[f"{step}_s"] for batch in batches]
        if None not in times:
            metrics[f"{key}_mnodes_per_s"] = nodes / sum(times) / 1e6
    metrics["encode_over_parse"] = sum(
        batch["flatten_s"] + (batch["encode_frozen_fast_s"] or batch["encode_bytecode_s"])
        for batch in batches) / sum(batch["parse_s"] for batch in batches)
    # Every tree of the rival is parsed anew: a walk of it is a parse and a walk.
    metrics["rival_zstd_reparse_walk_mnodes_per_s"] = nodes / sum(
        batch["parse_s"] + batch["treesitter_walk_s"] for batch in batches) / 1e6

    for key, name in (("open_speedup_over_parse_median", "stored_open"),
                      ("open_and_visit_speedup_median", "stored_visit"),
                      ("rival_zstd_reparse_open_speedup_over_parse_median", "rival_open"),
                      ("rival_zstd_reparse_open_and_visit_speedup_median", "rival_visit")):
        metrics[key] = statistics.median([each for one in runs for each in one.sample["speedups"][name]])
    metrics["index_over_parse"] = sum(values("index_s")) / sum(values("parse_all_s"))
    metrics["index_cpu_over_parse_cpu"] = sum(values("index_cpu_s")) / sum(values("parse_all_cpu_s"))
    metrics["rival_zstd_reparse_index_over_parse"] = (
        sum(values("rival_zstd_reparse_level3_s")) / sum(values("parse_all_s")))
    add_linux(metrics, runs, size)


def add_linux(metrics, runs, size):
    """The store of C, under the names that its figures go by when it is all of linux-10m."""
    for one in runs:
        if one.language != "c":
            continue
        metrics["growth_exponent"] = max(one.metrics["growth_exponent_bytes"], one.metrics["growth_exponent_s"])
        if size == "small":
            continue
        for key, name in (("linux10m_store_mb", "store_mb"), ("linux10m_rss_anon_mb", "rss_anon_mb"),
                          ("linux10m_rss_file_mb", "rss_file_mb"), ("compact_linux10m_s", "compact_s"),
                          ("linux10m_visits_all_within_50_mb", "visits_all_within_50_mb"),
                          ("rival_zstd_reparse_linux10m_store_mb", "rival_zstd_reparse_level19_mb"),
                          ("rival_zstd_reparse_linux10m_rss_anon_mb", "rival_zstd_reparse_rss_anon_mb"),
                          ("rival_zstd_reparse_compact_linux10m_s", "rival_zstd_reparse_level19_s")):
            if name in one.metrics:
                metrics[key] = one.metrics[name]


# The name of a figure, and of the step whose time it is.
SPEEDS = {
    "parse": "parse",
    "treesitter_walk": "treesitter_walk",
    "treesitter_visit": "treesitter_visit",
    "thaw_fast": "thaw_frozen_fast",
    "thaw_small": "thaw_frozen_small",
    "encode_bytecode": "encode_bytecode",
    "encode_frozen_fast": "encode_frozen_fast",
    "encode_frozen_small": "encode_frozen_small",
    "expand_bytecode": "expand_bytecode",
    "bytecode_walk": "bytecode_walk",
    "bytecode_walk_with_spans": "bytecode_walk_with_spans",
    "hot_walk": "hot_walk",
    "hot_cursor": "hot_cursor",
    "hot_visit": "hot_visit",
}
