"""Run a program: no shell, output captured, failures with the program's own words."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.errors import LabError


class CommandFailed(LabError):
    """A program ended with a status other than 0 (or was not there, or took too long)."""

    def __init__(self, argv: Sequence[str], reason: str, stderr: str = "") -> None:
        self.stderr = stderr.strip()
        last = "\n".join(self.stderr.splitlines()[-15:])
        super().__init__(f"{shlex.join(argv)}: {reason}" + (f"\n{last}" if last else ""))


def run(
    *argv: str | Path,
    check: bool = True,
    stdin: str = "",
    timeout: float = 120,
    env: Mapping[str, str] | None = None,
) -> str:
    """Standard output of a program; CommandFailed unless it ends with 0.

    With check=False any exit status is fine, but a missing program still is an error.
    """
    args = [str(arg) for arg in argv]
    try:
        done = subprocess.run(
            args, input=stdin, capture_output=True, text=True, timeout=timeout, env=env
        )
    except FileNotFoundError:
        raise CommandFailed(args, "no such program") from None
    except subprocess.TimeoutExpired:
        raise CommandFailed(args, f"no answer within {timeout:.0f} s") from None
    if check and done.returncode != 0:
        raise CommandFailed(args, f"exit status {done.returncode}", done.stderr)
    return done.stdout


def succeeds(*argv: str | Path, timeout: float = 120) -> bool:
    """Whether a program ran and ended with 0."""
    try:
        run(*argv, timeout=timeout)
    except CommandFailed:
        return False
    return True
