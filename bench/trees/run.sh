#!/usr/bin/env bash
# Measures copse's trees beside tree-sitter's and beside sources that are parsed again: run.sh <result.json> [options of
# trees.py]. SIZE=small takes 280,000 lines a language and some minutes, SIZE=full adds the whole of Linux.
# COPSE_BENCH_DOCS=1 writes docs/results/trees.{json,md} as well. COPSE_BINARY and COPSE_BENCH are the programs of a
# release build; tools/fetch_corpus.sh says where the corpora come from.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec python3 -B "$here/trees.py" "$1" --size "${SIZE:-default}" ${COPSE_BENCH_DOCS:+--docs} "${@:2}"
