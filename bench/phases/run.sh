#!/usr/bin/env bash
# What each phase of compression gains: run.sh <result.json> [options of phases.py]. SIZE=small leaves out the kernel,
# SIZE=full takes all of linux-10m instead of its first million lines. COPSE_BENCH_DOCS=1 writes
# docs/results/phases.{json,md} as well. COPSE_BINARY is the program of a release build; the rivals are commands of
# copse_bench_trees.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cmake --build "$root/build/release" --target copse_bench_trees -- --quiet | { grep -v '^ninja: no work to do' || true; }
export COPSE_BENCH=$root/build/release/bench/copse_bench_trees
exec python3 -B "$here/phases.py" "$1" --size "${SIZE:-default}" ${COPSE_BENCH_DOCS:+--docs} "${@:2}"
