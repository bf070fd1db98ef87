"""Releases of boost's headers and of typescript in one store, beside git, restic and casync."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

from processes import run
from releases import BOOST, TYPESCRIPT, boost_headers, typescript_package
from surroundings import say


CHUNK_LEVEL = 19


def call(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"bench/store: {' '.join(map(str, command))}: {done.stderr.strip()}")


def bytes_under(folder):
    return sum(path.lstat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file())


def releases(size):
    """(thing, directory) of each, the oldest first."""
    versions = TYPESCRIPT[-3:] if size == "small" else TYPESCRIPT
    if size != "small":
        for version in BOOST:
            yield "boost", boost_headers(version)
    for version in versions:
        yield "typescript", typescript_package(version)


def git_bytes(made, scratch):
    """A commit for each release, each thing in its place, packed as small as git does by itself."""
    tree = scratch / "git"
    git = ["git", "-C", tree, "-c", "gc.auto=0", "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    call(["git", "init", "-q", tree])
    for thing, release in made:
        shutil.rmtree(tree / thing, ignore_errors=True)
        shutil.copytree(release, tree / thing)
        call([*git, "add", "-A", "-f", "."])
        call([*git, "commit", "-q", "-m", release.name])
    call([*git, "gc", "-q", "--aggressive", "--prune=now"])
    return bytes_under(tree / ".git/objects")


def restic_bytes(corpus, scratch):
    surroundings = {**os.environ, "RESTIC_PASSWORD": "bench"}
    repository = scratch / "restic"
    call(["restic", "init", "-q", "-r", repository, "--repository-version", "2"], env=surroundings)
    call(["restic", "-q", "-r", repository, "--compression", "max", "--no-cache", "backup", corpus], env=surroundings)
    return bytes_under(repository)


def casync_bytes(corpus, scratch):
    call(["casync", "make", f"--store={scratch / 'chunks.castr'}", scratch / "index.caidx", corpus])
    return bytes_under(scratch / "chunks.castr")


def chunked_bytes(context, corpus):
    """What copse's chunker would share: each chunk of 4 KB once, by itself in a frame."""
    paths = context.scratch / "all-files"
    paths.write_text("".join(f"{path}\n" for path in sorted(corpus.rglob("*")) if path.is_file()))
    return json.loads(run([context.bench, "chunked", paths, CHUNK_LEVEL]).output)["compressed_bytes"]


def copse_bytes(copse, corpus, scratch):
    """Its sources are the frames that records name, their bases and the dictionaries."""
    store = scratch / "store"
    run([copse, "index", "--all", corpus, "--store", store])
    compacted = json.loads(run([copse, "compact", "--json", "--store", store]).output)
    stats = json.loads(run([copse, "stats", "--json", "--store", store]).output)
    total = stats["total"]
    return {"store_bytes": compacted["bytes_after"], "deltas": compacted["deltas_written"],
            "source_bytes": total["stored_source_bytes"], "tree_bytes": total["stored_tree_bytes"],
            "shared_bytes": stats["shared_bytes"], "catalogue_bytes": stats["catalogue_bytes"],
            "files": total["files"], "raw_bytes": total["source_bytes"]}


def measure(context):
    made = list(releases(context.size))
    corpus = context.scratch / "releases"
    corpus.mkdir()
    for _, release in made:
        shutil.copytree(release, corpus / release.name)
    raw = bytes_under(corpus)
    rows = []
    for name, size_of in (("git gc --aggressive", lambda: git_bytes(made, context.scratch)),
                          ("restic, compression max", lambda: restic_bytes(corpus, context.scratch)),
                          ("casync", lambda: casync_bytes(corpus, context.scratch))):
        say(f"versions: {name}")
        rows.append({"contender": name, "raw_bytes": raw, "source_bytes": size_of()})
    say("versions: copse")
    ours = copse_bytes(context.copse, corpus, context.scratch)
    best = min(row["source_bytes"] for row in rows)
    rows.append({"contender": "chunks of 4 KB, each zstd -19", "raw_bytes": raw,
                 "source_bytes": chunked_bytes(context, corpus)})
    # Dictionaries and models are shared; that all of it counts as sources is more than is true.
    sources = ours["source_bytes"] + ours["shared_bytes"]
    rows.append({"contender": "copse", "raw_bytes": raw, "source_bytes": sources, **{
        name: ours[name] for name in ("tree_bytes", "shared_bytes", "catalogue_bytes", "store_bytes", "files", "deltas")}})
    return {"title": "Ten releases of typescript and two of boost's headers",
            "metrics": {"versions_size_over_best_rival": sources / best,
                        "versions_store_over_best_rival": ours["store_bytes"] / best},
            "rows": rows,
            "measured_on": [", ".join(release.name for _, release in made) + f": {raw:,} bytes"]}
