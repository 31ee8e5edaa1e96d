#!/bin/sh
# Installs the Debian packages named as arguments, as root or with sudo; says what to type when it may not.
set -eu
if [ "$(id -u)" = 0 ]; then
  as_root=""
elif sudo -n true 2>/dev/null; then
  as_root="sudo"
else
  as_root="no"
fi
if [ "$as_root" = no ] || ! command -v apt-get >/dev/null; then
  echo "error: missing Debian packages: $*" >&2
  echo "hint: sudo apt-get install $*" >&2
  exit 2
fi
echo "installing $*"
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "$@" >/dev/null
