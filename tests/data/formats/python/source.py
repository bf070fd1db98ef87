#!/usr/bin/env python3
"""Fails when a file includes what its place in the layers forbids, or when the declared graph has a cycle.

Usage: check_layers.py <layers.txt> <source root>

layers.txt is written by CMake from the copse_module calls, one "module: dependencies" a line. Four rules:
  1. src/<module> includes the modules of its declaration and what those see; tests may also use testing/.
  2. apps/<app> includes "copse/..." and files of its own folder.
  3. include/copse includes "copse/..." only.
  4. Disk, clock, chance, processes and loaded code are reached through src/core/io* alone; an application may also
     ask its terminal.
"""
import pathlib
import re
import sys

QUOTED = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
ANGLED = re.compile(r"^\s*#\s*include\s+<([^>]+)>")
CLOCK = re.compile(r"\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b")
OUTSIDE_WORLD = re.compile(
    r"^(fstream|filesystem|random|ctime|time\.h|csignal|signal\.h|dlfcn\.h|fcntl\.h|unistd\.h|spawn\.h|dirent\.h|poll\.h"
    r"|netdb\.h|glob\.h|ftw\.h|(sys|linux|netinet|arpa)/.*)$")
# The terminal and its signals are an application's own business.
TERMINAL = {"unistd.h", "csignal", "signal.h", "termios.h", "sys/ioctl.h"}
SUFFIXES = (".h", ".cc", ".c")


def read_layers(text):
    layers = {}
    for line in text.splitlines():
        name, _, deps = line.partition(":")
        layers[name.strip()] = set(re.split(r"[;\s]+", deps.strip())) - {""}
    return layers


def closure(layers, name, trail=()):
    if name in trail:
        raise ValueError("layer cycle: " + " -> ".join((*trail, name)))
    seen = set(layers.get(name, ()))
    for dep in layers.get(name, ()):
        seen |= closure(layers, dep, (*trail, name))
    return seen


def sources(folder):
    return sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES)


def is_test(file):
    return file.stem.endswith(("_test", "_test_support")) or "testing" in file.parts


def lines_of(file):
    return enumerate(file.read_text(encoding="utf-8").splitlines(), 1)


def is_io_seam(module, relative):
    return module == "core" and relative.parts[0].startswith("io")


def check_module(root, layers, name):
    allowed = closure(layers, name) | {name, "copse"}
    folder = root / "src" / name
    for file in sources(folder):
        test = is_test(file.relative_to(root))
        seam = is_io_seam(name, file.relative_to(folder))
        for number, line in lines_of(file):
            where = f"{file.relative_to(root)}:{number}"
            quoted, angled = QUOTED.match(line), ANGLED.match(line)
            # A name without a folder is a header of others, found by the compiler's own path.
            target = quoted.group(1).split("/")[0] if quoted and "/" in quoted.group(1) else None
            if target and target not in allowed and not (test and target == "testing"):
                yield f"{where}: {name} may not include {target}"
            if angled and OUTSIDE_WORLD.match(angled.group(1)) and not (seam or test):
                yield f"{where}: <{angled.group(1)}> belongs to core/io"
            if CLOCK.search(line.split("//")[0]) and not seam:
                yield f"{where}: clocks are read by core/io; take the time as an argument"


def check_public_headers(root):
    for file in sources(root / "include"):
        for number, line in lines_of(file):
            where = f"{file.relative_to(root)}:{number}"
            quoted, angled = QUOTED.match(line), ANGLED.match(line)
            if quoted and not quoted.group(1).startswith("copse/"):
                yield f"{where}: a public header includes public headers only"
            if angled and OUTSIDE_WORLD.match(angled.group(1)):
                yield f"{where}: <{angled.group(1)}> belongs to core/io"


def check_apps(root):
    for app in sorted(path for path in (root / "apps").glob("*") if path.is_dir()):
        for file in sources(app):
            for number, line in lines_of(file):
                where = f"{file.relative_to(root)}:{number}"
                quoted, angled = QUOTED.match(line), ANGLED.match(line)
                if quoted:
                    name = quoted.group(1)
                    own = (file.parent / name).resolve()
                    if not name.startswith("copse/") and not (own.is_file() and app.resolve() in own.parents):
                        yield f'{where}: an application includes "copse/..." and its own files'
                if angled and OUTSIDE_WORLD.match(angled.group(1)) and angled.group(1) not in TERMINAL:
                    yield f"{where}: <{angled.group(1)}> belongs to core/io"


def check(layers, root):
    """All violations, each as "file:line: what is wrong". Raises ValueError for a cycle."""
    errors = []
    for name in layers:
        errors += check_module(root, layers, name)
    for folder in sorted(path for path in (root / "src").glob("*") if path.is_dir()):
        if folder.name not in layers and sources(folder):
            errors.append(f"{folder.relative_to(root)}: not declared with copse_module")
    return errors + list(check_public_headers(root)) + list(check_apps(root))


def main():
    layers = read_layers(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        errors = check(layers, pathlib.Path(sys.argv[2]))
    except ValueError as cycle:
        errors = [str(cycle)]
    print("\n".join(errors) or f"{len(layers)} modules, no forbidden include")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())


def report(errors, limit=10
    for error in errors[:limit:
        print(f"{error!r} of {limit:>3} \u00e4", b"\x00", r"\d", $)
