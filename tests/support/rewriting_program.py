"""The rewriting as a program of its own, for the Pythons of other systems: JSON in, JSON out."""

import json
import subprocess
from collections.abc import Sequence

from mailfleet.relay.agent import AGENT, joined
from tests.support.authors import RULES, Fields

_MAIN = """
import json, sys
rules, messages = json.load(sys.stdin)
for fields in messages:
    change = rewriting(Rules(**rules), [tuple(field) for field in fields], "jane@gmail.invalid")
    print(json.dumps([change.fields, change.envelope]))
"""
# Earlier commits have it in another folder, and all of it in the last file: scripts/cases.sh.
_FOLDER = "from_rewriting" if (AGENT / "from_rewriting").exists() else "senders"
_PARTS = [f"{_FOLDER}/{name}.py" for name in ("mailboxes", "names", "rewriting")]
PROGRAM = joined(*(part for part in _PARTS if (AGENT / part).exists())) + _MAIN


def request(messages: Sequence[Fields], foreign: bool) -> str:
    """What the program takes on standard input."""
    return json.dumps([{**RULES, "foreign": foreign}, messages])


def answers(output: str) -> list[dict[str, str | None]]:
    """The changed fields of each message."""
    return [json.loads(line)[0] for line in output.splitlines()]


def run(python: Sequence[str], messages: Sequence[Fields], foreign: bool) -> str:
    """The program's output with the Python of that command line."""
    done = subprocess.run(
        [*python, "-I", "-c", PROGRAM],
        input=request(messages, foreign),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
