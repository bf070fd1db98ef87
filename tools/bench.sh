#!/usr/bin/env bash
# Measures one task: bench.sh <task>. A task is a folder of bench/: its run.sh is called with the file to write, or,
# where there is none, its program copse_bench_<task> is built and run. The result is build/bench/<task>.json. What
# tasks share is in bench/common.
set -eu
cd "$(dirname "$0")/.."
task=${1:-}
if [ -z "$task" ] || [ "$task" = common ] || [ ! -d "bench/$task" ]; then
  echo "usage: make bench TASK=name, where name is one of:" >&2
  for folder in bench/*/; do [ "$folder" = bench/common/ ] || echo "  $(basename "$folder")" >&2; done
  exit 2
fi
mkdir -p build/bench
result="build/bench/$task.json"
if compgen -G "bench/$task/*.cc" >/dev/null; then
  cmake --build build/release --target "copse_bench_$task" -- --quiet
fi
if [ -x "bench/$task/run.sh" ]; then
  COPSE_BINARY="$PWD/build/release/copse" COPSE_BENCH="$PWD/build/release/bench/copse_bench_$task" \
    "bench/$task/run.sh" "$PWD/$result"
else
  "build/release/bench/copse_bench_$task" --benchmark_out="$result" --benchmark_out_format=json
fi
echo "result: $result"
