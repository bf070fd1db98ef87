#!/usr/bin/env python3
"""Measures the codecs: codec.py <result.json> [--size small|default|full] [--only file_pairs,...] [--keep] [--docs]

What each figure means is in method.md and the files beside it.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "common"))

from parts import main  # noqa: E402

PARTS = ["file_pairs", "xor_speed", "vm_memory", "chunking", "dictionaries", "levels", "speeds"]

if __name__ == "__main__":
    main("codec", "Codecs", PARTS)
