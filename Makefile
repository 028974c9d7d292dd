# The project's commands. Each sets up what it needs; `make` alone lists them.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow lab lab-down lint bench lock

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/installed  ## bring a lab up, deploy to it, and leave it running
	@python -m lab demo

test: .venv/installed  ## run the unit, AWS, lab and verify tests (about 25 minutes)
	@scripts/test.sh

test-slow: .venv/installed  ## run the slow tests: fault walks, load, statistics, an upgrade
	@scripts/test.sh slow

lab: .venv/installed  ## bring the lab up and leave it running
	@python -m lab up

lab-down:  ## remove the lab, whatever state it is in
	@test ! -x .venv/bin/python || python -m lab down

lint: .venv/installed  ## check style, types and which part imports which
	ruff check .
	ruff format --check .
	mypy
	mypy --python-version 3.10 agent  # hosts have older ones; mypy knows none before 3.10
	lint-imports

bench: .venv/installed  ## measure AWS calls, deploy times and sending rates
	@python -m benchmarks

lock: .venv/installed  ## regenerate requirements.txt from pyproject.toml
	scripts/lock.sh

.venv/installed: requirements.txt pyproject.toml scripts/setup.sh
	@scripts/setup.sh
