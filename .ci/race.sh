#!/usr/bin/env bash
# Every test under the race detector:  .ci/race.sh GO-TEST-FLAGS PACKAGES
#
# The detector of Go 1.26 can crash by itself when tests use testing/synctest
# (golang/go#78156): the process dies in its C code with a dump of registers, and
# no race, no failed test and no panic. Such a package is raced once more, and said;
# anything that was found, or a second crash, is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

race() { go test -race "$@" 2>&1 | tee "$log"; }

race "$@" && exit 0
if grep -qE 'DATA RACE|^ *--- FAIL|^panic: |\[build failed\]|\[setup failed\]' "$log" || ! grep -qE '^rip +0x' "$log"; then
  exit 1
fi
crashed=$(sed -n 's/^FAIL\t\([^\t ]*\)\t[0-9.]*s$/\1/p' "$log")
[ -n "$crashed" ] || exit 1

flags=()
for arg in "$@"; do
  case $arg in ./...) ;; *) flags+=("$arg") ;; esac
done
printf 'race: the detector itself crashed (golang/go#78156); once more:\n%s\n' "$crashed" >&2
# shellcheck disable=SC2086 # one word a package
race "${flags[@]}" $crashed
