"""A host that has somebody's Postfix: kept, taken over only when the policy says so, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fleet import Fleet
from tests.support.fleet_commands import rollback
from tests.support.policies import DOMAIN, write_policy

RELAY = "relay2"
# What mailfleet remembers of the host goes aside, and its Postfix becomes somebody's.
THEIRS = """
cd /var/lib/mailfleet && mkdir aside && mv applied.json loaded previous aside
sed -i 's/^message_size_limit.*/message_size_limit = 12345678/' /etc/postfix/main.cf
echo "their own table" > /etc/postfix/theirs
postfix reload
"""
OURS_AGAIN = "cd /var/lib/mailfleet && rm -rf adopted aside /etc/postfix/theirs"
SIZE = "postconf -h message_size_limit"


@pytest.fixture
def theirs(deployed: Fleet) -> Iterator[Fleet]:
    deployed.ssh(RELAY, THEIRS)
    yield deployed
    deployed.ssh(RELAY, OURS_AGAIN)
    assert deployed.deploy("-y").status == 0
    assert deployed.plan() == []


def test_somebodys_postfix_is_kept_and_comes_back(theirs: Fleet, tmp_path: Path) -> None:
    refused = theirs.deploy("-y")
    assert refused.status != 0
    assert "found a Postfix configuration that mailfleet did not write" in refused.output
    assert theirs.ssh(RELAY, SIZE) == "12345678\n"

    policy = write_policy(tmp_path, more="relay=Relay(adopt=True),")
    dry = theirs.deploy("--dry", "--diff", "--limit", RELAY, policy=policy)
    assert "replaces the existing Postfix configuration, kept in" in dry.output
    assert "- message_size_limit = 12345678" in dry.output
    run = theirs.deploy("-y", "--limit", RELAY, policy=policy)
    assert run.status == 0, run.output
    assert theirs.plan("--limit", RELAY, policy=policy) == []
    kept = theirs.ssh(RELAY, "cd /var/lib/mailfleet/adopted/postfix && cat theirs main.cf")
    assert "their own table" in kept
    assert "message_size_limit = 12345678" in kept
    theirs.sendmail(RELAY, "taken over", sender=f"app@{DOMAIN}")
    assert theirs.received("taken over")

    assert rollback(theirs, "-y", "--limit", RELAY).status == 0
    assert theirs.ssh(RELAY, SIZE) == "12345678\n"
