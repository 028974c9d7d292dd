#!/bin/sh
# Unit and AWS tests beside those that need the lab's hosts: the latter mostly wait.
set -u
log=$(mktemp)
pytest -m "not slow" tests/unit tests/aws >"$log" 2>&1 &
beside=$!
trap 'kill $beside 2>/dev/null; rm -f "$log"' EXIT
trap 'exit 130' INT TERM
failed=0
pytest -m "not slow" tests/lab || failed=1
wait $beside || failed=1
cat "$log"
exit $failed
