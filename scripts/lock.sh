#!/bin/sh
# Write requirements.txt anew: every package that pyproject.toml asks for, locked with hashes.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch"
"$scratch/bin/pip" -qq install uv
"$scratch/bin/uv" pip compile --quiet --universal --python-version 3.11 --extra dev \
    --generate-hashes --no-emit-package mailfleet --no-emit-index-url --no-emit-find-links \
    --custom-compile-command "make lock" "$@" pyproject.toml -o requirements.txt
