"""Source files of two releases of Debian's Linux, kept in build/corpus/releases/linux: the largest ones that differ."""
import filecmp
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from releases import FOLDER, bring

PACKAGE = "linux-source-6.1"
SUFFIXES = (".c", ".h")
FILES = 10


def versions():
    """Oldest and newest that the mirror has."""
    listed = subprocess.run(["apt-cache", "madison", PACKAGE], capture_output=True, text=True, check=False).stdout
    found = [line.split("|")[1].strip() for line in listed.splitlines() if "amd64" in line]
    found = sorted(set(found), key=lambda version: [int(number) for number in re.findall(r"\d+", version)])
    if len(found) < 2:
        sys.exit(f"bench/codec: apt knows fewer than two versions of {PACKAGE}; apt-get update may help")
    return found[0], found[-1]


def unpack(version, scratch):
    folder = scratch / version
    folder.mkdir()
    bring(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", f"{PACKAGE}={version}"], folder)
    bring(["dpkg-deb", "-x", str(next(folder.glob("*.deb"))), "deb"], folder)
    sources = folder / "sources"
    sources.mkdir()
    bring(["tar", "-xJf", str(folder / f"deb/usr/src/{PACKAGE}.tar.xz"), "-C", str(sources), "--strip-components=1",
           "--no-same-owner", "--wildcards", "*.c", "*.h"], folder)
    return sources


def changed(old, new):
    """Paths of files that differ, the largest first."""
    found = []
    for path in new.rglob("*"):
        other = old / path.relative_to(new)
        if path.suffix in SUFFIXES and path.is_file() and not path.is_symlink() and other.is_file():
            if not filecmp.cmp(path, other, shallow=False):
                found.append((-path.stat().st_size, str(path.relative_to(new))))
    return [path for _, path in sorted(found)]


def make(target):
    old_version, new_version = versions()
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        scratch = pathlib.Path(folder)
        old, new = unpack(old_version, scratch), unpack(new_version, scratch)
        made = scratch / "made"
        paths = changed(old, new)[:FILES]
        for side, source in (("old", old), ("new", new)):
            for path in paths:
                (made / side / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / path, made / side / path)
        (made / "pairs.json").write_text(json.dumps({"old": old_version, "new": new_version, "paths": paths}))
        os.replace(made, target)


def linux_pairs():
    """Versions, and (name, old file, new file) of each pair."""
    target = FOLDER / "linux"
    if not target.is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        make(target)
    known = json.loads((target / "pairs.json").read_text())
    pairs = [(path, target / "old" / path, target / "new" / path) for path in known["paths"]]
    return (known["old"], known["new"]), pairs
