#!/usr/bin/env python3
"""Makes snapshots of the memory of virtual machines, once: make_vm_snapshots.py [--size small|default|full]

Prints the folder that holds them, below build/corpus/vm-memory. The guests run Debian's cloud kernel and its busybox
under QEMU without acceleration, the kernel's modules are their files, and vm_guest_init.sh is their work. Each guest
has a seed for its work and for QEMU's chance; its clock counts instructions, so a snapshot hardly depends on how fast
the host is. What was used is written to `versions.json` beside the snapshots.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORPUS = ROOT / "build/corpus/vm-memory"
QEMU = "qemu-system-x86_64"
PACKAGE_OF_QEMU = "qemu-system-x86"
KERNEL = "linux-image-cloud-amd64"
BUSYBOX = "busybox-static"
MB = 1 << 20
IDLE = ["idle", "idle_5s"]
BUSY = ["busy", "busy_5s", "busy_15s", "busy_60s"]
# Guest, seed, megabytes of memory, snapshots that are kept.
GUESTS = {
    "small": [("a", 1, 256, IDLE + BUSY), ("b", 2, 256, ["idle", "busy"])],
    "default": [("a", 1, 512, IDLE + BUSY), ("b", 2, 512, ["idle", "busy"]), ("c", 3, 1024, ["busy", "busy_15s"])],
}
GUESTS["full"] = GUESTS["default"]
GUEST_TIMEOUT_S = 3600


def say(what):
    print(f"  {what}", file=sys.stderr, flush=True)


def bring_qemu():
    if shutil.which(QEMU):
        return
    say(f"installing from apt: {PACKAGE_OF_QEMU}")
    as_root = [] if os.getuid() == 0 else ["sudo"]
    subprocess.run([*as_root, "apt-get", "install", "-qq", "-y", "--no-install-recommends", PACKAGE_OF_QEMU], check=True,
                   stdout=subprocess.DEVNULL)


def unpack(package, folder):
    """Downloads a Debian package and unpacks it into folder/root; returns its file's name."""
    before = set(folder.glob("*.deb"))
    user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run(["apt-get", "-qq", "-o", f"APT::Sandbox::User={user}", "download", package], check=True, cwd=folder,
                   stdout=subprocess.DEVNULL)
    name = next(iter(set(folder.glob("*.deb")) - before))
    subprocess.run(["dpkg", "-x", name, folder / "root"], check=True)
    return name.name


def real_kernel():
    """The package that the kernel's name stands for at present."""
    shown = subprocess.run(["apt-cache", "depends", KERNEL], check=True, capture_output=True, text=True).stdout
    return next(line.split()[1] for line in shown.splitlines() if "Depends: linux-image-" in line)


