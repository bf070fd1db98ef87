#!/usr/bin/env python3
"""Measures the store: store.py <result.json> [--size small|default|full] [--only tiers,...] [--keep] [--docs]

What each figure means is in method.md.
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))
sys.path.insert(0, str(HERE.parent.parent / "tools"))

from parts import main  # noqa: E402

PARTS = ["open_times", "workloads", "earnings", "policies", "versions", "front_insert"]

if __name__ == "__main__":
    main("store", "Store", PARTS)
