#!/usr/bin/env python3
"""Compares `copse pattern` and `copse rule` with ast-grep, over real code in many languages.

Every match of every pattern in patterns/<language>.txt and of every rule in rules/<language>.yml has to be ast-grep's:
the same file, the same bytes, the same metavariables. ast-grep comes from npm at the version of package-lock.json and
is installed below the build directory. Without it, and without a way to get it, the test is skipped (status 77).

Both parse with tree-sitter, but not with the same version of it and of every grammar: a file whose trees differ is
named and left out.

    compare.py --copse build/release/copse --grammars build/release/grammars --work build/release/ast_grep [--only go]
        [--corpus DIR] [--bytes N]
"""
import argparse
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SKIPPED = 77
FILES_MAX = 60
UNLIKE_SHARE_MAX = 0.25
BYTES_MAX = 400_000
# What one argument of a command may have, with room to spare.
FILE_BYTES_MAX = 120_000

# Language: ast-grep's name, the extension that both know it by, and where code is found. Code of other projects lies
# on every machine that builds this one; what the corpus of the benchmarks has in addition is taken when it is there.
LANGUAGES = {
    "bash": ("bash", ".sh", ["tools/*.sh", "/etc/init.d/*", "/usr/share/bash-completion/completions/*"]),
    "c": ("c", ".c", ["node_modules/tree-sitter/vendor/tree-sitter/lib/src/*.c",
                      "node_modules/tree-sitter/vendor/tree-sitter/lib/src/*.h",
                      "node_modules/tree-sitter-*/src/scanner.c", "src/**/*.c",
                      "CORPUS/linux-10m/sources/kernel/*.c", "CORPUS/linux-10m/sources/arch/x86/kernel/*.c"]),
    "c_sharp": ("csharp", ".cs", []),
    "cpp": ("cpp", ".cpp", ["src/**/*.cc", "apps/**/*.cc", "node_modules/node-addon-api/*.h"]),
    "css": ("css", ".css", ["/usr/share/doc/**/*.css"]),
    "go": ("go", ".go", ["CORPUS/golang-1.19-src/usr/share/go-1.19/src/%s/*.go" % folder for folder in ("sort", "net/http", "go/parser")]),
    "html": ("html", ".html", []),
    "java": ("java", ".java", ["CORPUS/openjdk/sources/java.base/java/util/*.java"]),
    "javascript": ("javascript", ".js", ["node_modules/tree-sitter-*/grammar.js",
                                         "node_modules/tree-sitter-*/common/*.js",
                                         "node_modules/tree-sitter*/bindings/node/*.js",
                                         "node_modules/node-addon-api/**/*.js"]),
    "json": ("json", ".json", ["node_modules/tree-sitter-*/package.json", "node_modules/tree-sitter-json/src/*.json"]),
    "python": ("python", ".py", ["/usr/lib/python3.11/*.py", "tools/*.py", "CORPUS/python/sources/*.py"]),
    "ruby": ("ruby", ".rb", []),
    "rust": ("rust", ".rs", ["CORPUS/rust/sources/library/alloc/src/**/*.rs", "CORPUS/rust/sources/src/tools/clippy/clippy_lints/src/*.rs"]),
    "tsx": ("tsx", ".tsx", []),
    "typescript": ("typescript", ".ts", ["node_modules/tree-sitter*/**/*.d.ts",
                                         "node_modules/tree-sitter/*.d.ts",
                                         "CORPUS/typescript/sources/rxjs/src/**/*.ts", "CORPUS/typescript/sources/viem/**/*.ts"]),
}


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)


def install(work):
    """The path of ast-grep's binary, or None."""
    place = os.path.join(work, "npm")
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(HERE, "package-lock.json"), "rb") as lock:
        wanted = hashlib.sha256(lock.read()).hexdigest()
    stamp = os.path.join(place, ".installed")
    have = open(stamp, encoding="ascii").read() if os.path.exists(stamp) else ""
    if have != wanted:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(os.path.join(HERE, name), place)
        done = run(["npm", "ci", "--ignore-scripts", "--loglevel=error"], cwd=place)
        if done.returncode != 0:
            return None
        with open(stamp, "w", encoding="ascii") as out:
            out.write(wanted)
    found = glob.glob(os.path.join(place, "node_modules", "@ast-grep", "cli-*", "ast-grep"))
    return found[0] if found else None


