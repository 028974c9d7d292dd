# The project's commands. Each sets up what it needs.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: demo test test-slow lab lab-down lint bench lock

demo: .venv/installed  ## set everything up, run the main job in the lab, leave the lab up
	@python -m lab demo

test: .venv/installed  ## unit, AWS, lab and verify tests
	@scripts/test.sh

test-slow: .venv/installed  ## fault walks, load and statistics
	@scripts/test.sh slow

lab: .venv/installed  ## bring the lab up and leave it
	@python -m lab up

lab-down:  ## take the lab away, whatever state it is in
	@test ! -x .venv/bin/python || python -m lab down

lint: .venv/installed
	ruff check .
	ruff format --check .
	mypy
	mypy --python-version 3.10 agent  # hosts have older ones; mypy knows none before 3.10

bench: .venv/installed
	@python -m benchmarks

lock: .venv/installed  ## write requirements.txt anew from pyproject.toml
	scripts/lock.sh

.venv/installed: requirements.txt pyproject.toml scripts/setup.sh
	@scripts/setup.sh
