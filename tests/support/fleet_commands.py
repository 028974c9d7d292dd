"""What people run against a fleet besides deploy.py, against the lab's."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.cli import ROOT, Run, pyinfra
from tests.support.fleet import INVENTORY, Fleet

LOUD = ["--diff", "-vvv", "--debug-all"]
"""Options with which pyinfra prints all that it can."""


def rollback(fleet: Fleet, *arguments: str) -> Run:
    every = ["rollback.py", "--group-data", str(fleet.policy), *arguments]
    return pyinfra(INVENTORY, *every, env=fleet.env)


def switch(fleet: Fleet, *arguments: str, policy: Path | None = None) -> Run:
    every = ["switch.py", "--group-data", str(policy or fleet.policy), *arguments]
    return pyinfra(INVENTORY, *every, env=fleet.env)


def verify(fleet: Fleet, *arguments: str) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/verify", "--inventory", INVENTORY,
         "--group-data", str(fleet.policy), "-p", "no:cacheprovider", *arguments],
        cwd=ROOT, env={**os.environ, **fleet.env}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout)
