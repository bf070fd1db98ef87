"""Corpora, and their stores: indexed and compacted once, and kept as long as neither the program nor the files change."""
import hashlib
import json
import os
import pathlib
import shutil

from pick_corpus_files import find, pick
from processes import run
from surroundings import ROOT, content_hash, describe_corpus, say

JOBS = 2
SUFFIXES = (".c", ".h")
KEPT = ROOT / "build/bench-stores"


def directory_of(name):
    return pathlib.Path(run([ROOT / "tools/fetch_corpus.sh", name]).output.strip()).resolve()


def part_of(name, lines):
    """So many lines of a corpus: files in the order of the SHA-256 of their paths, spread evenly over the whole."""
    source = directory_of(name)
    stamp = hashlib.sha256(f"{source}\0{lines}".encode()).hexdigest()[:12]
    target = KEPT / f"{name}-{lines}-{stamp}.files"
    if not target.is_dir():
        unfinished = target.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        pick(source, unfinished, SUFFIXES, by_hash=True, lines_max=lines)
        unfinished.rename(target)
    return target


def digest_of(*paths):
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class StoredCorpus:
    """A directory of sources and its store. Reading all files for their hash also warms them."""

    def __init__(self, copse, name, directory=None):
        self.copse = copse
        self.name = name
        self.root = directory or directory_of(name)
        say(f"{name}: reading all files")
        paths = [path for path in find(self.root, SUFFIXES, ())]
        self.content = content_hash(self.root, paths)
        grammars = ROOT / "package-lock.json"
        key = hashlib.sha256(f"{digest_of(copse, grammars)}{self.content}{self.root}".encode()).hexdigest()
        self.store = KEPT / f"{name}.store"
        self.stamp = KEPT / f"{name}.json"
        self.made = self.find(key) or self.make(key)
        self.stats = json.loads(run([copse, "stats", "--store", self.store, "--json"]).output)

    def find(self, key):
        try:
            made = json.loads(self.stamp.read_text())
        except (OSError, ValueError):
            return None
        return made if made.get("key") == key and self.store.is_dir() else None

    def make(self, key):
        # Without its stamp a store counts as unfinished.
        self.stamp.unlink(missing_ok=True)
        shutil.rmtree(self.store, ignore_errors=True)
        KEPT.mkdir(parents=True, exist_ok=True)
        made = {"key": key}
        say(f"{self.name}: index")
        made["index_s"] = self.timed("index", self.root)
        say(f"{self.name}: compact")
        made["compact_s"] = self.timed("compact")
        self.stamp.write_text(json.dumps(made) + "\n")
        return made

    def timed(self, command, *words):
        return run([self.copse, command, *words, "--store", self.store, "-j", JOBS, "--json"]).wall_s

    def stat(self, name):
        """A figure of `copse stats`, wherever it stands there; None when this copse does not have it."""
        return self.stats.get(name, self.stats["total"].get(name))

    def lines(self):
        return self.stats["total"]["lines"]

    def write_list(self, path, language):
        """The files of a language in the bytewise order of their paths, as bench/common/corpus.h wants them."""
        listed = map(json.loads, run([self.copse, "ls", "--store", self.store, "--json"]).output.splitlines())
        names = sorted((file["path"] for file in listed if file["lang"] == language), key=os.fsencode)
        path.write_text("".join(f"{language}\t{self.root}/{name}\n" for name in names))

    def describe(self):
        described = describe_corpus(self.root, self.content)
        # Where the corpus lies elsewhere, its folder has another name.
        described["name"] = self.name
        described.update(lines=self.lines(), files=self.stats["total"]["files"],
                         store_bytes=self.stats["store_bytes"],
                         index_s=self.made["index_s"], compact_s=self.made["compact_s"])
        return described
