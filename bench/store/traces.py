"""Sequences of accesses to files: numbers of a LinuxStore's files, the same each time."""
import json
import pathlib
import random
import re
import subprocess
import sys

QUERIES = pathlib.Path(__file__).resolve().parent.parent / "query/queries"
ZIPF_EXPONENT = 0.99
SEED = 20261201
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
NOTHING_FOUND = 1
# An answer that an agent or a reader opens file by file.
OPENED_FILES_MAX = 400

# Of a session in an editor: what the next step is, and how far it goes.
STAYS, FOLLOWS, NEIGHBOUR = 0.60, 0.25, 0.10  # the rest is a file from anywhere
OPEN_TABS = 8
SESSION_STEPS = 200


def zipf(count, accesses, seed=SEED):
    """Ranks are dealt to the files at random; how often a file comes falls with its rank to the power of 0.99."""
    chance = random.Random(seed)
    files = list(range(count))
    chance.shuffle(files)
    weights = [1 / rank ** ZIPF_EXPONENT for rank in range(1, count + 1)]
    return chance.choices(files, weights, k=accesses)


def scan(count):
    return list(range(count))


def zipf_with_scan(count, accesses):
    """Half of it, every file once, the other half."""
    before = zipf(count, accesses)
    half = accesses // 2
    return before[:half] + scan(count) + before[half:]


def includes_of(store, file):
    """The files of the store that it includes, as the kernel's own paths say."""
    text = (store.corpus.root / file.path).read_bytes()
    folder = file.path.rpartition("/")[0]
    found = []
    for form, name in INCLUDE.findall(text):
        name = name.decode(errors="replace")
        places = [f"include/{name}", f"arch/x86/include/{name}", f"include/uapi/{name}"]
        if form == b'"':
            places.insert(0, f"{folder}/{name}")
        number = next((store.number_of[place] for place in places if place in store.number_of), None)
        if number is not None:
            found.append(number)
    return found


def editor(store, accesses):
    """Sessions of a reader who works on one place: mostly back and forth between a few open files, then along an
    include to where something is declared, to a file of the same folder, now and then to somewhere else."""
    chance = random.Random(SEED)
    folders = {}
    for number, file in enumerate(store.files):
        folders.setdefault(file.path.rpartition("/")[0], []).append(number)
    known, trace, tabs = {}, [], []
    while len(trace) < accesses:
        if len(trace) % SESSION_STEPS == 0:
            tabs = [chance.randrange(len(store.files))]
        here = tabs[-1]
        step = chance.random()
        if step < STAYS:
            there = chance.choice(tabs)
        elif step < STAYS + FOLLOWS:
            if here not in known:
                known[here] = includes_of(store, store.files[here])
            there = chance.choice(known[here]) if known[here] else here
        elif step < STAYS + FOLLOWS + NEIGHBOUR:
            there = chance.choice(folders[store.files[here].path.rpartition("/")[0]])
        else:
            there = chance.randrange(len(store.files))
        tabs = [tab for tab in tabs if tab != there][-OPEN_TABS + 1:] + [there]
        trace.append(there)
    return trace


def files_of_query(context, store, query):
    command = [context.copse, "query", "--store", str(store.store), "--lang", "c", "--format", "jsonl", "--file", query]
    asked = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    found = []
    for line in asked.stdout:
        number = store.number_of.get(json.loads(line)["path"])
        if number is not None and (not found or found[-1] != number):
            found.append(number)
        if len(found) > OPENED_FILES_MAX:
            asked.kill()
            break
    asked.stdout.close()
    if asked.wait() not in (0, NOTHING_FOUND) and len(found) <= OPENED_FILES_MAX:
        sys.exit(f"{query}: the query failed")
    return found[:OPENED_FILES_MAX]


def queries(context, store):
    """Real queries, one after another, each asked again after the next two, and every file that has a match opened: what
    an agent does that searches, looks, and searches again."""
    answers = [files_of_query(context, store, query) for query in sorted(QUERIES.glob("*.scm"))]
    trace = []
    for number, answer in enumerate(answers):
        trace += answer
        if number >= 2:
            trace += answers[number - 2]
    return trace

