"""Checking a Postfix configuration before it is live: with Postfix itself, and with the linter."""

import contextlib
import itertools
import os
import shutil
from collections.abc import Iterator
from typing import Any

from agent.host.common import HostError, run, run_at_terminal
from agent.host.complaints import objection
from agent.host.configuration import understood
from agent.host.files import naming, new_file
from agent.host.lint import faults
from agent.host.staging import copy_configuration
from agent.host.state import KEPT, POSTFIX

_STAGE = f"{KEPT}/stage"


def check(root: str, files: list[dict[str, Any]], absent: list[str], nexthops: list[str]) -> None:
    """Let Postfix check a copy of its directory that has the new files.

    Raises HostError with Postfix's own message. No live file is changed.
    """
    with _staged(root, files, absent) as stage:
        names = [file["path"][len(POSTFIX) :] for file in files]
        elsewhere = {f["path"]: f["content"] for f in files if not f["path"].startswith(POSTFIX)}
        for command in (("postconf", "-n"), ("postconf", "-M"), ("postfix", "check")):
            status, said = run_at_terminal(command[0], "-c", stage, command[1])
            if words := objection(" ".join(command), status, said, stage, names):
                raise HostError(
                    "Postfix refuses the new configuration: "
                    + words.replace(stage, POSTFIX.rstrip("/"))
                )
        if complaints := list(itertools.islice(faults(stage, elsewhere), 3)):
            raise HostError(
                "the new configuration would lose mail: "
                + "; ".join(complaints).replace(stage, POSTFIX.rstrip("/"))
            )
        for nexthop in sorted({*nexthops, *understood(stage).authenticated}):
            table = f"texthash:{stage}/sasl_passwd"
            # the answer is the credential: only check that there is one
            if not run("postmap", "-c", stage, "-q", nexthop, table).stdout.strip():
                raise HostError(
                    f"{POSTFIX}sasl_passwd has no credential for the next hop {nexthop}: all its "
                    "mail would be refused"
                )


@contextlib.contextmanager
def _staged(root: str, files: list[dict[str, Any]], absent: list[str]) -> Iterator[str]:
    stage = root + _STAGE
    os.makedirs(root + KEPT, mode=0o700, exist_ok=True)
    shutil.rmtree(stage, ignore_errors=True)
    try:
        with naming(_STAGE):
            copy_configuration(root + POSTFIX, stage)
            for file in files:
                if file["path"].startswith(POSTFIX):
                    new_file(stage, file["path"][len(POSTFIX) :], file)
            for path in absent:
                if path.startswith(POSTFIX):
                    os.unlink(os.path.join(stage, path[len(POSTFIX) :]))
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
