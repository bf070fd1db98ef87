#!/usr/bin/env bash
# copse at work on two million lines of Go: fetched, indexed, queried, verified and measured. `make demo` builds first.
# COPSE_CORPUS=DIR takes another directory of Go or C.
set -eu
cd "$(dirname "$0")/.."
trap 'exit 130' INT
trap 'exit 143' TERM

export COPSE_BINARY="$PWD/build/release/copse" COPSE_BENCH="$PWD/build/release/bench/copse_bench_foundation"
copse=$COPSE_BINARY
store=build/demo/store
bold='' faint='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[0m'
fi

thousands() { sed ':a; s/\B[0-9]\{3\}\>/,&/; ta' <<<"$1"; }
step() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }

# Says the command as one would type it, then runs it.
show() {
  printf '%s$ copse %s%s\n' "$faint" "$*" "$plain"
  "$copse" "$@"
}

step "The corpus"
[ -n "${COPSE_CORPUS:-}" ] || COPSE_CORPUS=$(tools/fetch_corpus.sh)
export COPSE_CORPUS
# Reading it once warms the files: what is measured is work, not the disk.
find "$COPSE_CORPUS" -type f -print0 | xargs -0 cat | wc -c |
  awk -v where="${COPSE_CORPUS#"$PWD/"}" '{ printf "%.1f MB of files in %s\n", $1 / 1e6, where }'

step "Index it: every file parsed once, source and tree kept"
rm -rf build/demo
mkdir -p build/demo
show index "${COPSE_CORPUS#"$PWD/"}" --store "$store"

step "Ask: the answers come from the store, nothing is parsed"
language=$("$copse" ls --long --store "$store" | awk -F '\t' '{ bytes[$1] += $2 }
  END { for (l in bytes) if (bytes[l] > most) { most = bytes[l]; name = l } print name }')
for query in rare frequent predicates; do
  file=bench/foundation/queries/$language/$query.scm
  [ "$query" = rare ] || echo
  sed "s/.*/  $faint&$plain/" "$file"
  show query --store "$store" --lang "$language" --file "$file" --limit 2
  matches=$("$copse" query --store "$store" --lang "$language" --file "$file" --format count)
  printf '%s... %s matches%s\n' "$faint" "$(thousands "$matches")" "$plain"
done

step "Verify: every checksum, every node against a fresh parse"
show verify --deep --store "$store"

step "Measure: copse beside tree-sitter alone, each a process of its own"
cmake --build build/release --target copse_bench_foundation -- --quiet | { grep -v '^ninja: no work to do' || true; }
bench/foundation/run.sh build/demo/demo.json --rounds 1 --brief

printf '\nThe store stays in %s; ask it more:\n' "$store"
printf "  build/release/copse query --store %s '(ERROR) @error'\n" "$store"
