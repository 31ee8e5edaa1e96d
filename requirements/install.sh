#!/bin/sh
# Makes .venv in the root of the checkout and installs certwright into it, with exactly the locked requirements named as
# arguments (run, build, dev). Does nothing when that has been done before. A .venv that was left half-made, was made in
# another folder, or whose Python is gone, is made anew.
set -eu
cd "$(dirname "$0")/.."
here=$(pwd -P)
python=${PYTHON:-python3}

refuse() { # what went wrong; what to do
  echo "error: $1" >&2
  echo "hint: $2" >&2
  exit 2
}

name() { "$1" -c 'import sys; print(sys.implementation.cache_tag)' 2>/dev/null; }

whole() { # the last step of a .venv is to note its place and its Python
  has=$(name .venv/bin/python) && [ "$(cat .venv/whole 2>/dev/null)" = "$has $here" ] || return 1
  [ -z "${PYTHON-}" ] || [ "$has" = "$(name "$PYTHON")" ]
}

ready() {
  "$python" -c 'import ensurepip, venv' 2>/dev/null
}

make_venv() {
  command -v "$python" >/dev/null || [ -n "${PYTHON-}" ] || requirements/debian.sh python3-venv 9>&-
  found=$("$python" --version 2>&1) || found="not there"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || refuse \
    "certwright needs Python 3.11 or newer, and '$python' is $found" \
    "Debian 12 has Python 3.11; one beside the system's own is named so: PYTHON=/usr/local/bin/python3.12 ./try"
  ready || [ -n "${PYTHON-}" ] || requirements/debian.sh python3-venv 9>&-
  ready || refuse "'$python' cannot make a virtual environment: it has no ensurepip" \
    "name a Python that has it (PYTHON=/usr/bin/python3 ./try), or install what it lacks (Debian: python3.X-venv)"
  [ ! -e .venv ] || echo "making .venv anew: it was left half-made, comes from another folder, or has another Python"
  rm -rf .venv
  "$python" -m venv .venv || refuse ".venv could not be made in '$here', for the reason above" \
    "make room for it, or put the checkout where it may be written to"
}

pip() {
  rm -f .venv/whole
  .venv/bin/python -m pip install -qq --disable-pip-version-check "$@" || refuse \
    "pip could not install what certwright needs, for the reason above" \
    "it takes packages from PyPI, or where pip's own settings say (PIP_INDEX_URL, PIP_PROXY); then run the same command again"
}

# One at a time: ./try and ./test may be run together.
exec 9<requirements/install.sh
flock 9 2>/dev/null || :

whole || make_venv
[ -e .venv/pyproject.installed ] || echo "installing certwright into .venv, once"
for lock in "$@"; do
  if ! cmp -s "requirements/$lock.txt" ".venv/$lock.installed"; then
    pip --require-hashes --requirement "requirements/$lock.txt"
    cp "requirements/$lock.txt" ".venv/$lock.installed"
  fi
done
if ! cmp -s pyproject.toml .venv/pyproject.installed; then
  pip --no-deps --no-build-isolation --editable .
  cp pyproject.toml .venv/pyproject.installed
fi
[ -e .venv/whole ] || printf '%s %s\n' "$(name .venv/bin/python)" "$here" >.venv/whole
