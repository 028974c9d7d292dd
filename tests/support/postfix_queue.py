"""Programs that stand for Postfix's queue: its messages are files in a directory, as Postfix has
them, with their description in JSON."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from agent.host import common
from agent.host.queue import QUEUE

_PROGRAM = """\
#!{python} -IS
import json, os, sys
from pathlib import Path

here = Path({here!r})
queue = Path({queue!r})
name, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]
with open(here / "calls", "a") as calls:
    calls.write(json.dumps([name, *arguments]) + "\\n")
if name == "postqueue" and arguments == ["-j"]:
    for place in ("maildrop", "active", "incoming", "deferred", "hold"):
        for file in sorted((queue / place).rglob("*")):
            if file.is_file():
                print(json.dumps({{"queue_name": place, "queue_id": file.name,
                                   **json.loads(file.read_text())}}))
elif name == "postkick" and (here / "pickup").exists():
    for file in list((queue / "maildrop").iterdir()):
        file.rename(queue / "incoming" / file.name)
elif name == "postsuper" and (here / "broken").exists():
    failing = (here / "broken").read_text().split()
    if arguments[0] in failing:
        print("postsuper: fatal: open maildrop: Input/output error", file=sys.stderr)
        sys.exit("silent" not in failing)
elif name == "postsuper":
    option, where = arguments[0], arguments[2:] or ["incoming", "active", "deferred", "hold"]
    to = {{"-h": "hold", "-H": "deferred", "-r": "maildrop", "-d": None}}[option]
    known = sys.stdin.read().split() if arguments[1] == "-" else None
    for place in where:
        for file in list((queue / place).iterdir()):
            if (known is None or file.name in known) and place != to:
                if to:
                    (queue / to).mkdir(exist_ok=True)
                    file.rename(queue / to / file.name)
                else:
                    file.unlink()
elif name == "postconf":
    given = json.loads((here / "main.json").read_text())
    for parameter in arguments[3:]:
        print(given.get(parameter, ""))
elif name == "postmap":
    tables = json.loads((here / "tables.json").read_text())
    keys = sys.stdin.read().splitlines()
    for key in keys:
        for table in arguments[4:]:
            answer = "yes" if table.startswith("inline:") and key in table else None
            answer = answer or tables.get(table, {{}}).get(key)
            if answer:
                print(f"{{key}}\\t{{answer}}")
                break
"""
REFUSED = "error:5.7.1 this sender may not send from here"


OWN, STRANGER, SYSTEM = "app@shop.example", "shop@other.example", "root@web1.example.org"
TABLES = {
    "canonical": {"@web1.example.org": "noreply@shop.example"},
    "routes": {"@shop.example": "ses:[ses]:587", "<>": "returned:"},
}
"""With these, OWN may send, STRANGER may not, and SYSTEM is renamed."""


class PostfixQueue:
    """A host's queue below `root`, and the configuration by which it is judged."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = directory / "root"
        self._here = directory / "stand-ins"
        self._here.mkdir()
        programs = self._here / "bin"
        programs.mkdir()
        for name in ("postqueue", "postsuper", "postconf", "postmap", "postkick"):
            text = _PROGRAM.format(
                python=sys.executable, here=str(self._here), queue=str(self.path())
            )
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        for name in ("incoming", "active", "deferred", "hold", "maildrop"):
            self.path(name).mkdir(parents=True)
        monkeypatch.setitem(common._ENVIRONMENT, "PATH", f"{programs}:/usr/bin:/bin")
        monkeypatch.setattr(common, "_ends", [float("inf")])
        self.configure({})

    def path(self, *parts: str) -> Path:
        return Path(f"{self.root}{QUEUE}", *parts)

    def configure(self, tables: dict[str, dict[str, str]], **parameters: str) -> None:
        """Tables by name, `canonical` and `routes` among them, and what differs in main.cf."""
        usual = {
            "sender_canonical_maps": "canonical",
            "sender_dependent_default_transport_maps": "routes",
            "default_transport": REFUSED,
            "local_transport": "error:5.1.1 no mail is kept on this host",
            "message_size_limit": "1000",
            "smtputf8_enable": "no",
        }
        (self._here / "main.json").write_text(json.dumps({**usual, **parameters}))
        (self._here / "tables.json").write_text(json.dumps(tables))

    def add(self, queue_id: str, sender: str, queue: str = "deferred", **more: Any) -> None:
        usual = {
            "arrival_time": int(time.time()) - 60,
            "message_size": 400,
            "sender": sender,
            "recipients": [{"address": "you@elsewhere.example", "delay_reason": "refused"}],
        }
        self.path(queue, queue_id).write_text(json.dumps({**usual, **more}))
        self.path(queue, queue_id).chmod(0o700)  # complete, as Postfix marks it

    def break_postsuper(self, *options: str, status: int = 1) -> None:
        """From now on it does not do these, and fails; or, with status 0, does not say so."""
        words = [*options, *([] if status else ["silent"])]
        (self._here / "broken").write_text(" ".join(words))

    def let_pickup_work(self) -> None:
        (self._here / "pickup").touch()

    def ids(self, queue: str) -> set[str]:
        return {path.name for path in self.path(queue).iterdir()}

    def calls(self) -> list[list[str]]:
        text = self._here / "calls"
        return [json.loads(line) for line in text.read_text().splitlines()] if text.exists() else []
