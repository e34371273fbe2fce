#!/usr/bin/env bash
# Builds the packages of a release into dist/ from a program that is already built.
#
#   .ci/package.sh VERSION [BINARY]
#
# On Linux: reconbanker_VERSION_ARCH.deb (where dpkg-deb is) and
# reconbanker-VERSION-linux-ARCH.tar.gz. Where the cross compiler is, also
# reconbanker-VERSION-windows-amd64.exe, which compiles everything once more.
# The same commit and binary give the same packages.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1:-}
binary=${2:-reconbanker}
parts=.ci/package
cross=x86_64-w64-mingw32-gcc

say() { printf 'package: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

case $version in
[0-9]*) ;;
*) fail "usage: $0 VERSION [BINARY], such as  $0 0.1.0 reconbanker" ;;
esac
case $version in *[!0-9A-Za-z.+~-]*) fail "the version $version cannot be part of a file name" ;; esac
[ -x "$binary" ] || fail "there is no program at $binary: build it first"

# Debian counts 0.1.0~dev before 0.1.0, and what follows a hyphen as its own.
deb_version=${version/-dev/\~dev}
deb_version=${deb_version//-/+}
arch=$(go env GOARCH)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
syso=rsrc_windows_amd64.syso
trap 'rm -rf "$work" "$syso"' EXIT
umask 022
mkdir -p dist

# The licences of every library that is linked in must come along.
third_party() {
  local path version dir name
  printf '%s\nGo %s\n%s\n' "$rule" "$(go env GOVERSION)" "$rule"
  cat "$(go env GOROOT)/LICENSE"
  printf '\n'
  go version -m "$binary" | awk '$1 == "dep" { print $2, $3 }' | while read -r path version; do
    dir=$(go list -m -f '{{.Dir}}' "$path" 2>/dev/null || true)
    [ -n "$dir" ] || fail "the source of $path is not at hand: run  go mod download"
    printf '%s\n%s %s\n%s\n\n' "$rule" "$path" "$version" "$rule"
    find "$dir" -maxdepth 1 -type f \( -iname 'licen[sc]e*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'copyright*' \) | LC_ALL=C sort |
      while read -r name; do
        cat "$name"
        printf '\n'
      done
  done
}
rule=$(printf '=%.0s' {1..78})

# share lays out what both packages have, below a folder.
share() {
  local root=$1 png size
  install -Dm755 "$binary" "$root/bin/reconbanker"
  install -Dm644 "$parts/com.reconbanker.desktop.desktop" "$root/share/applications/com.reconbanker.desktop.desktop"
  for png in "$parts"/hicolor/*.png; do
    size=$(basename "$png" .png)
    install -Dm644 "$png" "$root/share/icons/hicolor/${size}x${size}/apps/reconbanker.png"
  done
  install -Dm644 icons/png/app.png "$root/share/icons/hicolor/512x512/apps/reconbanker.png"
  install -Dm644 icons/svg/app.svg "$root/share/icons/hicolor/scalable/apps/reconbanker.svg"
  install -d "$root/share/man/man1" "$root/share/doc/reconbanker"
  sed "s/@VERSION@/reconbanker $version/" "$parts/reconbanker.1" | gzip -9n >"$root/share/man/man1/reconbanker.1.gz"
  gzip -9nc CHANGELOG.md >"$root/share/doc/reconbanker/changelog.gz"
  gzip -9nc "$work/third-party-licenses.txt" >"$root/share/doc/reconbanker/third-party-licenses.txt.gz"
}

touch_all() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

# The window's libraries are opened at run time, so no tool finds them.
depends() {
  local libc
  libc=$(objdump -T "$binary" 2>/dev/null | grep -o 'GLIBC_2\.[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1 || true)
  printf 'libc6%s' "${libc:+ (>= $libc)}"
  printf ', %s' libgl1 libx11-6 libxcursor1 libxrandr2 libxinerama1 libxi6 libxxf86vm1 \
    libwayland-client0 libwayland-cursor0 libwayland-egl1 libxkbcommon0
}

deb() {
  local root=$work/deb out=dist/reconbanker_${deb_version}_${arch}.deb
  share "$root/usr"
  install -Dm644 "$parts/copyright" "$root/usr/share/doc/reconbanker/copyright"
  mkdir "$root/DEBIAN"
  cat >"$root/DEBIAN/control" <<EOF
Package: reconbanker
Version: $deb_version
Architecture: $arch
Maintainer: ${MAINTAINER:-Reconbanker maintainers <maintainers@reconbanker.invalid>}
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f1)
Depends: $(depends)
Recommends: chromium | google-chrome-stable | microsoft-edge-stable, fonts-liberation
Suggests: gnome-keyring
Section: misc
Priority: optional
Description: read what your banks received and tell your own systems
 Reconbanker logs in to the websites of banks in a real browser, on a schedule
 or on request, and keeps what came in in a database on this computer. It tells
 the systems of its owner about every payment by webhook, at least once.
 .
 A refused password is sent to a bank exactly once; then the account waits for
 a person. Passwords and tokens are encrypted under a key in the keychain.
EOF
  (cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
  touch_all "$root"
  dpkg-deb --build --root-owner-group -Zxz "$root" "$out" >/dev/null
  say "$out ($(du -h "$out" | cut -f1))"
}

tarball() {
  local name=reconbanker-$version-linux-$arch
  local root=$work/$name out=dist/$name.tar.gz
  share "$root"
  install -m755 "$parts/install.sh" "$root/install.sh"
  install -m644 LICENSE README.md "$root"
  touch_all "$root"
  tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner -cf - "$name" | gzip -9n >"$out"
  say "$out ($(du -h "$out" | cut -f1))"
}

# The icon is linked in when the cross compiler's resource compiler is there too.
windows() {
  local out=dist/reconbanker-$version-windows-amd64.exe
  if ! have "$cross"; then
    say "no $cross, so no Windows program is built (Debian: gcc-mingw-w64-x86-64)"
    return
  fi
  if have x86_64-w64-mingw32-windres; then
    printf '1 ICON "%s/reconbanker.ico"\n' "$parts" | x86_64-w64-mingw32-windres -O coff -o "$syso" ||
      fail "the icon of the Windows program could not be compiled"
  fi
  say "building for Windows; the first time this compiles everything and takes minutes"
  CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=$cross \
    go build -buildvcs=false -ldflags "-s -w -H windowsgui -X main.version=$version" -o "$out" .
  say "$out ($(du -h "$out" | cut -f1))"
}

if [ "$(go env GOOS)" = linux ]; then
  third_party >"$work/third-party-licenses.txt"
  if have dpkg-deb; then deb; else say "no dpkg-deb, so no .deb is built"; fi
  tarball
else
  say "packages for this system are not built; only Linux and Windows have them"
fi
windows
(cd dist && sha256sum ./*"$version"* ./*"$deb_version"* 2>/dev/null | sort -uk2 >SHA256SUMS)
