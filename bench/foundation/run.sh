#!/usr/bin/env bash
# Measures copse beside its rivals on a corpus: run.sh <result.json> [options of foundation.py]. The corpus is Debian's
# golang-1.19-src, or the directory COPSE_CORPUS. COPSE_BINARY and COPSE_BENCH are the programs of a release build.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
corpus=${COPSE_CORPUS:-$("$here/../../tools/fetch_corpus.sh")}
exec python3 -B "$here/foundation.py" "$corpus" "$@"
