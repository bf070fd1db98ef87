#!/usr/bin/env bash
# clang-tidy over the C++ files that differ from a commit: clang_tidy.sh <build folder> <base> <jobs>. Files that git
# does not know yet count as different; in a repository without that commit every file does.
set -eu
cd "$(dirname "$0")/.."
build=$1
base=$2
jobs=$3
files=('*.cc')
if git rev-parse -q --verify "$base^{commit}" >/dev/null 2>&1; then
  changed=$(git diff --name-only --diff-filter=d "$base" -- "${files[@]}")
else
  changed=$(git ls-files -- "${files[@]}")
fi
changed="$changed
$(git ls-files --others --exclude-standard -- "${files[@]}")"
# Only what the build compiles: the database has its flags.
printf '%s\n' "$changed" | grep -E '^(src|apps|tests|fuzz)/' | sort -u |
  while read -r file; do
    if grep -qF "$PWD/$file\"" "$build/compile_commands.json"; then printf '%s\0' "$file"; fi
  done | xargs -0 -r -n 1 -P "$jobs" clang-tidy --quiet -p "$build" 2> >(grep -v ' warnings\? generated' >&2)
