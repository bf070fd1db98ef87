#!/usr/bin/env bash
# Measures the store: run.sh <result.json> [options of store.py]. SIZE=small takes some minutes. COPSE_BENCH_DOCS=1 writes
# docs/results/store.{json,md} as well. COPSE_BINARY and COPSE_BENCH are the programs of a release build. Rivals come from
# Debian; what is missing of them is installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

bring_rivals() {
  local missing=() program
  for program in git restic casync; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  echo "  installing rivals from apt: ${missing[*]}" >&2
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null
}

bring_rivals
exec python3 -B "$here/store.py" "$1" --size "${SIZE:-default}" ${COPSE_BENCH_DOCS:+--docs} "${@:2}"
