"""A byte in front of a file of a megabyte: chunks that are new."""
import json

from linux_store import linux_store
from processes import run

FILES = 10
BYTES = 1_000_000


def measure(context):
    """Megabytes of real sources, one file behind the other."""
    store = linux_store(context)
    rows = []
    names = iter(store.files)
    for number in range(FILES):
        made = bytearray()
        while len(made) < BYTES:
            made += (store.corpus.root / next(names).path).read_bytes()
        path = context.scratch / f"megabyte-{number}"
        path.write_bytes(made)
        rows.append({"file": f"sources {number + 1}", **json.loads(run([context.bench, "insert", path]).output)})
    return {"title": "A byte in front of a megabyte",
            "metrics": {"chunks_new_after_front_insert": max(row["new_chunks"] for row in rows)}, "rows": rows}