def is_utf8(data):
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def gather(language, place, corpus, bytes_max):
    """Copies code into place/, each file under a name that both programs take for the language."""
    _, extension, sources = LANGUAGES[language]
    own = sorted(glob.glob(os.path.join(ROOT, "tests/data/queries/sources", language + ".*")) +
                 glob.glob(os.path.join(HERE, "code", language + ".*")))
    others = []
    for source in sources:
        source = source.replace("CORPUS", corpus)
        pattern = source if source.startswith("/") else os.path.join(ROOT, source)
        others += sorted(glob.glob(pattern, recursive=True))
    total = 0
    count = 0
    for path in own + others:
        if not os.path.isfile(path) or os.path.getsize(path) > FILE_BYTES_MAX:
            continue
        with open(path, "rb") as file:
            data = file.read()
        # ast-grep passes over files that are not UTF-8.
        if not is_utf8(data):
            continue
        if count >= FILES_MAX or total + len(data) > bytes_max:
            break
        name = "f%04d_%s" % (count, os.path.basename(path).replace(".", "_") + extension)
        with open(os.path.join(place, name), "wb") as out:
            out.write(data)
        total += len(data)
        count += 1
    return count, total


def read_patterns(language):
    """(options, pattern) of each block of the file."""
    path = os.path.join(HERE, "patterns", language + ".txt")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        blocks = file.read().split("\n---\n")
    out = []
    for block in blocks:
        options = {}
        if block.startswith("#!"):
            first, block = block.split("\n", 1)
            options = dict(word.split("=") for word in first[2:].split())
        out.append((options, block[:-1] if block.endswith("\n") else block))
    return out


def theirs_of(line):
    found = json.loads(line)
    variables = {}
    metas = found.get("metaVariables") or {}
    for name, node in metas.get("single", {}).items():
        variables["$" + name] = (node["range"]["byteOffset"]["start"], node["range"]["byteOffset"]["end"])
    for name, nodes in metas.get("multi", {}).items():
        if name != "secondary":
            variables["$$$" + name] = tuple(
                (node["range"]["byteOffset"]["start"], node["range"]["byteOffset"]["end"]) for node in nodes)
    variables = {name: value for name, value in variables.items() if value != ()}
    where = found["range"]["byteOffset"]
    return (found.get("ruleId", ""), os.path.basename(found["file"]), where["start"], where["end"],
            tuple(sorted(variables.items())))


def ours_of(line):
    found = json.loads(line)
    variables = {}
    for name, value in found["metavariables"].items():
        if isinstance(value, list):
            variables[name] = tuple((node["start_byte"], node["end_byte"]) for node in value)
        else:
            variables[name] = (value["start_byte"], value["end_byte"])
    variables = {name: value for name, value in variables.items() if value != ()}
    return (found.get("rule", ""), found["path"], found["start_byte"], found["end_byte"],
            tuple(sorted(variables.items())))


