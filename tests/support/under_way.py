"""A deploy that is seen line by line, and can be confirmed or interrupted."""

import os
import signal
import subprocess
from pathlib import Path

from tests.support.cli import ROOT, Run
from tests.support.fleet import Fleet

CONFIRM = "Detected changes displayed above"


class UnderWay:
    """Its own process, from the moment that it is made; it is not confirmed by itself."""

    def __init__(self, fleet: Fleet, *arguments: str, policy: Path) -> None:
        self._process = subprocess.Popen(
            fleet.command("--group-data", str(policy), *arguments),
            cwd=ROOT,
            env={**os.environ, **fleet.env},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._output = ""

    def wait_for(self, text: str) -> None:
        """Returns with the first line that has it."""
        assert self._process.stderr
        for line in self._process.stderr:
            self._output += line
            if text in line:
                return
        raise AssertionError(f"never said {text!r}:\n{self._output}")

    def confirm(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("\n\n\n")
        self._process.stdin.close()

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def end(self) -> Run:
        """Its exit status and all that it said, once it has ended."""
        assert self._process.stderr
        self._output += self._process.stderr.read()
        return Run(self._process.wait(120), self._output)
