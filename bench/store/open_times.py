"""Opening and walking the median file from each tier, beside parsing and walking it."""
import json

from linux_store import linux_store
from processes import run

TIERS = ["hot", "warm", "cold", "frozen"]
FILES = 201
FILLERS = 2000
# Parsing and the tiers take turns, so that a slow moment of the machine is nobody's alone.
PASSES = 7
PARSED = "parsed"


def median_files(store):
    """Those whose decoded size is nearest to the median, half of them on either side; and every k-th of the rest."""
    ordered = sorted(store.files, key=lambda file: file.decoded_bytes)
    begin = max(0, len(ordered) // 2 - FILES // 2)
    chosen = ordered[begin:begin + FILES]
    names = {file.path for file in chosen}
    rest = [file for file in store.files if file.path not in names]
    return chosen, rest[::max(1, len(rest) // FILLERS)]


def write_list(path, files):
    path.write_text("".join(f"{file.path}\n" for file in files))
    return path


def share_of(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def measure(context):
    store = linux_store(context)
    files, fillers = median_files(store)
    paths = write_list(context.scratch / "median", files)
    filler = write_list(context.scratch / "filler", fillers)
    times = {name: [] for name in (PARSED, *TIERS)}
    for _ in range(PASSES):
        parsed = json.loads(run([context.bench, "parse", store.corpus.root, paths, 1]).output)
        times[PARSED] += parsed["us"]
        for tier in TIERS:
            opened = json.loads(run([context.bench, "open", store.store, paths, filler, tier, 1]).output)
            if opened["hash"] != parsed["hash"]:
                raise SystemExit(f"bench/store: what is opened from {tier} is not what was parsed")
            times[tier] += opened["us"]
    rows, metrics = [], {}
    beside = share_of(times[PARSED], 0.5)
    for name, us in times.items():
        p50, p99 = share_of(us, 0.5), share_of(us, 0.99)
        prefix = "parse_us" if name == PARSED else "open_us"
        suffix = "" if name == PARSED else f"_{name}"
        metrics.update({f"{prefix}_p50{suffix}": p50, f"{prefix}_p99{suffix}": p99})
        rows.append({"from": name, "p50_us": p50, "p99_us": p99, "times_parsing": p50 / beside, "samples": len(us)})
    middle = files[len(files) // 2]
    return {"title": "Opening and walking the median file", "metrics": metrics, "rows": rows,
            "measured_on": [store.describe(),
                            f"the median file: {middle.bytes:,} bytes of source, {middle.decoded_bytes:,} decoded"]}
