#!/bin/sh
# Installs the Debian packages named as arguments, as root or with sudo; where it may not, it says what to type.
set -eu

refuse() { # what went wrong; what to type
  echo "error: $1" >&2
  echo "hint: $2" >&2
  exit 2
}

by_hand="as root (su -, or sudo -i): apt-get update && apt-get install --no-install-recommends $*"
as_root=""
command -v apt-get >/dev/null || refuse "no apt-get here to install what is missing; Debian has it in these packages: $*" \
  "install these programs the way this system does it, then run the same command again"
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || refuse "missing Debian packages, and only root may install them: $*" "$by_hand"
  as_root="sudo"
  sudo -n true 2>/dev/null || [ -t 0 ] || as_root="sudo -n" # asks for a password only where somebody sits
fi

update() { # apt-get waits for the lock of dpkg when it is told to, but never for that of its lists
  waited=0
  until told=$($as_root env LC_ALL=C apt-get update -qq 2>&1); do
    case $told in *"Could not get lock"*) ;; *) waited=600 ;; esac
    [ "$waited" -lt 600 ] || break
    sleep 5
    waited=$((waited + 5))
  done
  [ -z "$told" ] || printf '%s\n' "$told" >&2
  [ "$waited" -lt 600 ]
}

echo "installing $*"
# A fresh machine often updates itself at this very time: wait for it.
if ! update || ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes \
  --no-install-recommends -o DPkg::Lock::Timeout=600 "$@" >/dev/null; then
  refuse "not installed, for the reason above: $*" \
    "does this machine reach Debian's packages (apt-get update)? then run the same command again; or by hand, $by_hand"
fi
