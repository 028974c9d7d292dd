"""Commands of `mailfleet` on hosts: this machine, toy SSH servers, and hosts that do not answer."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api.exceptions import InventoryError

from mailfleet.run.hosts import relays_of
from mailfleet.run.loading import load_inventory
from tests.support.cli import ROOT
from tests.support.ssh_server import ssh_server, toy_inventory

# In a process of its own, with all that it prints.
ASK = """
from gevent import monkey; monkey.patch_all()
import json, sys, time
from pathlib import Path
from mailfleet.commands.fleet import load_fleet
from mailfleet.relay.agent import answer_in
from mailfleet.run.commands import HostCommand
from mailfleet.run.hosts import ask, disconnect, relays_of

hosts = relays_of(load_fleet(Path(sys.argv[1]), ()), sys.argv[4:])
command = HostCommand(sys.argv[2], "text", within=30, unfinished="it may be half done",
                      answer_in=answer_in)
began = time.monotonic()
for _ in range(2):
    for reply in ask(hosts, lambda host: command, float(sys.argv[3])):
        seconds = time.monotonic() - began
        print(json.dumps([reply.host, reply.answer, reply.problem, seconds]), flush=True)
disconnect(hosts)
"""
ECHO = "echo 'Welcome!'; printf 'mailfleet-answer: \"%s\"' $(cat)"

MUTE = {
    "no answer within 3 s: nothing was sent to it",
    "not reached: its SSH server does not answer: the host is frozen or overloaded",
}


def asked(
    inventory: Path, command: str, *limit: str, within: float = 10
) -> tuple[list[list[Any]], str]:
    """The replies of two rounds, and everything else that was printed."""
    argv = [sys.executable, "-c", ASK, str(inventory), command, str(within), *limit]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_each_host_answers_over_its_own_connection_and_nothing_else_is_printed(
    tmp_path: Path,
) -> None:
    with ssh_server(tmp_path) as server:
        with server.inventory.open("a") as file:
            file.write('here = ["@local"]\naccounts = ["@aws"]\n')
        replies, noise = asked(server.inventory, ECHO)
    both = {("@local", "text", ""), ("toy", "text", "")}
    assert {tuple(reply[:3]) for reply in replies[:2]} == both
    assert {tuple(reply[:3]) for reply in replies[2:]} == both
    assert noise == ""


def test_hosts_that_do_not_answer_delay_no_other(tmp_path: Path) -> None:
    """One refuses connections, one takes them and says nothing."""
    with socket.socket() as closed, socket.create_server(("127.0.0.1", 0)) as mute:
        closed.bind(("127.0.0.1", 0))
        inventory = toy_inventory(tmp_path, closed.getsockname()[1])
        mute_data = inventory.read_text().replace('"toy"', '"mute"').replace("toys", "mutes")
        mute_port = str(mute.getsockname()[1])
        with inventory.open("a") as file:
            file.write(mute_data.replace(str(closed.getsockname()[1]), mute_port))
            file.write('here = ["@local"]\n')
        replies, noise = asked(inventory, ECHO, within=3)
    first = {reply[0]: reply for reply in replies[:3]}
    assert first["@local"][1] == "text"
    assert first["@local"][3] < 2
    assert first["toy"][2].startswith("not reached: ")
    assert "nothing had been sent" not in first["toy"][2]
    assert first["mute"][2] in MUTE
    assert noise == ""


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (
            "cat >/dev/null; echo hello",
            "found 0 answers, expected one in what came from the host: it may be half",
        ),
        ("cat >/dev/null; echo mailfleet: no journal >&2; exit 1", "no journal"),
        (
            "cat >/dev/null; echo sudo: admin may not run this >&2; exit 1",
            "sudo: admin may not run this",
        ),
        ("cat >/dev/null; exit 9", "it ended without a reason (was it killed?): it may be half"),
        ("cat >/dev/null; sleep 30", "no answer within 2 s: it may be half done"),
    ],
)
def test_what_went_wrong_is_one_sentence(tmp_path: Path, command: str, problem: str) -> None:
    inventory = tmp_path / "here.py"
    inventory.write_text('here = ["@local"]\n')
    replies, noise = asked(inventory, command, within=2)
    assert len(replies) == 2
    assert replies[0][1] is None
    assert replies[0][2].startswith(problem)
    assert noise == ""


def test_a_limit_takes_names_patterns_and_groups_of_relays(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text('accounts = ["@aws"]\nweb = ["web-1", "web-2"]\ndb = ["db-1"]\n')
    inventory = load_inventory(path)

    def names(*limit: str) -> list[str]:
        return [host.name for host in relays_of(inventory, limit)]

    assert names() == ["web-1", "web-2", "db-1"]
    assert names("web") == ["web-1", "web-2"]
    assert names("*-1") == ["web-1", "db-1"]
    assert names("db-1", "web-2") == ["web-2", "db-1"]
    for nothing in ("@aws", "mail", "accounts"):
        with pytest.raises(InventoryError, match=f"--limit {nothing}: found no relay host"):
            names(nothing)


def test_an_inventory_without_relays_is_named(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text('accounts = ["@aws"]\n')
    with pytest.raises(InventoryError, match="found no relay host in the inventory"):
        relays_of(load_inventory(path))


def test_a_frozen_host_is_noticed_and_asked_anew_later(tmp_path: Path) -> None:
    with ssh_server(tmp_path) as server:
        began = time.monotonic()
        server.freeze()
        replies, _ = asked(server.inventory, ECHO, within=2)
    assert len(replies) == 2
    assert {reply[2] for reply in replies} <= {
        *MUTE,
        "no answer within 2 s: nothing was sent to it",
    }
    assert time.monotonic() - began < 20
