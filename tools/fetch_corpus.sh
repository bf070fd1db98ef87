#!/usr/bin/env bash
# Brings Debian's golang-1.19-src into build/corpus, once, and prints where its sources are. Needs no root.
set -eu
cd "$(dirname "$0")/.."
package=golang-1.19-src
corpus=build/corpus
sources=$corpus/$package/usr/share/go-1.19

if [ -d "$sources" ]; then
  echo "$PWD/$sources"
  exit
fi
mkdir -p "$corpus"
unfinished=$(mktemp -d "$corpus/unfinished.XXXXXX")
trap 'rm -rf "$unfinished"' EXIT
trap 'exit 130' INT TERM

# apt run by root would become another user, who may not write here.
apt=(apt-get -qq -o APT::Sandbox::User="$(id -un)")
download() { (cd "$unfinished" && "${apt[@]}" "$@" download "$package") >&2; }

# The lists of a fresh machine are empty or old; lists of our own can be read by anybody.
if ! download 2>"$unfinished/first_try"; then
  lists=$PWD/$unfinished/apt
  mkdir -p "$lists/lists/partial" "$lists/archives/partial"
  own=(-o Dir::State::lists="$lists/lists" -o Dir::Cache="$lists")
  if ! "${apt[@]}" "${own[@]}" update >&2 || ! download "${own[@]}"; then
    cat "$unfinished/first_try" >&2
    echo "tools/fetch_corpus.sh: $package cannot be downloaded; COPSE_CORPUS=DIR takes another directory" >&2
    exit 1
  fi
fi
deb=$(find "$unfinished" -maxdepth 1 -name "$package*.deb")
dpkg-deb -x "$deb" "$unfinished/unpacked"
dpkg-deb -f "$deb" Version >"$unfinished/unpacked/version"
sha256sum "$deb" | cut -d ' ' -f 1 >"$unfinished/unpacked/sha256"
# Named last: what has its name is complete.
mv "$unfinished/unpacked" "$corpus/$package"
echo "$PWD/$sources"
