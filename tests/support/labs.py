"""Labs that tests bring up for themselves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.state import Lab
from tests.support.cli import ROOT


@contextmanager
def fresh_lab(directory: Path, world: Path) -> Iterator[Lab]:
    """A lab with that state directory, for the policy in the file `world`, to which nothing has
    been deployed; it is down afterwards. Skips the test where the machine allows no hosts."""
    env = {**os.environ, "MAILFLEET_LAB": str(directory), "MAILFLEET_LAB_POLICY": str(world)}

    def lab(command: str) -> None:
        subprocess.run([sys.executable, "-m", "lab", command], cwd=ROOT, env=env, check=True)

    lab("down")
    lab("up")
    try:
        loaded = Lab.load(directory)
        if loaded.why_no_relays:
            pytest.skip(loaded.why_no_relays)
        yield loaded
    finally:
        lab("down")
