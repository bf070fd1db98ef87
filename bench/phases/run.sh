#!/usr/bin/env bash
# What each phase of compression gains: run.sh <result.json> [options of phases.py]. SIZE=small leaves out linux-10m.
# COPSE_BINARY is the program of a release build. The rivals are commands of copse_bench_trees.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cmake --build "$root/build/release" --target copse_bench_trees -- --quiet | { grep -v '^ninja: no work to do' || true; }
export COPSE_BENCH=$root/build/release/bench/copse_bench_trees
exec python3 -B "$here/phases.py" "$1" --size "${SIZE:-default}" "${@:2}"
