"""Every step of apply, rollback and switch fails in turn: a host is old or new, never between.

`python -m tests.support.host_walks NAME`, in a process of its own: gevent, which pyinfra's tests
need, has patched theirs. Prints the steps, and what is wrong after which; exits 1 if anything is.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from agent.host.apply import apply
from agent.host.common import HostError
from agent.host.read import read
from agent.host.rollback import rollback
from agent.host.state import KEPT, POSTFIX
from agent.host.switch import switch
from tests.support.fault_walk import Watch, faults_of, watched
from tests.support.stand_ins import StandIn, file, stand_in

MAIN, MASTER, TABLE = f"{POSTFIX}main.cf", f"{POSTFIX}master.cf", f"{POSTFIX}destinations"
GONE, PASSWORDS, ROUTES = f"{POSTFIX}fallback", f"{POSTFIX}sasl_passwd", f"{POSTFIX}routes.json"
UNITS = "/etc/systemd/system/"
STAYS, COMES, GOES = "stays.timer", "comes.service", "goes.service"
PROGRAM, CERTIFICATE = "/usr/local/bin/program", "/etc/mailfleet/relay.pem"
PLAIN = [MAIN, MASTER, TABLE, GONE, ROUTES, f"{POSTFIX}switch", PROGRAM]
PLAIN += [UNITS + name for name in (STAYS, COMES, GOES)]
MANAGED = [{"path": path, "secret": False} for path in PLAIN]
MANAGED += [{"path": path, "secret": True} for path in (PASSWORDS, CERTIFICATE)]
NO_UNITS: dict[str, Any] = {"reload": False, "disable": [], "enable": [], "restart": []}
KNOWN = {
    "by_health": False,
    "slots": 4,
    "lanes": {"ses": ["ses"], "two": ["two"]},
    "choices": {"choice1": {"weights": {"ses": 1}, "then": {}, "open_to": ["ses", "two"]}},
    "servers": {},
}

MEMORY = "/dev/shm"  # noqa: S108  a walk writes and removes many thousand files

Act = Callable[[StandIn], None]


def request(host: StandIn, **changes: Any) -> dict[str, Any]:
    asked = {"files": MANAGED, "packages": [], "units": [], "previous": False}
    usual = {
        "expected": read(asked, str(host.root))["state"],
        "by": "ops@laptop",
        "managed": MANAGED,
        "manager": "apt",
        "packages": [],
        "files": [],
        "absent": [],
        "certificate": None,
        "nexthops": [],
        "units": NO_UNITS,
        "load": "reload",
        "canary": {"from": "noreply@example.com", "to": "success@example.net"},
    }
    return {**usual, **changes}


STRICT = "default_transport = error:5.7.1 this sender may not send from here\n"


def first(host: StandIn) -> None:
    """The policy that is there before."""
    files = [file(path, f"old {path}\n") for path in (MASTER, TABLE, GONE, PROGRAM)]
    files += [file(MAIN, f"old {MAIN}\n{STRICT}")]
    files += [file(UNITS + name, f"old {name}\n") for name in (STAYS, GOES)]
    files += [file(PASSWORDS, "next old:password\n", "600")]
    files += [file(ROUTES, json.dumps(KNOWN))]
    units = {"reload": True, "disable": [], "enable": [STAYS, GOES], "restart": [STAYS, GOES]}
    apply(request(host, files=files, units=units), str(host.root))


def then(host: StandIn) -> None:
    """Another policy: files changed, made and removed, in one run with units."""
    files = [file(path, f"new {path}\n") for path in (MASTER, TABLE, PROGRAM)]
    files += [file(MAIN, f"new {MAIN}\n{STRICT}")]
    files += [file(UNITS + name, f"new {name}\n") for name in (STAYS, COMES)]
    files += [file(PASSWORDS, "next new:password\n", "600")]
    units = {"reload": True, "disable": [GOES], "enable": [COMES], "restart": [STAYS, COMES]}
    absent = [GONE, UNITS + GOES]
    asked = request(host, files=files, absent=absent, units=units, certificate=CERTIFICATE)
    apply(asked, str(host.root))


def adopt(host: StandIn) -> None:
    first(host)


def back(host: StandIn) -> None:
    rollback(request(host), str(host.root))


def by_two(host: StandIn) -> None:
    asked = {"to": {"two": 1}, "expected": None, "by": "ops@laptop", "shown": "two"}
    switch(asked, str(host.root))


def somebodys(host: StandIn) -> None:
    """A configuration that mailfleet did not write: main.cf a symbolic link, and a pipe."""
    (host.root / MAIN[1:]).unlink()
    host.write("/srv/git/main.cf", "somebody's main.cf\n")
    (host.root / MAIN[1:]).symlink_to(host.root / "srv/git/main.cf")
    host.write(PASSWORDS, "their own\n", 0o640)
    host.write(f"{POSTFIX}virtual", "their table\n")
    os.mkfifo(host.root / f"{POSTFIX[1:]}pipe")
    host.reload()


def both(host: StandIn) -> None:
    first(host)
    then(host)


WALKS: dict[str, tuple[Act, Act]] = {
    "apply": (first, then),
    "adopt": (somebodys, adopt),
    "rollback": (both, back),
    "switch": (first, by_two),
}


def walk(host: StandIn, act: Act, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the host is old or new after each."""
    trees = (host.root / "etc", host.root / "usr", host.root / KEPT[1:], host.state)
    kept = scratch / "kept"
    for number, tree in enumerate(trees):
        shutil.copytree(tree, kept / str(number), symlinks=True, ignore=_pipes)
    old = host.snapshot()
    clean = Watch(str(host.root))
    with watched(clean, monkeypatch):
        act(host)
    new = host.snapshot()
    good = old != new
    found = new
    for at, step in enumerate(clean.steps, 1):
        for fault in faults_of(step):
            for number, tree in enumerate(trees if found != old else ()):
                shutil.rmtree(tree)
                shutil.copytree(kept / str(number), tree, symlinks=True)
            watch = Watch(str(host.root), at, fault)
            with watched(watch, monkeypatch):
                ended = _ends(act, host)
            found = host.snapshot()
            if found not in ((new,) if ended else (old, new)) or len(watch.steps) < at:
                print(f"BETWEEN after {fault} at {at}, {' '.join(step)}", file=sys.stderr)
                good = False
    print(f"{len(clean.steps)} steps", file=sys.stderr)
    return good


def _ends(act: Act, host: StandIn) -> bool:
    with suppress(HostError, OSError):
        act(host)
        return True
    return False


def _pipes(directory: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "pipe"]


def main(name: str) -> bool:
    before, act = WALKS[name]
    with (
        TemporaryDirectory(dir=MEMORY if os.path.isdir(MEMORY) else None) as scratch,
        pytest.MonkeyPatch.context() as patches,
        stand_in(Path(scratch), patches) as host,
    ):
        before(host)
        return walk(host, act, Path(scratch), patches)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1]))
