#!/usr/bin/env bash
# Installs a build below a fresh prefix, builds examples/ against it as a stranger would, and runs the result:
# run.sh <build folder> <cmake>. The example indexes the folder it is given and prints one line for each match.
set -eu
build=$1
cmake=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
  echo "install_example: $*" >&2
  exit 1
}

"$cmake" --install "$build" --prefix "$scratch/prefix" >/dev/null
for file in lib/libcopse.so lib/copse/grammars/manifest.json lib/copse/grammars/c.so \
  lib/copse/grammars/queries/c/tags.scm; do
  [ -e "$scratch/prefix/$file" ] || fail "$file is not installed"
done
if grep -rqF -e "$root/src" -e "$root/include" -e "$build" "$scratch/prefix/lib/cmake"; then
  fail "the CMake package names the folder it was built in"
fi

"$cmake" -S "$root/examples" -B "$scratch/example" -DCMAKE_PREFIX_PATH="$scratch/prefix" -DCMAKE_BUILD_TYPE=Release \
  --log-level=WARNING >/dev/null
"$cmake" --build "$scratch/example" >"$scratch/build.log" || { cat "$scratch/build.log"; fail "the example does not build"; }

mkdir -p "$scratch/project/deep"
printf 'int answer(void) { return 42; }\n' >"$scratch/project/answer.c"
printf 'int main(void) {\n  return 0;\n}\n' >"$scratch/project/deep/main.c"
printf 'No code here.\n' >"$scratch/project/README.md"
cd "$scratch"
example/index_and_query project >found || fail "the example failed"
grep -q 'answer\.c.*answer' found || { cat found; fail "the function in answer.c is not in the answer"; }
grep -q 'deep/main\.c.*main' found || { cat found; fail "the function in deep/main.c is not in the answer"; }
[ -x "$scratch/prefix/bin/copse" ] || fail "the program is not installed"
"$scratch/prefix/bin/copse" --version >/dev/null || fail "the installed program does not start"
