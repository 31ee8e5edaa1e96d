#!/bin/sh
# Builds kube-apiserver from Debian's own source package with Debian's Go, once a version, and prints the path of the
# program. Nothing of the machine's configuration is changed: the source entries are its own entries, read as sources.
#   requirements/kube-apiserver.sh            builds what is not there yet (some minutes), prints the path
#   requirements/kube-apiserver.sh --there    prints the path of a program built before; exit 1 if there is none
set -eu
cd "$(dirname "$0")/.."
home=${CERTWRIGHT_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set; it, or CERTWRIGHT_CACHE, says where kube-apiserver is kept}/.cache}/certwright}/kube-apiserver

newest() { # versions are folders; the last in Debian's own order counts
  for program in "$home"/*/kube-apiserver; do
    [ -x "$program" ] && printf '%s\n' "$program"
  done | sort -V | tail -n 1
}

say() { printf '%s\n' "$*" >&2; }
PATH="$PATH:/usr/sbin:/sbin"
have() { # command and package, in turn: installs the packages whose command is missing
  missing=""
  while [ $# -gt 0 ]; do
    command -v "$1" >/dev/null || missing="$missing $2"
    shift 2
  done
  # shellcheck disable=SC2086 # one word a package
  [ -z "$missing" ] || requirements/debian.sh $missing >&2
}

there=$(newest)
if [ "${1-}" = --there ]; then
  [ -n "$there" ] && printf '%s\n' "$there"
  exit
fi
have etcd etcd-server kubectl kubernetes-client
if [ -n "$there" ]; then
  printf '%s\n' "$there"
  exit 0
fi
have dpkg-source dpkg-dev make make go golang-go rsync rsync

# One build at a time; who waited for another's has nothing left to do, and what a killed one left goes.
mkdir -p "$home"
exec 9<"$home"
flock 9 2>/dev/null || :
there=$(newest)
if [ -n "$there" ]; then
  printf '%s\n' "$there"
  exit 0
fi
rm -rf "$home"/.build.*
work=$(mktemp -d "$home/.build.XXXXXX")
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/apt/archives/partial" "$work/source"

# The machine's entries in both notations; what is an entry for programs becomes one for their sources.
etc="" parts=""
eval "$(apt-config shell etc Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
for entry in "$etc" "$parts"/*.list "$parts"/*.sources; do
  [ -s "$entry" ] || continue
  name=$(basename "$entry")
  case $name in
    *.sources) sed 's/^[Tt]ypes:.*/Types: deb-src/' "$entry" >"$work/apt/parts/$name" ;;
    *) sed -n 's/^[[:space:]]*deb\(-src\)\{0,1\}[[:space:]]/deb-src /p' "$entry" | sort -u >"$work/apt/parts/own-$name" ;;
  esac
done

ask() {
  tool=$1
  shift
  "$tool" -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/apt/parts" \
    -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt" -o Dir::Cache::archives="$work/apt/archives" \
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User= "$@"
}

say "reading the lists of Debian's source packages"
ask apt-get update -qq >&2 || {
  say "error: the lists of Debian's source packages cannot be fetched"
  say "hint: the tests of the cluster need them once, to build kube-apiserver"
  exit 4
}
version=$(ask apt-cache showsrc --only-source kubernetes 2>/dev/null | sed -n 's/^Version: //p' | sort -V | tail -n 1)
[ -n "$version" ] || {
  say "error: none of this machine's package sources has the source package 'kubernetes'"
  say "hint: Debian 12 has it; the tests of the cluster need such a machine"
  exit 2
}

say "fetching kubernetes $version"
(cd "$work/source" && ask apt-get source -qq --only-source "kubernetes=$version" >&2)
tree=$(find "$work/source" -mindepth 1 -maxdepth 1 -type d)

# A copy of reflect2 that reads maps as Go did before 1.18 crashes the server; Debian has a newer one.
copy=$tree/vendor/github.com/modern-go/reflect2
if [ -d "$copy" ] && [ ! -e "$copy/go_above_118.go" ]; then
  mkdir "$work/newer"
  (cd "$work/newer" && ask apt-get source -qq --only-source golang-github-modern-go-reflect2 >&2)
  rm "$copy"/*.go "$copy"/*.s
  cp "$work/newer"/*/*.go "$work/newer"/*/*.s "$copy"
fi

say "building kube-apiserver $version; this takes some minutes, once"
(
  # As Debian builds it (debian/rules), but of all its programs only this one; its Makefile generates sources first.
  cd "$tree"
  export GOPATH="$tree/.go" GOCACHE="$work/go" GOFLAGS="" GOPROXY=off CGO_ENABLED=0 HOME="$work"
  mkdir -p .go/src/k8s.io
  ln -s ../../.. .go/src/k8s.io/kubernetes
  nice make WHAT=cmd/kube-apiserver >"$work/log" 2>&1 || {
    tail -n 30 "$work/log" >&2
    say "error: kube-apiserver $version could not be built here; the last lines of its build stand above"
    exit 4
  }
)
mkdir -p "$home/$version"
mv "$(readlink -f "$tree/_output/bin/kube-apiserver")" "$home/$version/kube-apiserver"
printf '%s\n' "$home/$version/kube-apiserver"
