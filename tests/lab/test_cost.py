"""What a deploy asks of a host, counted by the host's own SSH server: it sees whatever comes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fleet import Fleet
from tests.support.policies import write_policy

CONFIG = "/etc/ssh/sshd_config.d/count.conf"
# a command, a shell or a file transfer
COUNT = "journalctl --sync; journalctl --quiet --output=cat | grep -c '^Starting session: '"


@pytest.fixture
def counting(deployed: Fleet) -> Iterator[Fleet]:
    for relay in deployed.relays:
        deployed.ssh(relay, f"echo LogLevel VERBOSE > {CONFIG}; systemctl reload ssh")
    yield deployed
    for relay in deployed.relays:
        deployed.ssh(relay, f"rm {CONFIG}; systemctl reload ssh")


def sessions(fleet: Fleet) -> list[int]:
    """Of each relay, this one included."""
    return [int(fleet.ssh(relay, COUNT)) for relay in fleet.relays]


def asked(fleet: Fleet, *arguments: str, policy: Path | None = None) -> list[int]:
    """How much a deploy with these arguments asks of each relay."""
    before = sessions(fleet)
    run = fleet.deploy(*arguments, policy=policy)
    assert run.status == 0, run.output
    return [after - n - 1 for after, n in zip(sessions(fleet), before, strict=True)]


def test_what_a_deploy_asks_of_a_host(counting: Fleet, tmp_path: Path) -> None:
    """Nothing to do: read, and that is all. One file: also asked what its providers say, and
    applied. What was promised is at most 4 in each phase, and 10."""
    assert asked(counting, "-y") == [1, 1, 1]
    policy = write_policy(tmp_path, ses=", connections=6")
    assert asked(counting, "-y", "--limit", "relay1", policy=policy) == [3, 0, 0]
    assert asked(counting, "-y", "--limit", "relay1") == [3, 0, 0]
