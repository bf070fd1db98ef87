#!/bin/bash
# A comment
set -euo pipefail
NAME="value ${1:-default} $(date +%s) `uname`" readonly X=1
declare -A map=([a]=1 ["b c"]=2)
array=(one "two $NAME" three)
function greet() {
  local who=${1^^} n=$((RANDOM % 10 + ${#array[@]}))
  if [[ $who == *.txt && -f "$who" || ! $n -gt 3 ]]; then
    echo "hello ${who//a/b}" | tee >(cat) > /dev/null 2>&1
  elif test -n "$who"; then :; else return 1; fi
}
for f in *.c "${array[@]}"; do greet "$f" && continue || break; done
for ((i = 0; i < 3; i++)); do { echo $i; } ; done
while read -r line; do echo "$line"; done < <(grep -v '^#' file)
until false; do (cd /tmp; ls -la &); done
case "$1" in
  start|stop) greet ;;
  [0-9]*) echo 'number' ;;
  *) exit 1 ;;
esac
cat <<EOF_A | sort -u
heredoc $NAME $(echo nested $(echo deeper $(echo deepest)))
EOF_A
cat <<'RAW'
raw $NAME
RAW
cat <<< "here string" >> out.log
if true; then echo broken
for x in; do echo ); done
after a GFP_ATOMIC }
