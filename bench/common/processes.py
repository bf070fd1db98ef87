"""Programs run as a stranger would run them: each a process of its own, timed from start to end."""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

SAMPLE_INTERVAL_S = 0.02
LOOK_FOR_CHILDREN_EVERY = 10


class Run:
    """What one process and its children took."""

    def __init__(self, output, wall_s, cpu_s, memory, peak_bytes):
        self.output = output
        self.wall_s = wall_s
        self.cpu_s = cpu_s
        self.memory = memory
        self.peak_bytes = peak_bytes


def run(command, sample_memory=False):
    """Runs the command to its end; leaves the program when it fails, with what it said."""
    command = [str(word) for word in command]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               process_group=0)
    sampler = MemorySampler(process.pid) if sample_memory else None
    try:
        errors = []
        reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        reader.start()
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        reader.join()
    except BaseException:
        # A process group of its own does not hear Ctrl-C.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        raise
    finally:
        if sampler:
            sampler.stop()
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: ended with {process.returncode}\n{errors[0].decode(errors='replace')}")
    return Run(output.decode(), wall_s, usage.ru_utime + usage.ru_stime, sampler.peak if sampler else None,
               usage.ru_maxrss * 1024)


class MemorySampler:
    """The most that a process group held at one moment, as /proc/<pid>/status says. Bytes."""

    def __init__(self, group):
        self.group = group
        self.peak = {"anon": 0, "file": 0, "budget": 0, "leader_anon": 0, "processes": 0}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.sample_until_stopped)
        self.thread.start()

    def stop(self):
        self.ended.set()
        self.thread.join()

    def sample_until_stopped(self):
        rounds = 0
        members = [self.group]
        while not self.ended.is_set():
            if rounds % LOOK_FOR_CHILDREN_EVERY == 0:
                members = members_of_group(self.group)
            rounds += 1
            self.take([rss_of(pid) for pid in members], rss_of(self.group))
            self.ended.wait(SAMPLE_INTERVAL_S)

    def take(self, each, leader):
        anon = sum(rss["RssAnon"] for rss in each)
        # What a memory budget is judged by: shared memory counts, mapped files do not.
        self.peak["budget"] = max(self.peak["budget"], anon + sum(rss["RssShmem"] for rss in each))
        self.peak["file"] = max(self.peak["file"], sum(rss["RssFile"] for rss in each))
        if anon > self.peak["anon"]:
            self.peak.update(anon=anon, leader_anon=leader["RssAnon"], processes=len(each))


def members_of_group(group):
    members = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            # After the name, which may hold anything: state, parent, group.
            if int((entry / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                members.append(int(entry.name))
    return members


def rss_of(pid):
    rss = {"RssAnon": 0, "RssFile": 0, "RssShmem": 0}
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in rss:
                rss[name] = int(value.split()[0]) * 1024
    return rss
