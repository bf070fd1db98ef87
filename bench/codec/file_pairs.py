"""Deltas between releases of the same files: copse at its three settings beside the tools that people use."""
import filecmp
import sys

from linux_pairs import linux_pairs
from processes import run
from releases import BOOST, TYPESCRIPT, boost, typescript

SMALL_FILE_BYTES = 4 << 20   # of less, the best of several rounds
LARGE_FILE_BYTES = 32 << 20  # for more, zstd -19 takes minutes
ROUNDS = 3


def contenders(context, base, target, delta, back):
    """Name, commands that encode, commands that decode."""
    copse, scratch = context.copse, context.scratch
    for setting in ("fast", "default", "small"):
        yield (f"copse {setting}", [[copse, "delta", base, target, "-o", delta, "-f", "--setting", setting]],
               [[copse, "patch", base, delta, "-o", back, "-f"]])
    for name, level in (("zstd -3 --patch-from", ["-3"]), ("zstd -19 --long --patch-from", ["-19", "--long=28"])):
        yield (name, [["zstd", "-q", "-f", *level, f"--patch-from={base}", target, "-o", delta]],
               [["zstd", "-q", "-f", "-d", "--long=31", f"--patch-from={base}", delta, "-o", back]])
    for level in ("-3", "-9"):
        yield (f"xdelta3 {level}", [["xdelta3", level, "-f", "-e", "-s", base, target, delta]],
               [["xdelta3", "-f", "-d", "-s", base, delta, back]])
    yield "bsdiff", [["bsdiff", base, target, delta]], [["bspatch", base, back, delta]]
    signature = scratch / "signature"
    yield ("rdiff", [["rdiff", "-f", "signature", base, signature],
                     ["rdiff", "-f", "delta", signature, target, delta]],
           [["rdiff", "-f", "patch", base, delta, back]])


def best_of(commands, rounds):
    """The round with the least processor time; what one command after the other took."""
    best = None
    for _ in range(rounds):
        runs = [run(command) for command in commands]
        took = {"wall_s": sum(each.wall_s for each in runs), "cpu_s": sum(each.cpu_s for each in runs),
                "peak_mb": max(each.peak_bytes for each in runs) / 1e6}
        if best is None or took["cpu_s"] < best["cpu_s"]:
            best = took
    return best


def measure_pair(context, name, base, target):
    delta, back = context.scratch / "file.delta", context.scratch / "file.back"
    rounds = ROUNDS if target.stat().st_size < SMALL_FILE_BYTES else 1
    rows = []
    for contender, encode, decode in contenders(context, base, target, delta, back):
        if contender.startswith("zstd -19") and target.stat().st_size > LARGE_FILE_BYTES:
            continue
        made = best_of(encode, rounds)
        restored = best_of(decode, rounds)
        if not filecmp.cmp(target, back, shallow=False):
            sys.exit(f"{contender}: {base} and its delta do not make {target}")
        rows.append({"pair": name, "contender": contender, "target_bytes": target.stat().st_size,
                     "bytes": delta.stat().st_size, "encode_wall_s": made["wall_s"], "encode_cpu_s": made["cpu_s"],
                     "decode_wall_s": restored["wall_s"], "decode_cpu_s": restored["cpu_s"],
                     "encode_peak_mb": made["peak_mb"], "decode_peak_mb": restored["peak_mb"]})
    return rows


def pairs(context):
    small = context.size == "small"
    versions = TYPESCRIPT[-3:] if small else TYPESCRIPT
    for old, new in zip(versions, versions[1:]):
        yield f"typescript.js {old} → {new}", typescript(old), typescript(new)
    (old, new), files = linux_pairs()
    for path, base, target in files[:3] if small else files:
        yield path, base, target
    if not small:
        yield f"boost headers {BOOST[0]} → {BOOST[1]}", boost(BOOST[0]), boost(BOOST[1])


def ratios(rows, ours, rival, value, rival_over_ours):
    """Of every pair: the value of one contender over that of the other."""
    of = {(row["pair"], row["contender"]): row[value] for row in rows}
    names = {row["pair"] for row in rows if (row["pair"], rival) in of}
    found = [of[name, rival] / of[name, ours] for name in names]
    return found if rival_over_ours else [1 / each for each in found]


def measure(context):
    rows = []
    for name, base, target in pairs(context):
        rows += measure_pair(context, name, base, target)
    (old, new), _ = linux_pairs()
    metrics = {
        "file_size_over_bsdiff_max": max(ratios(rows, "copse small", "bsdiff", "bytes", False)),
        "file_speed_over_bsdiff_min": min(ratios(rows, "copse small", "bsdiff", "encode_cpu_s", True)),
        "file_size_over_zstd19_max": max(ratios(rows, "copse small", "zstd -19 --long --patch-from", "bytes", False)),
        "file_default_size_over_xdelta3_max": max(ratios(rows, "copse default", "xdelta3 -3", "bytes", False)),
        "file_default_speed_over_xdelta3_min": min(ratios(rows, "copse default", "xdelta3 -3", "encode_cpu_s", True)),
    }
    return {"title": "Deltas of files", "metrics": metrics, "rows": rows,
            "measured_on": [f"typescript {', '.join(TYPESCRIPT)} (npm)", f"libboost{BOOST[0]}-dev, libboost{BOOST[1]}-dev",
                            f"the ten largest .c and .h files that differ between linux-source-6.1 {old} and {new}"]}
