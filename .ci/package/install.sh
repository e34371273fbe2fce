#!/bin/sh
# Installs Reconbanker for one person, or for all with  PREFIX=/usr/local.
#   ./install.sh             puts it into ~/.local
#   ./install.sh --remove    takes it away again; the data stays
set -eu
cd "$(dirname "$0")"
prefix=${PREFIX:-$HOME/.local}
files=$(find bin share -type f)

case ${1:-} in
"")
  for f in $files; do
    mkdir -p "$prefix/$(dirname "$f")"
    # Under another name first: the program may be running.
    cp "$f" "$prefix/$f.new"
    mv "$prefix/$f.new" "$prefix/$f"
  done
  echo "installed into $prefix"
  case :$PATH: in
  *":$prefix/bin:"*) ;;
  *) echo "note: $prefix/bin is not on your PATH" ;;
  esac
  ;;
--remove)
  for f in $files; do rm -f "$prefix/$f"; done
  echo "removed from $prefix"
  ;;
*)
  echo "usage: $0 [--remove]" >&2
  exit 2
  ;;
esac
