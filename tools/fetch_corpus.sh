#!/usr/bin/env bash
# Brings a corpus into build/corpus, once, and prints where its sources are: fetch_corpus.sh [NAME]. Needs no root. What
# was downloaded before an interruption is not downloaded again. COPSE_CORPUS_<NAME> (LINUX_10M for linux-10m) names a
# directory that holds the sources already.
#
#   golang      Debian's golang-1.19-src as it is; what is meant without a name
#   linux       every .c and .h of Debian's linux-source-6.1
#   linux-10m   of these, without drivers/gpu/drm/amd/include/, the first 24,087 in the bytewise order of their paths
#   boost       every .hpp and .h of libboost1.74-dev
#   rust        every .rs of rust-src
#   rust-325k   of these, 1,720 files outside src/test/ of at most 3,000 lines, by the SHA-256 of their paths
#   openjdk     every .java of openjdk-17-source
#   python      every .py of libpython3.11-stdlib and libpython3.11-testsuite
#   python-packages  every .py of some large packages written in Python: ansible, Django, OpenStack, SymPy and others
#   typescript  the .ts of the npm packages in bench/trees/typescript_packages.txt, generated ones left out
#
# Beside the sources lie `version` and `sha256`: of the Debian packages that were unpacked, or of the list.
set -eu
cd "$(dirname "$0")/.."
name=${1:-golang}
corpus=$PWD/build/corpus
downloads=$corpus/downloads
pick="python3 -B tools/pick_corpus_files.py"

case $name in
  golang) folder=$corpus/golang-1.19-src sources=$folder/usr/share/go-1.19 ;;
  linux | linux-10m | boost | rust | rust-325k | openjdk | python | python-packages | typescript)
    folder=$corpus/$name sources=$folder/sources ;;
  *)
    sed -n '/^#   [a-z]/s/^#  //p' "$0" >&2
    exit 2
    ;;
esac

given=COPSE_CORPUS_$(tr 'a-z-' 'A-Z_' <<<"$name")
if [ -n "${!given:-}" ]; then
  [ -d "${!given}" ] || { echo "tools/fetch_corpus.sh: $given is no directory: ${!given}" >&2; exit 1; }
  (cd "${!given}" && pwd)
  exit
fi
if [ -d "$sources" ]; then
  echo "$sources"
  exit
fi
case $name in
  linux-10m) parent=$(tools/fetch_corpus.sh linux) ;;
  rust-325k) parent=$(tools/fetch_corpus.sh rust) ;;
esac

mkdir -p "$downloads"
exec 9>"$corpus/lock"
flock 9
if [ -d "$sources" ]; then
  echo "$sources"
  exit
fi
unfinished=$(mktemp -d "$corpus/unfinished.XXXXXX")
trap 'rm -rf "$unfinished"' EXIT
trap 'exit 130' INT TERM
new=$unfinished/new
used=()
mkdir -p "$new" "$unfinished/raw"

# apt run by root would become another user, who may not write here.
apt=(apt-get -qq -o APT::Sandbox::User="$(id -un)")
apt_download() { (cd "$downloads" && "${apt[@]}" "$@") >&2; }

# The lists of a fresh machine are empty or old; lists of our own can be read by anybody.
download() {
  apt_download download "$1" 2>"$unfinished/first_try" && return
  local lists=$unfinished/apt
  mkdir -p "$lists/lists/partial" "$lists/archives/partial"
  local own=(-o Dir::State::lists="$lists/lists" -o Dir::Cache="$lists")
  apt_download "${own[@]}" update && apt_download "${own[@]}" download "$1" && return
  cat "$unfinished/first_try" >&2
  echo "tools/fetch_corpus.sh: $1 cannot be downloaded; $given=DIR takes another directory" >&2
  exit 1
}

