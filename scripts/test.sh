#!/bin/sh
# The tests of a marker, in four parts side by side: those without a lab compute, those in a lab
# mostly wait. Each half of the latter has a lab of its own.
set -u
marker=${1:-not slow}
logs=$(mktemp -d)
trap 'kill $parts 2>/dev/null; rm -rf "$logs"' EXIT
trap 'exit 130' INT TERM
parts=

beside() { # NAME PATH...: run these meanwhile
    name=$1
    shift
    MAILFLEET_TEST_LAB=".lab-test-$name" pytest -m "$marker" "$@" >"$logs/$name" 2>&1 &
    parts="$parts $!"
}

beside 1 tests/unit tests/aws/test_[a-f]*.py
beside 2 tests/aws/emulator tests/aws/smtp tests/aws/test_[g-z]*.py tests/golden
beside 3 tests/lab/test_[n-z]*.py
failed=0
pytest -m "$marker" tests/lab/test_[a-m]*.py || failed=1
echo "The other parts, without a lab and in a second one:"
for part in $parts; do
    wait "$part" || failed=1
done
cat "$logs"/*
exit $failed
