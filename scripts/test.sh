#!/bin/sh
# The tests of a marker, in two halves side by side: runs against AWS compute, those in the lab
# mostly wait.
set -u
marker=${1:-not slow}
log=$(mktemp)
pytest -m "$marker" tests/aws/test_*.py >"$log" 2>&1 &
beside=$!
trap 'kill $beside 2>/dev/null; rm -f "$log"' EXIT
trap 'exit 130' INT TERM
failed=0
pytest -m "$marker" tests/unit tests/aws/emulator tests/aws/smtp tests/lab || failed=1
echo "The other half, against AWS:"
wait $beside || failed=1
cat "$log"
exit $failed
