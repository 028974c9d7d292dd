"""senders="verified": what SES has verified leaves by SES, anybody else's mail by the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fleet import Fleet
from tests.support.policies import DOMAIN, SECOND, write_policy

MORE = f"""routes=[
        Route(via="ses", senders="verified"),
        Route(via="{SECOND}", senders=["list@{DOMAIN}"]),
        Route(via={{"{SECOND}": 1, "wrapped": 1}}),
    ],"""
PROVIDERS = """
        Smtp("smtp.wrapped.example:465", name="wrapped", username="user",
             password=secret("aws:wrapped-password")),
        Smtp("smtp.alarm.example", name="alarm", username="user",
             password=secret("env:PATH")),"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    directory = write_policy(tmp_path, providers=PROVIDERS, more=MORE)
    path = directory / "all.py"
    path.write_text(path.read_text().replace(f"via={SECOND!r})]", "via='alarm')]"))
    return directory


@pytest.fixture
def routed(deployed: Fleet, policy: Path) -> Iterator[Fleet]:
    run = deployed.deploy("-y", "--limit", "relay1", policy=policy)
    assert run.status == 0, run.output
    yield deployed
    assert deployed.deploy("-y").status == 0


def test_others_leave_by_the_route_without_senders(routed: Fleet) -> None:
    expected = {
        f"app@{DOMAIN}": {"ses"},
        f"list@{DOMAIN}": {SECOND},
        "somebody@stranger.example": {SECOND, "wrapped"},
    }
    for sender in expected:
        routed.burst("relay1", f"by {sender}", sender=sender, number=20)
    for sender, providers in expected.items():
        mails = routed.received(f"by {sender}", 20)
        assert len(mails) == 20
        assert {mail.provider for mail in mails} == providers