# Unpacks Debian packages over one another into raw/ and takes down what they were.
unpack() {
  local package deb versions="" sums="" only
  for package in "$@"; do
    download "$package"
    deb=$(find "$downloads" -maxdepth 1 -name "${package}_*.deb" -printf '%T@ %p\n' | sort -n | tail -1 | cut -d ' ' -f 2-)
    used+=("$deb")
    dpkg-deb -x "$deb" "$unfinished/raw"
    only=$(dpkg-deb -f "$deb" Version)
    [ $# = 1 ] || only="$package $only"
    versions+=${versions:+, }$only
    sums+=${sums:+, }$(sha256sum "$deb" | cut -d ' ' -f 1)
  done
  echo "$versions" >"$new/version"
  echo "$sums" >"$new/sha256"
}

# npm packages, each with the sum that the list has for it.
unpack_npm() {
  local list=bench/trees/typescript_packages.txt package version sum file
  while read -r package version sum; do
    file=$(tr / - <<<"${package#@}")-$version.tgz
    if ! sha256sum --status -c - <<<"$sum  $downloads/$file" 2>/dev/null; then
      (cd "$downloads" && npm pack --silent "$package@$version") >/dev/null
      sha256sum --status -c - <<<"$sum  $downloads/$file" ||
        { echo "tools/fetch_corpus.sh: $package@$version is not what $list says" >&2; exit 1; }
    fi
    used+=("$downloads/$file")
    mkdir -p "$unfinished/raw/$package"
    tar -xzf "$downloads/$file" -C "$unfinished/raw/$package" --strip-components=1 --no-same-owner
  done < <(grep -v '^#' "$list")
  sha256sum <"$list" | cut -d ' ' -f 1 >"$new/sha256"
  echo "$(grep -vc '^#' "$list") npm packages, $(basename "$list") $(cut -c 1-12 "$new/sha256")" >"$new/version"
}

copy_names() { cp "$(dirname "$parent")/version" "$(dirname "$parent")/sha256" "$new/" 2>/dev/null || true; }

raw=$unfinished/raw
case $name in
  golang)
    unpack golang-1.19-src
    mv "$raw/usr" "$new/usr"
    ;;
  linux)
    unpack linux-source-6.1
    mkdir "$new/sources"
    tar -xJf "$raw/usr/src/linux-source-6.1.tar.xz" -C "$new/sources" --strip-components=1 --no-same-owner \
      --wildcards '*.c' '*.h'
    # The tarball has links to some of them.
    find "$new/sources" -type l -delete
    ;;
  linux-10m)
    $pick "$parent" "$new/sources" --suffix .c .h --without drivers/gpu/drm/amd/include/ --files-max 24087
    copy_names
    ;;
  boost)
    unpack libboost1.74-dev
    $pick "$raw/usr/include" "$new/sources" --suffix .hpp .h
    ;;
  rust)
    unpack rust-src
    $pick "$(echo "$raw"/usr/src/rustc-*)" "$new/sources" --suffix .rs
    ;;
  rust-325k)
    $pick "$parent" "$new/sources" --suffix .rs --without src/test/ --file-lines-max 3000 --by-hash --files-max 1720
    copy_names
    ;;
  openjdk)
    unpack openjdk-17-source
    python3 -m zipfile -e "$raw"/usr/lib/jvm/openjdk-17/lib/src.zip "$raw/zip"
    $pick "$raw/zip" "$new/sources" --suffix .java
    ;;
  python)
    unpack libpython3.11-stdlib libpython3.11-testsuite
    $pick "$raw/usr/lib/python3.11" "$new/sources" --suffix .py
    ;;
  python-packages)
    unpack ansible mercurial-common python3-cinder python3-django python3-matplotlib python3-neutron python3-nova \
      python3-pandas python3-sqlalchemy python3-sympy python3-twisted
    $pick "$raw/usr" "$new/sources" --suffix .py
    ;;
  typescript)
    unpack_npm
    $pick "$raw" "$new/sources" --suffix .ts --without-suffix .d.ts --line-bytes-max 2000
    ;;
esac
# Named last: what has its name is complete.
mv "$new" "$folder"
[ "${#used[@]}" = 0 ] || rm -f "${used[@]}"
echo "$sources"
