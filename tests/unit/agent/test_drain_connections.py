"""The test's own connections, in the place of Postfix's."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import drain_connections
from agent.drain_connections import connections, drain, started

OWN = (Path("/proc/self/comm").read_text().strip(),)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setattr(drain_connections, "changed", lambda: 0.0)
    monkeypatch.setattr(drain_connections, "PAUSE", 0.02)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_connection_of_before_is_waited_for_and_a_later_one_not(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = listener.getsockname()
    before = socket.create_connection(where)
    later: list[socket.socket] = []

    def wait(until: float) -> None:
        later.append(socket.create_connection(where))
        before.close()

    monkeypatch.setattr(drain_connections, "wait", wait)
    drain({"ports": [where[1]], "within": 10}, OWN)
    (open_now,) = later
    assert len(connections([where[1]], OWN)) == 1
    assert "1 old connections are closed" in capsys.readouterr().out
    open_now.close()


def test_one_that_stays_is_told(listener: socket.socket) -> None:
    where = listener.getsockname()
    with (
        socket.create_connection(where),
        pytest.raises(SystemExit, match="Postfix still sends over connections"),
    ):
        drain({"ports": [where[1]], "within": 0.1}, OWN)


def test_a_client_that_was_at_work_before_the_change_is_waited_for(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain_connections, "changed", time.time)
    with pytest.raises(SystemExit, match="Postfix still sends"):
        drain({"ports": [1], "within": 0.1}, OWN)


def test_connections_of_other_programs_and_to_other_ports_do_not_count(
    listener: socket.socket,
) -> None:
    where = listener.getsockname()
    with socket.create_connection(where):
        assert connections([where[1]], ("another",)) == set()
        assert connections([where[1] + 1], OWN) == set()


def test_a_process_that_has_ended_never_started_before() -> None:
    assert started(2**22 + 1) == float("inf")
