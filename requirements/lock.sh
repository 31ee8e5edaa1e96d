#!/bin/sh
# Writes the lock files anew: exact versions with hashes, and no word about where packages come from.
set -eu
cd "$(dirname "$0")/.."
lock() {
  .venv/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --annotation-style=line "$@"
}
lock --output-file requirements/run.txt pyproject.toml
lock --output-file requirements/build.txt requirements/build.in
lock --output-file requirements/dev.txt requirements/dev.in
