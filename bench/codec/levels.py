"""The adaptive level beside a real load: a compiler on every core, begun and ended while a stream is compressed.

What the stream's process used is asked of the kernel from outside, /proc/<pid>/stat, every 100 ms.
"""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

from processes import run
from releases import typescript

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CEILING = 0.8
QUIET_SHARE = 0.5  # what the stream takes of all cores while they are idle
TRIAL_MB_PER_S, TRIAL_S = 20, 3
WISH = 2  # better
NAMES = ["fastest", "default", "better", "best"]
QUIET_S, LOADED_S, AFTER_S = 4, 6, 5
SAMPLE_S = 0.1
# Shares are of half a second: the kernel counts in ticks of 10 ms.
WINDOW = 5
COMPILED = "src/codec/dictionary_trainer.cc"


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Compilers:
    """One on each core, at ordinary priority, one file after another, until they are ended."""

    def __init__(self):
        command = ["g++", "-std=c++20", "-O2", "-S", "-o", "/dev/null", "-I", str(ROOT / "src"), "-I",
                   str(ROOT / "include"), str(ROOT / COMPILED)]
        self.ended = False
        self.running = set()
        self.threads = [threading.Thread(target=self.work, args=(command,)) for _ in range(os.cpu_count() or 1)]
        for thread in self.threads:
            thread.start()

    def work(self, command):
        while not self.ended:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       process_group=0)
            self.running.add(process)
            process.wait()
            self.running.discard(process)

    def end(self):
        self.ended = True
        for process in list(self.running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for thread in self.threads:
            thread.join()


def sample(process, until, samples):
    while time.perf_counter() < until:
        with contextlib.suppress(OSError, IndexError):
            samples.append((time.perf_counter(), cpu_seconds(process.pid)))
        time.sleep(SAMPLE_S)


def shares(samples, begin, end):
    """Of all cores, over WINDOW samples at a time, in that stretch of time."""
    cores = os.cpu_count() or 1
    inside = [each for each in samples if begin <= each[0] <= end]
    return [(b[1] - a[1]) / (b[0] - a[0]) / cores for a, b in zip(inside, inside[WINDOW:])]


def pace(context):
    """Megabytes a second that take QUIET_SHARE of all cores at the level that is wished for."""
    cores = os.cpu_count() or 1
    trial = run([context.bench, "levels", typescript("5.9.3"), TRIAL_MB_PER_S, TRIAL_S, cores, WISH, 1])
    return round(TRIAL_MB_PER_S * QUIET_SHARE / (trial.cpu_s / TRIAL_S / cores))


def stream(context, mb_per_s, fixed):
    """The trace of a run, and what the kernel said of it."""
    total = QUIET_S + LOADED_S + AFTER_S
    command = [context.bench, "levels", typescript("5.9.3"), mb_per_s, total, os.cpu_count() or 1, WISH, int(fixed)]
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    lines, samples = [], []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout))
    reader.start()
    begin = time.perf_counter()
    sample(process, begin + QUIET_S, samples)
    compilers = Compilers()
    try:
        sample(process, begin + QUIET_S + LOADED_S, samples)
    finally:
        compilers.end()
    load_end = time.perf_counter()
    sample(process, begin + total - 0.5, samples)
    reader.join()
    process.wait()
    return {"trace": [json.loads(line) for line in lines], "samples": samples, "begin": begin, "load_end": load_end}


def describe(name, run_):
    """A row: what the process used and the levels it had, before, under and after the load."""
    begin, load_begin, load_end = run_["begin"], run_["begin"] + QUIET_S, run_["load_end"]
    trace = run_["trace"]
    under = [each for each in trace if QUIET_S + 1 < each["at_s"] < load_end - begin]
    after = [each for each in trace if each["at_s"] > load_end - begin]
    fell = any(each["level"] < WISH for each in under)
    back = next((each["at_s"] - (load_end - begin) for each in after if fell and each["level"] == WISH), None)
    used = run_["samples"]
    return {
        "run": name,
        "cpu_share_max": max(shares(used, begin + 0.5, load_end + AFTER_S)),
        "cpu_share_before": max(shares(used, begin + 0.5, load_begin)),
        "cpu_share_under_load_max": max(shares(used, load_begin + 1, load_end)),
        "level_under_load_max": NAMES[max(each["level"] for each in under)],
        "level_after": NAMES[after[-1]["level"]],
        "back_s": back,
        "mb_per_s": trace[-1]["raw_bytes"] / trace[-1]["at_s"] / 1e6,
        "ratio": trace[-1]["raw_bytes"] / trace[-1]["frame_bytes"],
        "late_offers": trace[-1]["late"],
        "level_changes": trace[-1]["level_changes"],
    }


def trace_lines(run_):
    """Five times a second: second, level, what the process and the host use, what is allowed."""
    for each in run_["trace"][::2]:
        yield (f"{each['at_s']:5.1f} s  {NAMES[each['level']]:8} copse {each['process_share']:4.0%}  "
               f"host {each['host_share']:4.0%}  allowed {each['allowed_share']:4.0%}")


def measure(context):
    mb_per_s = pace(context)
    adaptive = stream(context, mb_per_s, fixed=False)
    fixed = stream(context, mb_per_s, fixed=True)
    # As fast as it is taken: nothing but the ceiling holds it.
    flood = stream(context, 0, fixed=False)
    rows = [describe(f"a stream of {mb_per_s} MB/s", adaptive), describe("the same, at a fixed level", fixed),
            describe("as fast as it goes", flood)]
    metrics = {
        "adaptive_cpu_ceiling": CEILING,
        "adaptive_cpu_share_max": max(rows[0]["cpu_share_max"], rows[2]["cpu_share_max"]),
        "adaptive_cpu_share_under_load": rows[0]["cpu_share_under_load_max"],
        "fixed_cpu_share_under_load": rows[1]["cpu_share_under_load_max"],
        "adaptive_level_back_s": rows[0]["back_s"] if rows[0]["back_s"] is not None else AFTER_S,
    }
    return {"title": "A level for the load there is", "metrics": metrics, "rows": rows,
            "trace": list(trace_lines(adaptive))}
