#!/usr/bin/env bash
# Installs what this machine lacks to build and run Reconbanker, and nothing else.
#
#   .ci/packages.sh build   a C compiler, pkg-config, and what Fyne is built with
#   .ci/packages.sh run     the above, and a browser
#   .ci/packages.sh test    the above, and what tests drive a window with
#
# It is silent when nothing is missing, and then needs neither network nor root.
# Fyne's packages count only once the program imports Fyne. Written for the bash
# of macOS too (3.2).
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-build}
case $purpose in
build | run | test) ;;
*)
  echo "usage: $0 build|run|test" >&2
  exit 2
  ;;
esac

say() { printf 'setup: %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
fail() {
  say "$@"
  exit 1
}

# The places scrapers/browser looks in, PATH first.
have_browser() {
  local name
  for name in chromium chromium-browser google-chrome-stable google-chrome microsoft-edge-stable microsoft-edge; do
    if have "$name"; then return 0; fi
  done
  for name in /opt/google/chrome/chrome /opt/microsoft/msedge/msedge /snap/bin/chromium \
    "/Applications/Google Chrome.app" "/Applications/Chromium.app" "/Applications/Microsoft Edge.app"; do
    if [ -e "$name" ]; then return 0; fi
  done
  return 1
}

want_browser() { [ "$purpose" != build ] && ! have_browser; }

needs_fyne() {
  case $(go list -e -deps . 2>/dev/null) in
  *fyne.io/fyne/*) return 0 ;;
  esac
  return 1
}

# Can the compiler that Go would call include a header of the C library?
can_compile() { echo '#include <stdlib.h>' | $(go env CC) -E - >/dev/null 2>&1; }

have go || fail "Go is missing: install version 1.26 or newer from https://go.dev/dl/"

case $(uname -s) in
Linux) ;;
Darwin)
  xcode-select -p >/dev/null 2>&1 || fail "the C compiler is missing (SQLite is built with it): run  xcode-select --install"
  if want_browser; then fail "no browser found (it reads the banks' websites): install Google Chrome, for example with  brew install --cask google-chrome"; fi
  exit 0
  ;;
MINGW* | MSYS* | CYGWIN*)
  can_compile || fail "gcc is missing (SQLite is built with it): in MSYS2 run  pacman -S mingw-w64-ucrt-x86_64-gcc  and add its bin folder to PATH"
  exit 0 # Edge comes with Windows
  ;;
*)
  can_compile || fail "a C compiler is missing (SQLite is built with it)"
  if want_browser; then fail "no browser found (it reads the banks' websites): install Chromium"; fi
  exit 0
  ;;
esac

# Linux. missing holds Debian package names, why says what each group is for.
missing=""
why=""
need() { # reason, then packages that are all wanted
  local reason=$1
  shift
  missing="$missing $*"
  why="$why
setup:   $* ($reason)"
}
# Adds those of the packages that are not installed.
need_debs() { # reason, packages
  local reason=$1 lack="" pkg
  shift
  for pkg in "$@"; do
    if ! [ "$(dpkg-query -W -f='${db:Status-Status}' "$pkg" 2>/dev/null)" = installed ]; then lack="$lack $pkg"; fi
  done
  # shellcheck disable=SC2086 # a list of names
  if [ -n "$lack" ]; then need "$reason" $lack; fi
}

can_compile || need "SQLite is compiled with them" gcc libc6-dev

if needs_fyne && have dpkg-query; then
  have pkg-config || need "finds the libraries of the window" pkg-config
  need_debs "the window is built with them" libgl-dev libx11-dev libxcursor-dev libxrandr-dev \
    libxinerama-dev libxi-dev libxxf86vm-dev libwayland-dev libxkbcommon-dev
  if [ "$purpose" = test ]; then
    need_debs "tests open the window on a desktop of their own" xvfb libgl1-mesa-dri dbus openbox xdotool
  fi
fi

if want_browser; then
  if grep -qs '^ID=ubuntu' /etc/os-release; then
    need "reads the banks' websites; on Ubuntu this installs the Chromium snap" chromium-browser
  else
    need "read the banks' websites" chromium chromium-sandbox fonts-liberation
  fi
fi

[ -n "$missing" ] || exit 0

if ! have apt-get; then
  fail "missing, by their Debian names:$why
setup: install what your system calls these, then try again"
fi

if [ "$(id -u)" = 0 ]; then
  as_root() { "$@"; }
  with=""
else
  have sudo || fail "missing:$why
setup: ask whoever runs this machine to run  apt-get install$missing"
  if [ -t 0 ]; then
    as_root() { sudo "$@"; }
  else
    as_root() { sudo -n "$@"; }
  fi
  with=" with sudo, which may ask for your password"
fi

say "installing with apt-get$with:$why"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1; }

# The list of packages may be absent or old, and mirrors have bad minutes.
for try in 1 2 3; do
  # shellcheck disable=SC2086 # a list of names
  if apt install --no-install-recommends $missing; then
    say "installed"
    exit 0
  fi
  if [ "$try" = 3 ]; then break; fi
  sleep $((try * try - 1))
  apt update || say "apt-get update did not succeed; trying with the list there is"
done
tail -n 15 "$log" >&2
fail "apt-get could not install:$missing"
