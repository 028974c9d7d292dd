"""Systems that the lab has no hosts of: refused, or judged by the oldest Postfix that it has."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailfleet.relay.agent import CHANGE, joined
from mailfleet.relay.request import apply_request
from mailfleet.relay.systems import AMAZON_LINUX_2023
from mailfleet.relay.tree import Desired, desired_host
from tests.support.fleet import Fleet
from tests.support.host_programs import ask, state
from tests.support.policies import write_policy
from tests.support.relay_policy import CREDENTIALS, policy

RASPBIAN = 'ID=raspbian\nID_LIKE=debian\nVERSION_ID="12"\nPRETTY_NAME="Raspbian GNU/Linux 12"\n'
OLDEST = "relay1"  # Debian 12's Postfix is 3.7.11, Amazon Linux 2023's is 3.7.2
BUNDLE = Path(AMAZON_LINUX_2023.authorities)
CHECK = """
for file in files:
    file["content"] = base64.b64decode(file["content"])
ending_in_one_sentence(lambda: check("", files, absent, nexthops))
"""


@contextmanager
def runs(fleet: Fleet, relay: str, os_release: str) -> Iterator[None]:
    """The relay says meanwhile that it runs another system."""
    fleet.ssh(relay, "mv /etc/os-release /etc/os-release.own")
    try:
        fleet.ssh(relay, "cat > /etc/os-release", os_release)
        yield
    finally:
        fleet.ssh(relay, "mv /etc/os-release.own /etc/os-release")


def test_a_host_of_another_system_stays_as_it_is(deployed: Fleet, tmp_path: Path) -> None:
    policy = write_policy(tmp_path, ses=", connections=7")
    before = deployed.fingerprint("relay2")
    with runs(deployed, "relay2", RASPBIAN):
        run = deployed.deploy("-y", "--limit", "relay2", policy=policy)
    assert run.status != 0
    assert "found the system Raspbian GNU/Linux 12 (ID=raspbian, VERSION_ID=12," in run.output
    assert "nothing was changed there" in run.output
    assert "Traceback" not in run.output
    assert deployed.fingerprint("relay2") == before


def judged(fleet: Fleet, desired: Desired) -> str:
    """What Postfix and our linter on the oldest relay say of a tree; nothing there changes."""
    request = apply_request(desired, state(fleet, OLDEST, desired), "test@lab")
    given = {name: request[name] for name in ("files", "absent", "nexthops")}
    names = "\n".join(f"{name} = {value!r}" for name, value in given.items())
    answer = ask(fleet, OLDEST, f"{joined(*CHANGE)}\nimport base64\n{names}\n{CHECK}")
    assert (answer.returncode == 0) == (answer.stderr == "")
    return answer.stderr


def test_amazon_linuxs_configuration_passes_the_oldest_postfix(deployed: Fleet) -> None:
    """`postconf -n`, `postfix check` and our linter; with its authorities where they are there."""
    desired = desired_host(policy(), CREDENTIALS, system=AMAZON_LINUX_2023)
    before = deployed.fingerprint(OLDEST)
    assert f"smtp_tls_CAfile {BUNDLE}, which holds no certificate" in judged(deployed, desired)
    bundle = f"mkdir -p {BUNDLE.parent}; cp /etc/ssl/certs/ca-certificates.crt {BUNDLE}"
    deployed.ssh(OLDEST, bundle)
    try:
        assert judged(deployed, desired) == ""
    finally:
        deployed.ssh(OLDEST, f"rm -r {BUNDLE.parents[2]}")
    assert deployed.fingerprint(OLDEST) == before
