"""A provider that fails on a host loses its mail there, is told of, and gets its mail back."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.smtp.troubles import BUSY
from tests.support.fleet import Fleet, subject_of, wait_until
from tests.support.policies import ADMIN, AUTHORISED, DOMAIN, SECOND, write_policy

SENDER = f"app@{DOMAIN}"
RELAY = "relay1"
LOOK = "systemctl start mailfleet-health.service"
TABLE = r"grep '^choice[0-9]*\.[0-9]' /etc/postfix/switch || true"  # not the rows for hops


@pytest.fixture
def watched_policy(tmp_path: Path) -> Path:
    """SES first, then the third one; alerts have a way of their own."""
    third = """
        Smtp("smtp.wrapped.example:465", name="wrapped", username="user",
             password=secret("aws:wrapped-password"), spf="ip4:192.0.2.1"),"""
    return write_policy(
        tmp_path / "watched", second=AUTHORISED, providers=third,
        more='routes=[Route(via="ses", fallback="wrapped")], relay=Relay(provider_failover=True),',
    )  # fmt: skip


@pytest.fixture
def watched(deployed: Fleet, watched_policy: Path) -> Iterator[Fleet]:
    """Its timer looks each minute; the test looks more often."""
    run = deployed.deploy("-y", policy=watched_policy)
    assert run.status == 0, run.output
    assert deployed.plan(policy=watched_policy) == []
    yield deployed
    deployed.control.reset_faults()
    run = deployed.deploy("-y")
    assert run.status == 0, run.output
    assert deployed.plan() == []


def slots(fleet: Fleet) -> Counter[str]:
    return Counter(line.split()[1] for line in fleet.ssh(RELAY, TABLE).splitlines())


def look_until(fleet: Fleet, wanted: dict[str, int]) -> None:
    """One that began before the mail was logged is not enough, and the way back takes several."""

    def seen() -> bool:
        fleet.ssh(RELAY, LOOK)
        return slots(fleet) == wanted

    assert wait_until(seen, 30), slots(fleet)


def test_a_provider_that_fails_loses_its_mail_and_gets_it_back(
    watched: Fleet, watched_policy: Path
) -> None:
    watched.ssh(RELAY, LOOK)
    watched.control.forget_mail()
    watched.control.set_faults(smtp={"ses": BUSY})
    watched.burst(RELAY, "failing", sender=SENDER, number=5)
    assert len(watched.received("failing", 5)) == 5
    look_until(watched, {"ses": 1, "wrapped": 19})
    (alert,) = watched.control.mail(SECOND)
    assert alert.rcpt_to == (ADMIN,)
    assert "ses did not accept 5 of" in subject_of(alert)

    told = watched.deploy("--dry", policy=watched_policy)
    assert "ses is failing here, and gets 5% of its weight" in told.output
    assert watched.plan(policy=watched_policy) == []
    watched.control.reset_faults()
    watched.control.forget_mail()
    # silent looks ask the provider itself
    look_until(watched, {"ses": 10, "wrapped": 10})
    watched.burst(RELAY, "half", sender=SENDER, number=20)
    assert len(watched.received("half", 20)) == 20
    look_until(watched, {})
    (news,) = watched.control.mail(SECOND)
    assert "ses works again and gets all of its mail" in subject_of(news)
