"""mailfleet as it was, from the repository's history: to see what an upgrade from there does."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mailfleet.policy.renamed import CLASSES, FIELDS
from tests.support.cli import ROOT, Run, command

EARLIER = "52d1c1c6064b0147358b45da86329a5e0f8f3c44"
"""The last commit with 0.2.0's names of policy fields. A release sets it to the release before."""
_GIT = ("git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT))
_RENAMED = {new: old for names in (CLASSES, *FIELDS.values()) for old, new in names.items()}


class NoHistoryError(Exception):
    """The checkout lacks that commit; the message says why, and what to do."""


@dataclass(frozen=True)
class Earlier:
    """A checkout of the commit EARLIER, which runs with the packages of this one."""

    directory: Path

    @classmethod
    def extract(cls, directory: Path) -> "Earlier":
        """Raises NoHistoryError."""
        if subprocess.run([*_GIT, "cat-file", "-e", EARLIER], capture_output=True).returncode != 0:
            raise NoHistoryError(
                f"found no commit {EARLIER[:7]} in this checkout, expected it as what is upgraded: "
                "clone with the history, or run `git fetch --unshallow`"
            )
        archive = subprocess.run([*_GIT, "archive", EARLIER], capture_output=True, check=True)
        directory.mkdir()
        subprocess.run(["tar", "-x", "-C", str(directory)], input=archive.stdout, check=True)
        return cls(directory)

    def pyinfra(self, inventory: Path | str, *arguments: str, env: dict[str, str]) -> Run:
        """Run one of its pages to the end, with no one at standard input."""
        done = subprocess.run(
            command(inventory, *arguments),
            cwd=self.directory,
            env={**os.environ, **env, "PYTHONPATH": str(self.directory)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def words(self, policy: str) -> str:
        """The text of a policy, with the names that this version has for renamed fields and
        classes."""
        modules = (self.directory / "mailfleet/policy").glob("*.py")
        known = " ".join(module.read_text() for module in modules)
        for new, old in _RENAMED.items():
            if not re.search(rf"\b{new}\b", known):
                policy = re.sub(rf"\b{new}\b", old, policy)
        return policy
