"""The store that the parts ask, of the same files each time, and what it holds."""
import json

from processes import run
from stores import StoredCorpus, part_of

SMALL_LINES = 1_000_000
NODE_BYTES = 12  # of a node that is ready to walk
LANGUAGE = "c"
KEPT = {}


class File:
    def __init__(self, listed):
        self.path = listed["path"]
        self.bytes = listed["bytes"]
        self.decoded_bytes = listed["bytes"] + NODE_BYTES * listed["nodes"]


class LinuxStore:
    def __init__(self, context):
        small = context.size == "small"
        self.corpus = StoredCorpus(context.copse, "linux-1m", part_of("linux-10m", SMALL_LINES)) if small \
            else StoredCorpus(context.copse, "linux-10m")
        self.store = self.corpus.store
        listed = map(json.loads, run([context.copse, "ls", "--store", self.store, "--json"]).output.splitlines())
        # Those with a tree, in the order of their paths.
        self.files = [File(line) for line in listed if line["lang"] == LANGUAGE]
        self.number_of = {file.path: number for number, file in enumerate(self.files)}

    def write_paths(self, path):
        path.write_text("".join(f"{file.path}\n" for file in self.files))
        return path

    def describe(self):
        corpus = self.corpus.describe()
        return f"{corpus['name']}, {len(self.files):,} files with trees, {corpus['lines']:,} lines, contents " \
               f"`{corpus['content_sha256'][:16]}`; a store of {corpus['store_bytes']:,} bytes"


def linux_store(context):
    """One for all parts of a run."""
    if context.size not in KEPT:
        KEPT[context.size] = LinuxStore(context)
    return KEPT[context.size]
