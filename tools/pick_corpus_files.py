#!/usr/bin/env python3
"""Links files of one directory into another by a stable rule: pick_corpus_files.py FROM TO --suffix .c .h [...]

Files are taken in the bytewise order of their paths, or, with --by-hash, of the SHA-256 of their paths, which spreads
a part evenly over the whole. Symbolic links are left out. Files are hard-linked where the file system lets them be.
"""
import argparse
import hashlib
import os
import pathlib
import shutil


def find(root, suffixes, without_suffixes):
    for folder, folders, names in os.walk(root):
        folders[:] = [each for each in folders if not os.path.islink(os.path.join(folder, each))]
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(suffixes) and not name.endswith(without_suffixes) and not os.path.islink(path):
                yield os.path.relpath(path, root)


def count_lines(content):
    return content.count(b"\n") + (not content.endswith(b"\n") and content != b"")


def link_or_copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def order_of(path, by_hash):
    name = os.fsencode(path)
    return hashlib.sha256(name).digest() if by_hash else name


def pick(root, target, suffixes, without=(), without_suffixes=(), by_hash=False, files_max=None, lines_max=None,
         file_lines_max=None, line_bytes_max=None):
    """Returns the paths that were taken and how many lines they have. A limit of lines may be passed by one file."""
    root, target = pathlib.Path(root), pathlib.Path(target)
    paths = [path for path in find(root, tuple(suffixes), tuple(without_suffixes)) if not path.startswith(tuple(without))]
    paths.sort(key=lambda path: order_of(path, by_hash))
    target.mkdir(parents=True, exist_ok=True)
    taken, lines = [], 0
    for path in paths:
        if len(taken) == files_max or (lines_max is not None and lines >= lines_max):
            break
        content = (root / path).read_bytes()
        here = count_lines(content)
        if file_lines_max is not None and here > file_lines_max:
            continue
        if line_bytes_max is not None and max(map(len, content.split(b"\n"))) > line_bytes_max:
            continue
        link_or_copy(root / path, target / path)
        taken.append(path)
        lines += here
    return taken, lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("target")
    parser.add_argument("--suffix", nargs="+", required=True, dest="suffixes")
    parser.add_argument("--without", nargs="+", default=[], help="beginnings of paths")
    parser.add_argument("--without-suffix", nargs="+", default=[], dest="without_suffixes")
    parser.add_argument("--by-hash", action="store_true")
    parser.add_argument("--files-max", type=int)
    parser.add_argument("--lines-max", type=int)
    parser.add_argument("--file-lines-max", type=int, help="longer files are left out")
    parser.add_argument("--line-bytes-max", type=int, help="files with a longer line are left out: nobody wrote them")
    pick(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
