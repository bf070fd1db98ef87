"""Hit rates of the replacement policies over traces, beside Belady's choice."""
import json

import traces
from linux_store import linux_store
from processes import run

# What hot has of 50 MB, and a tenth and four times of that.
CAPACITIES = [2_000_000, 20_000_000, 80_000_000]
ACCESSES = 60_000


def measure(context):
    store = linux_store(context)
    count = len(store.files)
    accesses = ACCESSES if context.size != "small" else ACCESSES // 6
    recorded = {"queries": traces.queries(context, store), "editor": traces.editor(store, accesses),
                "zipf 0.99": traces.zipf(count, accesses), "zipf, scan, zipf": traces.zipf_with_scan(count, accesses),
                "editor, scan, editor": editor_with_scan(store, accesses)}
    rows = []
    for name, trace in recorded.items():
        path = context.scratch / "replayed"
        path.write_text("".join(f"{number} {store.files[number].decoded_bytes}\n" for number in trace))
        for line in run([context.bench, "replay", path, *CAPACITIES]).output.splitlines():
            rates = json.loads(line)
            rows.append({"trace": name, "accesses": len(trace), "files": len(set(trace)), **rates})
    policies = [name for name in rows[0] if name in ("lru", "s3_fifo", "sieve", "tiny_lfu")]
    metrics = {f"hit_share_of_belady_{policy}": sum(row[policy] / row["belady"] for row in rows if row["belady"] > 0) /
               sum(row["belady"] > 0 for row in rows) for policy in policies}
    return {"title": "Hits of each policy, of all accesses", "metrics": metrics, "rows": rows}


def editor_with_scan(store, accesses):
    trace = traces.editor(store, accesses)
    half = accesses // 2
    return trace[:half] + traces.scan(len(store.files)) + trace[half:]
