#!/bin/sh
# Make .venv with what requirements.txt locks, and the project itself in editable form.
set -eu
cd "$(dirname "$0")/.."

usable() { python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! usable; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "mailfleet needs Python 3.11 or later with venv: install Debian's packages python3 and python3-venv" >&2
        exit 1
    fi
    echo "Installing Debian's packages python3 and python3-venv"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq install --no-install-recommends python3 python3-venv ca-certificates >/dev/null
    usable || { echo "mailfleet needs Python 3.11 or later, found $(python3 --version)" >&2; exit 1; }
fi

echo "Installing the locked Python packages into .venv"
[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/pip --disable-pip-version-check install -qq --require-hashes -r requirements.txt
.venv/bin/pip --disable-pip-version-check install -qq --no-deps --no-build-isolation -e .
touch .venv/installed