class Archive:
    """A file system for the kernel to begin with: cpio's "newc" form."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.inode = 0

    def add(self, name, mode, content=b"", device=(0, 0)):
        self.inode += 1
        encoded = name.encode() + b"\0"
        fields = [self.inode, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(encoded), 0]
        for part in (b"070701" + b"".join(b"%08X" % field for field in fields) + encoded, content):
            self.file.write(part + b"\0" * (-len(part) % 4))

    def close(self):
        self.add("TRAILER!!!", 0)
        self.file.close()


def make_file_system(path, root, files_mb):
    archive = Archive(path)
    for name in ("bin", "dev", "lib", "proc", "sys", "scratch"):
        archive.add(name, stat.S_IFDIR | 0o755)
    archive.add("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    archive.add("bin/busybox", stat.S_IFREG | 0o755, (root / "bin/busybox").read_bytes())
    archive.add("init", stat.S_IFREG | 0o755, (HERE / "vm_guest_init.sh").read_bytes())
    files = [file for file in (root / "lib/modules").rglob("*") if file.is_file()]
    files += list((root / "boot").glob("System.map*")) + list((root / "usr/share/doc").rglob("changelog*.gz"))
    # In an order that is the same everywhere and mixes the large with the small.
    files.sort(key=lambda file: hashlib.sha256(file.name.encode()).digest())
    left = files_mb * MB
    for number, file in enumerate(files):
        content = file.read_bytes()
        if len(content) <= left:
            archive.add(f"lib/{number:04}-{file.name}", stat.S_IFREG | 0o644, content)
            left -= len(content)
    archive.close()


class Guest:
    def __init__(self, scratch, kernel, file_system, seed, memory_mb):
        self.monitor_path = scratch / f"monitor-{seed}"
        self.serial_path = scratch / f"serial-{seed}"
        self.process = subprocess.Popen(
            [QEMU, "-machine", "pc", "-accel", "tcg", "-cpu", "max", "-smp", "1", "-m", str(memory_mb), "-nodefaults",
             "-display", "none", "-no-reboot", "-seed", str(seed), "-icount", "shift=2", "-rtc",
             "base=2024-01-01T00:00:00,clock=vm", "-qmp", f"unix:{self.monitor_path},server=on,wait=off",
             "-serial", f"unix:{self.serial_path},server=on,wait=off", "-S", "-kernel", kernel, "-initrd", file_system,
             "-append", f"console=ttyS0 quiet panic=-1 seed={seed} work_mb={memory_mb // 8}"])
        self.memory_bytes = memory_mb * MB
        self.serial = self.connect(self.serial_path)
        self.monitor = self.connect(self.monitor_path)
        self.monitor.readline()
        self.order("qmp_capabilities")
        self.order("cont")

    def connect(self, path):
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                line.connect(str(path))
                line.settimeout(GUEST_TIMEOUT_S)
                return line.makefile("rw", encoding="latin-1", newline="\n")
            except OSError:
                line.close()
                subprocess.run(["sleep", "0.1"], check=True)
        raise RuntimeError(f"{QEMU} did not open {path}")

    def order(self, command, **arguments):
        self.monitor.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.monitor.flush()
        while True:
            answer = json.loads(self.monitor.readline())
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']}")
            if "return" in answer:
                return

    def save(self, path):
        self.order("stop")
        self.order("pmemsave", val=0, size=self.memory_bytes, filename=str(path))
        self.order("cont")

    def run(self, folder, name, wanted):
        for line in self.serial:
            words = line.split()
            if words[:1] == ["snapshot"]:
                if words[1] in wanted:
                    say(f"guest {name}: {words[1]}")
                    self.save(folder / f"{name}_{words[1]}.mem")
                if words[1] == wanted[-1]:
                    return
                self.serial.write("go\n")
                self.serial.flush()
            elif words:
                say(f"guest {name}: {line.rstrip()}")
        raise RuntimeError(f"guest {name} ended early")

    def end(self):
        self.process.kill()
        self.process.wait()


def make(size, folder):
    bring_qemu()
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        scratch = pathlib.Path(scratch)
        packages = [unpack(package, scratch) for package in (real_kernel(), BUSYBOX)]
        kernel = next((scratch / "root/boot").glob("vmlinuz-*"))
        for name, seed, memory_mb, wanted in GUESTS[size]:
            file_system = scratch / "initrd"
            make_file_system(file_system, scratch / "root", memory_mb // 6)
            guest = Guest(scratch, kernel, file_system, seed, memory_mb)
            try:
                guest.run(folder, name, wanted)
            finally:
                guest.end()
    qemu = subprocess.run([QEMU, "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]
    snapshots = {}
    for path in sorted(folder.glob("*.mem")):
        with open(path, "rb") as file:
            snapshots[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    (folder / "versions.json").write_text(json.dumps({"qemu": qemu, "packages": packages, "snapshots": snapshots}, indent=1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=GUESTS, default="default")
    size = parser.parse_args().size
    folder = CORPUS / ("small" if size == "small" else "default")
    if not folder.exists():
        CORPUS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CORPUS) as unfinished:
            new = pathlib.Path(unfinished) / "new"
            new.mkdir()
            make(size, new)
            new.rename(folder)
    print(folder)


if __name__ == "__main__":
    main()