class Comparison:
    def __init__(self, copse, grammars, rival, work):
        self.copse = copse
        self.grammars = grammars
        self.rival = rival
        self.work = work
        self.unlike = set()
        self.failures = 0
        self.questions = 0
        self.answered = 0
        self.matches = 0

    def index(self, place):
        done = run([self.copse, "index", place, "--grammars", self.grammars])
        if done.returncode != 0:
            sys.exit("copse index failed: " + done.stderr.decode())

    def find_unlike(self, language, place):
        """Which files the two parse differently."""
        self.unlike = set()
        for name in sorted(os.listdir(place)):
            if name == ".copse":
                continue
            with open(os.path.join(place, name), encoding="utf-8") as file:
                text = file.read()
            theirs = run([self.rival, "run", "-l", LANGUAGES[language][0], "--debug-query=sexp",
                          "--pattern=" + text, "/dev/null"], cwd=place)
            theirs = [line for line in theirs.stderr.decode().splitlines() if line.startswith("(")]
            ours = run([self.copse, "tree", name], cwd=place).stdout.decode().splitlines()
            if theirs[:1] != ours[:1]:
                self.unlike.add(name)
        if self.unlike:
            print("%s: left out, as they are parsed differently: %s" % (language, ", ".join(sorted(self.unlike))))

    def compare(self, label, ours, theirs, with_rule=True):
        self.questions += 1
        # ast-grep calls nothing found 1, as copse does; what is more is a refusal.
        our_error = ours.returncode > 1
        their_error = theirs.returncode > 1 or b"Cannot parse" in theirs.stderr
        if our_error or their_error:
            if our_error != their_error:
                self.fail(label, "refused by one: copse %s\nast-grep %s" %
                          (ours.stderr.decode(), theirs.stderr.decode()[:500]))
            return
        first = 0 if with_rule else 1
        mine = sorted(match[first:] for match in map(ours_of, ours.stdout.splitlines())
                      if match[1] not in self.unlike)
        rival = sorted(match[first:] for match in map(theirs_of, theirs.stdout.splitlines())
                       if match[1] not in self.unlike)
        self.matches += len(rival)
        self.answered += 1 if rival else 0
        if mine == rival:
            return
        only_mine = [match for match in mine if match not in set(rival)]
        only_rival = [match for match in rival if match not in set(mine)]
        self.fail(label, "%d matches, ast-grep %d; only copse: %s; only ast-grep: %s" %
                  (len(mine), len(rival), only_mine[:3], only_rival[:3]))

    def fail(self, label, text):
        self.failures += 1
        print("FAIL %s\n  %s" % (label, text))

    def pattern(self, language, place, options, pattern):
        ours = [self.copse, "pattern", "--lang", language, "--format", "jsonl", "--grammars", self.grammars,
                "--store", os.path.join(place, ".copse")]
        for name, value in options.items():
            ours += ["--" + name, value]
        label = "%s %s %r" % (language, options, pattern)
        # A pattern that begins with a dash is no option.
        self.compare(label, run(ours + ["--", pattern], cwd=place), self.their_pattern(language, place, options, pattern),
                     with_rule=False)

    def their_pattern(self, language, place, options, pattern):
        name = LANGUAGES[language][0]
        if options.get("strictness") in ("ast", "relaxed", "signature"):
            # `ast-grep run` passes over files without the pattern's longest token, also where the strictness says that
            # the token does not matter; rules do not.
            rule = {"id": "pattern", "language": name, "rule": {"pattern": dict(options, context=pattern)}}
            command = [self.rival, "scan", "--json=stream", "--no-ignore", "hidden",
                       "--inline-rules", json.dumps(rule), "."]
            return run(command, cwd=place)
        command = [self.rival, "run", "-l", name, "--json=stream", "--no-ignore", "hidden", "--pattern=" + pattern]
        for option, value in options.items():
            command += ["--" + option, value]
        return run(command + ["."], cwd=place)

    def rules(self, language, place):
        path = os.path.join(HERE, "rules", language + ".yml")
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as file:
            documents = file.read().split("\n---\n")
        for document in documents:
            single = os.path.join(self.work, "rule.yml")
            with open(single, "w", encoding="utf-8") as out:
                out.write(document)
            ours = [self.copse, "rule", single, "--format", "jsonl", "--grammars", self.grammars,
                    "--store", os.path.join(place, ".copse")]
            theirs = [self.rival, "scan", "-r", single, "--json=stream", "--no-ignore", "hidden"]
            theirs = run(theirs + ["."], cwd=place)
            if theirs.returncode == 1 and not theirs.stderr.strip():
                theirs.returncode = 0  # an error by severity
            self.compare(document.split("\n", 1)[0], run(ours, cwd=place), theirs)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--copse", required=True)
    arguments.add_argument("--grammars", required=True)
    arguments.add_argument("--work", required=True)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--corpus", default=os.path.join(ROOT, "build/corpus"))
    arguments.add_argument("--bytes", type=int, default=BYTES_MAX)
    given = arguments.parse_args()
    work = os.path.abspath(given.work)
    rival = install(work)
    if rival is None:
        print("skipped: ast-grep cannot be installed from npm")
        return SKIPPED
    comparison = Comparison(os.path.abspath(given.copse), os.path.abspath(given.grammars), rival, work)
    for language in LANGUAGES:
        if given.only and language != given.only:
            continue
        place = os.path.join(work, "code", language)
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        count, total = gather(language, place, os.path.abspath(given.corpus), given.bytes)
        comparison.index(place)
        comparison.find_unlike(language, place)
        if len(comparison.unlike) > UNLIKE_SHARE_MAX * count + 1:
            comparison.fail(language, "too many files are parsed differently: is the comparison of trees at fault?")
        before = comparison.matches
        for options, pattern in read_patterns(language):
            comparison.pattern(language, place, options, pattern)
        comparison.rules(language, place)
        print("%s: %d files, %d bytes, %d matches" % (language, count, total, comparison.matches - before))
    print("%d questions, %d of them with matches, %d matches, %d differences" %
          (comparison.questions, comparison.answered, comparison.matches, comparison.failures))
    return 1 if comparison.failures else 0


if __name__ == "__main__":
    sys.exit(main())
