"""Which of Postfix's warnings about a staged configuration are reasons not to use it.

`postfix check` looks at more than the configuration that it is given: at the live directory, the
queue's directories and the copies of /etc below them. Its exit status does not depend on those
(check-warn in postfix-script), and neither does a deploy.
"""

from __future__ import annotations

import re

from agent.host.common import one_line

_ALWAYS = ("main.cf", "master.cf")  # they decide what Postfix reads
_FATAL = re.compile(r": (fatal|error|panic): ")


def relevant(said: str, stage: str, files: list[str]) -> str:
    """The distinct lines of `said` that name one of the staged files.

    `files` are their names below `stage`. What they contain of `stage` is shown as it is.
    """
    names = "|".join(map(re.escape, sorted({*_ALWAYS, *files})))
    about = re.compile(rf"{re.escape(stage)}/+(\./+)*({names})(?![\w./-]*[\w/-])")
    return "\n".join(dict.fromkeys(line for line in said.splitlines() if about.search(line)))


def objection(command: str, status: int, said: str, stage: str, files: list[str]) -> str:
    """Why the staged configuration can't be used, in Postfix's words on one line, if it can't.

    When the command fails, any of its messages is a reason: for example, Postfix would not start
    with an unreadable queue directory either.
    """
    complaint = relevant(said, stage, files)
    if status == 0:
        return one_line(complaint)
    errors = "\n".join(dict.fromkeys(line for line in said.splitlines() if _FATAL.search(line)))
    return one_line(errors or complaint or said) or f"{command} failed with status {status}"
