#!/usr/bin/env bash
# Measures the codecs beside the tools people use: run.sh <result.json> [options of codec.py]. SIZE=small takes less of
# everything. COPSE_BENCH_DOCS=1 writes docs/results/codec.{json,md} as well. COPSE_BINARY and COPSE_BENCH are the
# programs of a release build. The rivals are Debian's packages, which are installed where they are missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

missing=()
for pair in zstd:zstd xdelta3:xdelta3 bsdiff:bsdiff rdiff:rdiff; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
if [ "${#missing[@]}" -gt 0 ]; then
  echo "  installing from apt: ${missing[*]}" >&2
  as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi
exec python3 -B "$here/codec.py" "$1" --size "${SIZE:-default}" ${COPSE_BENCH_DOCS:+--docs} "${@:2}"
