#!/usr/bin/env bash
# Measures queries over the Linux kernel beside ast-grep and tree-sitter's own cursor: run.sh <result.json> [options of
# query.py]. SIZE=small takes a million lines and some minutes, SIZE=full asks ast-grep everything over all of Linux.
# COPSE_BENCH_DOCS=1 writes docs/results/query.{json,md} as well. COPSE_BINARY and COPSE_BENCH are the programs of a
# release build, COPSE_AST_GREP is another ast-grep than that of package-lock.json, which npm brings into build/ast-grep.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

# The program alone: the package's script that would start it costs time, and none of its scripts is needed.
bring_ast_grep() {
  local folder=$root/build/ast-grep
  if ! cmp -s "$here/package-lock.json" "$folder/installed"; then
    echo "  bringing ast-grep from npm" >&2
    mkdir -p "$folder"
    cp "$here/package.json" "$here/package-lock.json" "$folder/"
    (cd "$folder" && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error) >/dev/null
    cp "$here/package-lock.json" "$folder/installed"
  fi
  find "$folder/node_modules/@ast-grep" -path '*/cli-linux-*/ast-grep' -type f | head -1
}

ast_grep=${COPSE_AST_GREP:-$(bring_ast_grep)}
[ -x "$ast_grep" ] || { echo "bench/query: npm has no ast-grep for this machine; COPSE_AST_GREP=FILE names one" >&2; exit 1; }
export COPSE_AST_GREP=$ast_grep
exec python3 -B "$here/query.py" "$1" --size "${SIZE:-default}" ${COPSE_BENCH_DOCS:+--docs} "${@:2}"
