"""What each tier earns: the same accesses at the same budget, without it."""
import traces
from linux_store import linux_store
from workloads import ACCESSES, asked, row_of

KINDS = {"hwc": "hot, warm, cold", "hc": "hot, cold", "hw": "hot, warm", "h": "hot"}


def measure(context):
    store = linux_store(context)
    accesses = ACCESSES if context.size != "small" else ACCESSES // 6
    asked_for = {"zipf 0.99": traces.zipf(len(store.files), accesses), "editor": traces.editor(store, accesses)}
    rows, metrics = [], {}
    for workload, trace in asked_for.items():
        for tiers, title in KINDS.items():
            row = row_of(asked(context, store, trace, tiers=tiers), workload=workload, tiers=title)
            rows.append(row)
            metrics[f"mean_us_{workload.split()[0]}_{tiers}"] = row["mean_us"]
    return {"title": "What each tier earns", "metrics": metrics, "rows": rows}
