#!/bin/sh
# Makes .venv in the root of the checkout and installs certwright into it, with exactly the locked requirements named as
# arguments (run, build, dev). Does nothing when that has been done before.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "error: certwright needs Python 3.11 or newer, and '$python' is not" >&2
  echo "hint: install it (Debian: apt-get install python3 python3-venv), or name it: PYTHON=python3.12 $0" >&2
  exit 2
fi
if [ ! -x .venv/bin/pip ]; then
  if ! "$python" -m venv .venv >/dev/null 2>&1; then
    rm -rf .venv
    requirements/debian.sh python3-venv
    "$python" -m venv .venv
  fi
fi

[ -e .venv/pyproject.installed ] || echo "installing certwright into .venv, once"
for name in "$@"; do
  if ! cmp -s "requirements/$name.txt" ".venv/$name.installed"; then
    .venv/bin/pip install -qq --disable-pip-version-check --require-hashes --requirement "requirements/$name.txt"
    cp "requirements/$name.txt" ".venv/$name.installed"
  fi
done
if ! cmp -s pyproject.toml .venv/pyproject.installed; then
  .venv/bin/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
  cp pyproject.toml .venv/pyproject.installed
fi
