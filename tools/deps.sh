#!/usr/bin/env bash
# Brings what the build needs: packages of Debian 12, then the tree-sitter core and the grammars from npm at the exact
# versions of package-lock.json. Installs only what is missing; with nothing missing it says nothing.
set -eu
cd "$(dirname "$0")/.."

packages=(
  build-essential cmake ninja-build pkg-config ccache python3 git ca-certificates
  clang clang-tidy clang-format libclang-rt-14-dev
  libgtest-dev libbenchmark-dev
  libzstd-dev libxxhash-dev libsodium-dev libre2-dev libyaml-dev libgit2-dev libcli11-dev rapidjson-dev libfmt-dev
  libroaring-dev liblz4-dev libdivsufsort-dev
)
# A node of another origin is as good as Debian's, and the two do not live together.
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "tools/deps.sh: not a Debian system. Install the equivalents of: ${packages[*]}" >&2
    return
  fi
  local installed
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
    awk '$2 == "installed" { print $1 }' || true)
  printf '%s\n' "${packages[@]}" | grep -vxF -f <(printf '%s\n' "$installed") || true
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    echo "tools/deps.sh: these packages are missing, and neither root nor sudo is at hand to install them:" >&2
    echo "  ${missing[*]}" >&2
    exit 1
  fi
  echo "installing from apt: ${missing[*]}"
  # The lists of a fresh machine are empty or old, so a first failure is answered by reading them anew.
  if ! apt_install "${missing[@]}" 2>/dev/null; then
    as_root apt-get update -qq
    apt_install "${missing[@]}"
  fi
fi

stamp=node_modules/.installed
if [ ! -e "$stamp" ] || [ package-lock.json -nt "$stamp" ] || [ package.json -nt "$stamp" ]; then
  echo "installing from npm: the tree-sitter core and the grammars"
  npm ci --loglevel=error >/dev/null
  touch "$stamp"
fi
