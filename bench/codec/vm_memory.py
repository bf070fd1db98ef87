"""Deltas between snapshots of machines' memory: copse beside zstd --patch-from, xdelta3 and XBZRLE."""
import filecmp
import json
import pathlib
import subprocess

from processes import run

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = 3
INSIDE_ROUNDS = 9  # in one process, where a round is a fraction of a second
THREADS = 1
# Base, target, what it is.
PAIRS = [
    ("a_idle", "a_idle_5s", "increment, idle"),
    ("a_busy", "a_busy_5s", "increment"),
    ("a_busy_5s", "a_busy_15s", "increment"),
    ("a_busy_15s", "a_busy_60s", "increment"),
    ("a_busy", "a_busy_60s", "increment"),
    ("a_idle", "a_busy", "idle to loaded"),
    ("a_idle", "b_idle", "two guests, idle"),
    ("a_busy", "b_busy", "two guests, loaded"),
    ("c_busy", "c_busy_15s", "increment, 1 GiB"),
]


def best_of(command, output, rounds, memory=False):
    """Size, least times, and the largest memory of several runs; the output must not be there before."""
    runs = []
    for _ in range(rounds):
        output.unlink(missing_ok=True)
        runs.append(run(command, sample_memory=memory))
    row = {"bytes": output.stat().st_size, "wall_s": min(each.wall_s for each in runs),
           "cpu_s": min(each.cpu_s for each in runs)}
    if memory:
        row["anon_mb"] = max(each.memory["anon"] for each in runs) / 1e6
    return row


def read_whole(path):
    """Into the page cache, so that nobody pays for being the first to read it."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def contenders(context, base, target, delta):
    """Name, the command that makes the delta, the one that undoes it into `back`, rounds of both."""
    back = context.scratch / "back.mem"
    zstd = ["zstd", "-q", "-f", f"-T{THREADS}", "--long=31"]
    yield ("copse", [context.copse, "delta", base, target, "-o", delta, "-j", THREADS],
           [context.copse, "patch", base, delta, "-o", back, "-j", THREADS], ROUNDS)
    yield ("zstd -3", [*zstd, "-3", f"--patch-from={base}", target, "-o", delta],
           [*zstd, "-d", f"--patch-from={base}", delta, "-o", back], 1)  # never among the fastest
    for level in (1, 3):
        yield (f"xdelta3 -{level}", ["xdelta3", "-e", "-f", f"-{level}", "-s", base, target, delta],
               ["xdelta3", "-d", "-f", "-s", base, delta, back], ROUNDS)


def measure_pair(context, folder, names):
    base, target = (folder / f"{name}.mem" for name in names[:2])
    delta, back = context.scratch / "memory.delta", context.scratch / "back.mem"
    read_whole(base)
    read_whole(target)
    rows = []
    for name, encode, decode, rounds in contenders(context, base, target, delta):
        row = {"pair": f"{names[0]} → {names[1]}", "kind": names[2], "contender": name,
               "target_bytes": target.stat().st_size, **best_of(encode, delta, rounds, memory=True)}
        restored = best_of(decode, back, rounds)
        if not filecmp.cmp(target, back, shallow=False):
            raise SystemExit(f"{name}: {base} and its delta do not make {target}")
        row.update(decode_wall_s=restored["wall_s"], decode_cpu_s=restored["cpu_s"])
        rows.append(row)
        delta.unlink()
        back.unlink()
    sent = json.loads(run([context.bench, "xbzrle", base, target]).output)
    rows.append({"pair": rows[0]["pair"], "kind": names[2], "contender": "XBZRLE",
                 "target_bytes": target.stat().st_size, **sent})
    inside = json.loads(run([context.bench, "pages", base, target, THREADS, INSIDE_ROUNDS]).output)
    rows[0].update(codec_encode_cpu_s=inside["encode_cpu_s"], codec_decode_cpu_s=inside["decode_cpu_s"],
                   copy_cpu_s=inside["copy_cpu_s"], payload_bytes=inside["payload_bytes"])
    return rows


def measure(context):
    size = "small" if context.size == "small" else "default"
    made = subprocess.run(["python3", "-B", HERE / "make_vm_snapshots.py", "--size", size], check=True,
                          stdout=subprocess.PIPE, text=True)
    folder = pathlib.Path(made.stdout.strip())
    rows, sizes, speeds, encode, decode = [], [], [], [], []
    metrics = {}
    for names in PAIRS:
        if not (folder / f"{names[0]}.mem").exists():
            continue
        pair = measure_pair(context, folder, names)
        ours, rivals = pair[0], [row for row in pair[1:] if row["contender"] != "XBZRLE"]
        sizes.append(ours["bytes"] / min(row["bytes"] for row in rivals))
        speeds.append(min(row["cpu_s"] for row in rivals) / ours["cpu_s"])
        if names[2].startswith("increment"):
            encode.append(ours["target_bytes"] / 1e9 / ours["codec_encode_cpu_s"])
            decode.append(ours["target_bytes"] / 1e9 / ours["codec_decode_cpu_s"])
        if ours["target_bytes"] >= 1 << 30:
            metrics["vm_peak_mb_1gib"] = ours["anon_mb"]
        rows += pair
    metrics.update(vm_size_over_best_rival_max=max(sizes), vm_speed_over_best_rival_min=min(speeds),
                   vm_encode_gb_per_s=min(encode), vm_decode_gb_per_s=min(decode))
    versions = json.loads((folder / "versions.json").read_text())
    return {"title": "Memory of virtual machines", "metrics": metrics, "rows": rows,
            "corpus": {"qemu": versions["qemu"], "packages": versions["packages"]}}
