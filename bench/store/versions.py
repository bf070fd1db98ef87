#!/usr/bin/env python3
"""Releases of boost's headers and of typescript in one store, beside git, restic and casync: prints a line of JSON.

versions.py COPSE [--keep FOLDER]. Rivals that are not installed are left out and named; git must be there. The store's
sources are the frames that records name, their bases and dictionaries; trees and the rest stand beside them.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TYPESCRIPT = ["5.0.4", "5.1.6", "5.2.2", "5.3.3", "5.4.5", "5.5.4", "5.6.3", "5.7.3", "5.8.3", "5.9.2"]
BOOST = ["1.74", "1.81"]


def run(command, **options):
    """Ends the program when the command fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def bytes_under(folder):
    return sum(path.lstat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file())


def bring(folder):
    """The directories of all releases, in the order of their versions."""
    releases = []
    for version in BOOST:
        target = folder / f"boost-{version}"
        if not target.is_dir():
            run(["apt-get", "download", f"libboost{version}-dev"], cwd=folder)
            archive = next(folder.glob(f"libboost{version}-dev_*.deb"))
            run(["dpkg-deb", "-x", archive, folder / "unpacked"])
            (folder / "unpacked/usr/include/boost").rename(target)
            shutil.rmtree(folder / "unpacked")
            archive.unlink()
        releases.append(target)
    for version in TYPESCRIPT:
        target = folder / f"typescript-{version}"
        if not target.is_dir():
            run(["npm", "pack", "--silent", f"typescript@{version}"], cwd=folder)
            archive = folder / f"typescript-{version}.tgz"
            shutil.unpack_archive(archive, folder / "unpacked")
            (folder / "unpacked/package").rename(target)
            shutil.rmtree(folder / "unpacked")
            archive.unlink()
        releases.append(target)
    return releases


def git_bytes(releases, scratch):
    """A commit for each release, each thing in one place, packed as small as git does by itself."""
    tree = scratch / "git"
    git = ["git", "-C", tree, "-c", "gc.auto=0", "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    run(["git", "init", "-q", tree])
    for release in releases:
        place = tree / release.name.split("-")[0]
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(release, place)
        run([*git, "add", "-A", "."])
        run([*git, "commit", "-q", "-m", release.name])
    run([*git, "gc", "-q", "--aggressive", "--prune=now"])
    return bytes_under(tree / ".git/objects")


def restic_bytes(corpus, scratch):
    surroundings = {**os.environ, "RESTIC_PASSWORD": "bench"}
    repository = scratch / "restic"
    run(["restic", "init", "-q", "-r", repository, "--repository-version", "2"], env=surroundings)
    run(["restic", "-q", "-r", repository, "--compression", "max", "backup", corpus], env=surroundings)
    return bytes_under(repository)


def casync_bytes(corpus, scratch):
    run(["casync", "make", f"--store={scratch / 'chunks.castr'}", scratch / "index.caidx", corpus])
    return bytes_under(scratch / "chunks.castr")


def copse_bytes(copse, releases, scratch):
    corpus = scratch / "copse"
    corpus.mkdir()
    for release in releases:
        shutil.copytree(release, corpus / release.name)
    run([copse, "index", "--all", "."], cwd=corpus)
    compacted = json.loads(run([copse, "compact", "--json"], cwd=corpus))
    stats = json.loads(run([copse, "stats", "--json"], cwd=corpus))
    total = stats["total"]
    return {"store_bytes": compacted["bytes_after"], "deltas_written": compacted["deltas_written"],
            "source_bytes": total["stored_source_bytes"], "tree_bytes": total["stored_tree_bytes"],
            "shared_bytes": stats["shared_bytes"], "catalogue_bytes": stats["catalogue_bytes"],
            "files": total["files"], "raw_bytes": total["source_bytes"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("copse")
    parser.add_argument("--keep", type=pathlib.Path, help="where releases are kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        scratch = pathlib.Path(made)
        corpus = arguments.keep or scratch / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        releases = bring(corpus)
        rivals = {"git_bytes": git_bytes(releases, scratch)}
        for name, measure in (("restic", restic_bytes), ("casync", casync_bytes)):
            if shutil.which(name):
                rivals[f"{name}_bytes"] = measure(corpus, scratch)
            else:
                print(f"{name} is not installed and was left out", file=sys.stderr)
        ours = copse_bytes(pathlib.Path(arguments.copse).resolve(), releases, scratch)
    ratio = ours["source_bytes"] / min(rivals.values())
    print(json.dumps({"versions": {**ours, **rivals}, "versions_size_over_best_rival": round(ratio, 3)}))


if __name__ == "__main__":
    main()
