#!/bin/sh
# How the tests that are marked with a case fare with an earlier commit's code: cases.sh COMMIT
# [pytest's arguments]. Only tests/ and lab/ are today's. Nothing of the checkout is touched.
set -eu
cd "$(dirname "$0")/.."
commit=$1
shift
scratch=$(mktemp -d)
trap 'git worktree remove --force "$scratch/code"; rm -rf "$scratch"' EXIT
git worktree add --quiet --detach "$scratch/code" "$commit"
for tree in tests lab; do
    rm -rf "$scratch/code/$tree"
    cp -r "$tree" "$scratch/code/$tree"
done
cp pyproject.toml "$scratch/code/"
cd "$scratch/code"
scripts/setup.sh
PATH="$PWD/.venv/bin:$PATH" pytest -m case -p no:cacheprovider --tb=line \
    --continue-on-collection-errors "$@" || true
