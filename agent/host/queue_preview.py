"""What a configuration that is not live yet would do with queued mail; nothing is changed."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from agent.answer import print_answer
from agent.host.common import HostError, ending_in_one_sentence
from agent.host.held import held_here
from agent.host.previous_config import CREDENTIALS, PREVIOUS, files_of
from agent.host.queue import DEFERRED, HOLD, listed, queue_ids
from agent.host.state import POSTFIX, kept
from agent.host.verdicts import Judge, Verdict

_SECONDS, _MOST = 8.0, 50_000
_ROWS = 10


def preview(request: dict[str, Any], root: str = "") -> dict[str, Any]:
    """`request` has the `files` of Postfix that will change, and those that will be `absent`; or it
    asks for the `previous` configuration.

    `rows`: the senders with the most mail: sender, number, what happens, new sender, reason.
    `sums`: numbers by what happens.
    """
    with _configuration(root, request) as directory:
        ours = held_here(root)
        waiting = queue_ids(root, "incoming", "active", DEFERRED) | ours.keys()
        messages = [
            m for m in listed(_SECONDS, _MOST)[0] if m.id in waiting and m.queue != "maildrop"
        ]
        judge = Judge(directory)
        judge.senders(message.sender for message in messages)
        rows: Counter[tuple[str, Verdict]] = Counter()
        for message in messages:
            rows[message.sender, judge.message(message)] += 1
    sums: Counter[str] = Counter()
    for (_, verdict), number in rows.items():
        sums[verdict.what] += number
    return {
        "total": len(waiting),
        "counted": len(messages),
        "held": len(queue_ids(root, HOLD) - ours.keys()),
        "rows": [
            [sender, number, verdict.what, verdict.sender, verdict.why]
            for (sender, verdict), number in rows.most_common(_ROWS)
        ],
        "sums": sums,
    }


@contextlib.contextmanager
def _configuration(root: str, request: dict[str, Any]) -> Iterator[str]:
    """A copy of Postfix's directory as it would be, without credentials."""
    with tempfile.TemporaryDirectory(prefix="mailfleet-") as directory:
        with os.scandir(root + POSTFIX) as found:
            for entry in found:
                if entry.is_file() and not entry.name.startswith("sasl_passwd"):
                    shutil.copyfile(entry.path, f"{directory}/{entry.name}")
        for path, content in _changes(root, request).items():
            place = f"{directory}/{os.path.basename(path)}"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(place)
            if content is not None:
                with open(place, "wb") as new:
                    new.write(content)
        yield directory


def _changes(root: str, request: dict[str, Any]) -> dict[str, bytes | None]:
    """What Postfix's files will be; None for those that go."""
    if not request["previous"]:
        files = {file["path"]: base64.b64decode(file["content"]) for file in request["files"]}
        return {**files, **dict.fromkeys(request["absent"])}
    before = files_of(kept(root, PREVIOUS) or {"files": {}})
    return {
        path: file.get("content") if file else None
        for path, file in before.items()
        if not path.startswith(CREDENTIALS)
    }


def _answer(request: dict[str, Any]) -> None:
    try:
        answer = preview(request)
    except HostError as reason:  # the plan is shown without it; an apply reports what is wrong
        answer = {"unknown": str(reason)}
    print_answer(answer)


def main(text: str) -> None:
    os.umask(0o077)
    ending_in_one_sentence(lambda: _answer(json.loads(text)))
