"""tests/verify, which users run against production, passes on the fleet and sees what is wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.cli import ROOT, Run
from tests.support.fleet import INVENTORY, Fleet


def verify(fleet: Fleet, *arguments: str) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/verify", "--inventory", INVENTORY,
         "--group-data", str(fleet.policy), "-q", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT, env={**os.environ, **fleet.env}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout)


def test_a_deployed_fleet_passes(deployed: Fleet) -> None:
    run = verify(deployed)
    assert run.status == 0, run.output
    for relay in deployed.relays:
        assert relay in verify(deployed, "--collect-only").output


@pytest.fixture
def relay2(deployed: Fleet) -> Iterator[Fleet]:
    """A host that a test may change by hand: the next deploy puts it right."""
    yield deployed
    assert deployed.deploy("-y").status == 0
    assert deployed.plan() == []


@pytest.mark.parametrize(
    ("by_hand", "sentence"),
    [
        ("postconf -e smtp_tls_security_level=may", "main.cf was changed by hand"),
        ("systemctl stop postfix", "postfix.service does not run"),
        ("systemctl disable --now check-mail-logs.timer", "test_the_logs_are_watched"),
        ("chmod 644 /etc/postfix/sasl_passwd", "/etc/postfix/sasl_passwd"),
        ("sed -i /email-smtp/d /etc/postfix/sasl_passwd", "no credential for [email-smtp"),
        ("echo '{}' > /var/lib/mailfleet/loaded", "test_postfix_runs_what_is_on_disk"),
    ],
)
def test_a_host_changed_by_hand_fails(relay2: Fleet, by_hand: str, sentence: str) -> None:
    relay2.ssh("relay2", by_hand)
    run = verify(relay2, "-k", "relay2")
    assert run.status == 1, run.output
    assert sentence in run.output
