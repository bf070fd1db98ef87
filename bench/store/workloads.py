"""The budget under load: zipfian accesses, a scan, and a scan in the middle of zipfian accesses."""
import json

import traces
from linux_store import linux_store
from processes import run

BUDGET_MB = 50
POLICIES = ["lru", "s3_fifo", "sieve", "tiny_lfu"]
DEFAULT_POLICY = "s3_fifo"
DEFAULT_TIERS = "hw"
TIERS = ["hot", "warm", "cold", "frozen"]
# What is asked for, decoded, is at least so many times the budget.
DECODED_FACTOR_MIN = 10
ACCESSES = 60_000
# Of the run whose mean is a metric; the middle one counts.
RUNS = 5


def write_trace(context, trace):
    path = context.scratch / "trace"
    path.write_text("".join(f"{number}\n" for number in trace))
    return path


def asked(context, store, trace, policy=DEFAULT_POLICY, tiers=DEFAULT_TIERS):
    paths = store.write_paths(context.scratch / "paths")
    command = [context.bench, "accesses", store.store, paths, write_trace(context, trace), policy, tiers, BUDGET_MB]
    return json.loads(run(command).output)


def row_of(found, **words):
    return {**words, "accesses": found["accesses"], "decoded_over_budget": found["decoded_bytes"] / found["budget_bytes"],
            "rss_over_budget": found["memory_max_bytes"] / found["budget_bytes"],
            "mean_us": found["mean_us"], "p50_us": found["p50_us"], "p99_us": found["p99_us"],
            **{f"{tier}_share": found[f"{tier}_hits"] / found["accesses"] for tier in TIERS}}


def measure(context):
    store = linux_store(context)
    count = len(store.files)
    accesses = ACCESSES if context.size != "small" else ACCESSES // 6
    workloads = {"zipf 0.99": traces.zipf(count, accesses), "scan": traces.scan(count),
                 "zipf, scan, zipf": traces.zipf_with_scan(count, accesses)}
    rows = []
    metrics = {}
    for name, trace in workloads.items():
        for policy in POLICIES if name != "scan" else [DEFAULT_POLICY]:
            is_default = policy == DEFAULT_POLICY and name == "zipf 0.99"
            runs = [asked(context, store, trace, policy) for _ in range(RUNS if is_default else 1)]
            found = sorted(runs, key=lambda each: each["mean_us"])[len(runs) // 2]
            found["memory_max_bytes"] = max(each["memory_max_bytes"] for each in runs)
            rows.append(row_of(found, workload=name, policy=policy, looks=found["memory_looks"]))
            if is_default:
                metrics["open_us_mean_zipf"] = found["mean_us"]
                metrics["memory_open_mb"] = found["memory_open_bytes"] / 1e6
                metrics["hot_share_zipf"] = found["hot_hits"] / found["accesses"]
    metrics["rss_over_budget_max"] = max(row["rss_over_budget"] for row in rows)
    metrics["decoded_over_budget_min"] = min(row["decoded_over_budget"] for row in rows)
    if metrics["decoded_over_budget_min"] < DECODED_FACTOR_MIN and context.size != "small":
        raise SystemExit("bench/store: a workload asks for less than ten times the budget")
    return {"title": f"A budget of {BUDGET_MB} MB", "metrics": metrics, "rows": rows}
