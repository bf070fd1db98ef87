"""Chunking beside a Rabin reference of the same least, mean and largest chunk: speed, and what versions share."""
import json

from processes import run
from releases import series

AVERAGES = [4096, 16384]
ROUNDS = 5


def measure(context):
    rows = []
    for name, files in series(context.size):
        for average in AVERAGES:
            found = json.loads(run([context.bench, "chunking", average, ROUNDS, *files]).output)
            rows.append({"series": name, "versions": len(files), "average_bytes": average,
                         "shared_over_rabin": found["copse_shared_bytes"] / found["rabin_shared_bytes"], **found})
    default = [row for row in rows if row["average_bytes"] == AVERAGES[0]]
    metrics = {
        "chunking_gb_per_s": min(row["copse_gb_per_s"] for row in default),
        "chunking_with_hash128_gb_per_s": min(row["copse_with_hash128_gb_per_s"] for row in default),
        "chunking_rabin_gb_per_s": max(row["rabin_gb_per_s"] for row in default),
        "chunk_sharing_over_rabin_min": min(row["shared_over_rabin"] for row in rows),
    }
    return {"title": "Content-defined chunks", "metrics": metrics, "rows": rows}
