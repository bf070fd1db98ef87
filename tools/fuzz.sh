#!/usr/bin/env bash
# Runs every fuzz target of a build with the real engine: fuzz.sh <build folder> <seconds each>. New inputs go below the
# build folder; what breaks a target is kept there and named at the end. Targets state how much memory they may take; none
# takes more than the limit here, the sanitizer's share included.
set -eu
cd "$(dirname "$0")/.."
build=$1
seconds=$2
failed=()
for target in "$build"/fuzz/*_fuzz; do
  [ -x "$target" ] || continue
  name=$(basename "$target" _fuzz)
  mkdir -p "$build/corpus/$name" "$build/broken/$name"
  seeds=()
  [ -d "fuzz/corpus/$name" ] && seeds=("fuzz/corpus/$name")
  echo "fuzzing $name for $seconds s"
  "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$build/broken/$name/" "$build/corpus/$name" "${seeds[@]}" || failed+=("$name")
done
if [ "${#failed[@]}" -gt 0 ]; then
  echo "broken: ${failed[*]} (inputs in $build/broken)" >&2
  exit 1
fi
