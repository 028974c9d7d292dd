"""pyinfra's command line, run as people run it: as its own process, in the project's root."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support import warm

ROOT = Path(__file__).resolve().parents[2]
PYINFRA = Path(sys.executable).parent / "pyinfra"
MAILFLEET = [sys.executable, "-c", "from mailfleet.commands.cli import main; main()"]


@dataclass(frozen=True)
class Run:
    """`output` is all that a person would see."""

    status: int
    output: str


def command(inventory: Path | str, *arguments: str) -> list[str]:
    return [str(PYINFRA), str(inventory), *arguments]


def pyinfra(
    inventory: Path | str, *arguments: str, env: dict[str, str] | None = None, timeout: float = 240
) -> Run:
    """Run pyinfra to its end, with nobody at standard input."""
    argv = command(inventory, *arguments)
    return Run(*warm.run(argv, env={**os.environ, **(env or {})}, timeout=timeout))


def mailfleet(*arguments: str, env: dict[str, str] | None = None, timeout: float = 60) -> Run:
    """Run the command `mailfleet` as people run it."""
    done = subprocess.run(
        [*MAILFLEET, *arguments],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout)
