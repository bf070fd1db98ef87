"""One question to one new process: what it writes goes to a file, what it took is measured from outside."""
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

SAMPLE_INTERVAL_S = 0.001
STATUS_BYTES_MAX = 8192


class Answer:
    def __init__(self, wall_s, peak_bytes):
        self.wall_s = wall_s
        self.peak_bytes = peak_bytes  # None where it was not asked for


def ask(command, output, errors, sample=False, accept=(0,)):
    """Runs the command to its end, its output in the file `output`. Leaves the program when its exit status is not one
    of `accept`, with what it said. Sampling takes a part of a processor: times are taken of runs without."""
    command = [str(word) for word in command]
    with open(output, "wb") as out, open(errors, "wb") as err:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, process_group=0)
        sampler = PeakSampler(process.pid) if sample else None
        try:
            _, status, _ = os.wait4(process.pid, 0)
            wall_s = time.perf_counter() - begin
        except BaseException:
            # A process group of its own does not hear Ctrl-C.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            raise
        finally:
            if sampler:
                sampler.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accept:
        with open(errors, errors="replace") as said:
            sys.exit(f"{' '.join(command)}: ended with {process.returncode}\n{said.read()}")
    return Answer(wall_s, sampler.peak_bytes if sampler else None)


class PeakSampler:
    """The most of RssAnon + RssShmem that /proc/<pid>/status said, about a thousand times a second."""

    def __init__(self, pid):
        self.peak_bytes = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.sample, args=(pid,))
        self.thread.start()

    def stop(self):
        self.ended.set()
        self.thread.join()

    def sample(self, pid):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/status", "rb", buffering=0) as status:
            while not self.ended.is_set():
                text = os.pread(status.fileno(), STATUS_BYTES_MAX, 0)
                held = value_of(text, b"RssAnon:") + value_of(text, b"RssShmem:")
                self.peak_bytes = max(self.peak_bytes, held)
                self.ended.wait(SAMPLE_INTERVAL_S)


def value_of(status, name):
    """0 once the process has ended and has no memory to speak of."""
    begin = status.find(name)
    return int(status[begin + len(name):].split(None, 1)[0]) * 1024 if begin >= 0 else 0
