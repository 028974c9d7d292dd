"""One configuration takes another's place, on a directory that stands for a host's root."""

import getpass
import grp
import os
from pathlib import Path
from typing import Any

import pytest

from agent.host.changeover import Changeover
from agent.host.common import HostError
from agent.host.held import held_here
from agent.host.transaction import transaction
from tests.support.postfix_queue import REFUSED, PostfixQueue

OLD = "default_transport = smtp\nmaximal_queue_lifetime = 30d\n"
NEW = f"default_transport = {REFUSED}\nmaximal_queue_lifetime = 5d\n"
FIRST = NEW.replace("error:5.7.1", "retry:4.7.1").replace("5d", "100d")
STRANGER = "shop@other.example"


class Loads:
    """Stands for Postfix's part: what it has loaded, one after the other."""

    def __init__(self, host: "Host", fails_at: int = 0) -> None:
        self._host, self._fails_at = host, fails_at
        self.loaded: list[str] = []

    def load(self, action: str) -> None:
        self.loaded.append(self._host.main.read_text())
        if len(self.loaded) == self._fails_at:
            raise HostError("Postfix cannot reload")

    def back(self) -> None:
        self.loaded.append(self._host.main.read_text())


class Host:
    def __init__(self, queue: PostfixQueue) -> None:
        self.queue, self.root = queue, str(queue.root)
        self.main = queue.root / "etc/postfix/main.cf"
        self.main.parent.mkdir(parents=True)
        self.main.write_text(OLD)
        self.main.chmod(0o644)

    def change(self, loads: Loads, content: str | None = NEW) -> None:
        """As an apply does it."""
        files = [] if content is None else [_main(content)]
        with transaction(self.root) as change:
            over = Changeover(self.root, files, loads=True)
            change.stage(over.files)
            change.keep([file["path"] for file in over.files])
            change.on_undo(loads.back, over.queued.back)
            list(change.put_all())
            loads.load("reload")
            over.finish(change, loads)  # type: ignore[arg-type]
        over.queued.move_on()


def _main(content: str) -> dict[str, Any]:
    owner, group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
    shown = {"mode": "644", "owner": owner, "group": group}
    return {"path": "/etc/postfix/main.cf", "content": content.encode(), **shown}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    queue = PostfixQueue(tmp_path, monkeypatch)
    queue.add("A1", STRANGER)
    return Host(queue)


@pytest.mark.case("hosts-25")
def test_postfix_loads_what_returns_nothing_until_all_is_held(host: Host) -> None:
    loads = Loads(host)
    host.change(loads)
    assert loads.loaded == [FIRST, NEW]
    assert host.main.read_text() == NEW
    assert host.queue.ids("hold") == {"A1"}


@pytest.mark.case("hosts-25")
@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_load_that_fails_brings_back_configuration_and_mail(host: Host, fails_at: int) -> None:
    loads = Loads(host, fails_at)
    with pytest.raises(HostError, match="Postfix cannot reload; this host was rolled back"):
        host.change(loads)
    assert loads.loaded[-1] == OLD
    assert host.main.read_text() == OLD
    assert host.queue.ids("deferred") == {"A1"}
    assert held_here(host.root) == {}


def test_a_queue_that_cannot_be_read_is_not_an_empty_one(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("deferred"):
            raise OSError(5, "Input/output error", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(HostError, match="Input/output error"):
        host.change(Loads(host))
    assert host.main.read_text() == OLD


def test_the_live_main_cf_is_loaded_leniently_too(host: Host) -> None:
    """Tables alone may change who may send; or a killed run left nothing but the load to do."""
    host.main.write_text(NEW)
    loads = Loads(host)
    host.change(loads, content=None)
    assert loads.loaded == [FIRST, NEW]


def test_without_postfix_and_mail_there_is_nothing_to_be_lenient_with(host: Host) -> None:
    host.queue.path("deferred", "A1").unlink()
    loads = Loads(host)
    host.change(loads)
    assert loads.loaded == [NEW]
    assert host.queue.calls() == []


@pytest.mark.case("hosts-25")
def test_mail_in_maildrop_is_taken_in_and_judged_before_the_strict_load(host: Host) -> None:
    host.queue.add("M1", STRANGER, "maildrop")
    host.queue.let_pickup_work()
    loads = Loads(host)
    host.change(loads)
    assert host.queue.ids("hold") == {"A1", "M1"}
    assert loads.loaded == [FIRST, NEW]


@pytest.mark.case("hosts-25")
def test_main_cf_stays_lenient_while_mail_in_maildrop_is_not_taken_in(
    host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As with a milter that is down. The deploy that repairs it is not to be blocked by that."""
    monkeypatch.setattr("agent.host.queue._TAKING_IN", 0.1)
    host.queue.add("M1", STRANGER, "maildrop")
    loads = Loads(host)
    host.change(loads)
    assert loads.loaded == [FIRST]
    assert host.main.read_text() == FIRST
    assert host.queue.ids("hold") == {"A1"}
    assert "warning: found mail in /var/spool/postfix/maildrop" in capsys.readouterr().out
    host.queue.let_pickup_work()
    host.change(loads)
    assert loads.loaded == [FIRST, FIRST, NEW]
    assert host.queue.ids("hold") == {"A1", "M1"}


def test_what_postdrop_has_not_completed_keeps_no_change_waiting(host: Host) -> None:
    host.queue.add("M1", STRANGER, "maildrop")
    host.queue.path("maildrop", "M1").chmod(0o600)
    loads = Loads(host)
    host.change(loads)
    assert loads.loaded == [FIRST, NEW]
