#!/bin/sh
# The tests of a marker, in three parts side by side: runs against AWS compute, those in the lab
# mostly wait.
set -u
marker=${1:-not slow}
logs=$(mktemp -d)
trap 'kill $first $second 2>/dev/null; rm -rf "$logs"' EXIT
trap 'exit 130' INT TERM
pytest -m "$marker" tests/aws/test_[a-f]*.py >"$logs/first" 2>&1 &
first=$!
pytest -m "$marker" tests/aws/test_[g-z]*.py >"$logs/second" 2>&1 &
second=$!
failed=0
pytest -m "$marker" tests/unit tests/aws/emulator tests/aws/smtp tests/lab || failed=1
echo "The other parts, against AWS:"
wait $first || failed=1
wait $second || failed=1
cat "$logs/first" "$logs/second"
exit $failed
