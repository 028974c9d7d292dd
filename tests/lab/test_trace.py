"""mailfleet trace: what became of a message, from the logs of all relays."""

import json
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from lab.smtp.troubles import DOWN
from tests.support.cli import Run, mailfleet
from tests.support.fleet import INVENTORY, Fleet, wait_until
from tests.support.policies import AUTHORISED, DOMAIN, SECOND, write_policy

OLD, NEW, OTHER = "relay1", "relay3", "relay2"  # Postfix 3.7 and 3.10
SENDER = f"app@{DOMAIN}"
ROUTE = f'routes=[Route(via="ses", fallback="{SECOND}")],'


def trace(fleet: Fleet, term: str, *arguments: str) -> Run:
    every = ["trace", INVENTORY, term, "--group-data", str(fleet.policy), *arguments]
    return mailfleet(*every, env=fleet.env, timeout=120)


def message_id(fleet: Fleet, subject: str) -> str:
    (mail,) = fleet.received(subject)
    return str(message_from_bytes(mail.data)["Message-ID"])


@pytest.fixture
def clean(deployed: Fleet) -> Iterator[Fleet]:
    yield deployed
    deployed.control.reset_faults()
    for relay in (OLD, NEW):
        deployed.ssh(relay, "postsuper -d ALL")


@pytest.mark.parametrize("relay", [OLD, NEW])
def test_a_delivered_message_with_the_providers_id(clean: Fleet, relay: str) -> None:
    subject = f"delivered by {relay}"
    clean.sendmail(relay, subject, sender=SENDER)
    name = message_id(clean, subject)
    run = trace(clean, name, "--since", "1h")
    assert run.status == 0, run.output
    assert name.endswith("@email.amazonses.com>")
    assert f"> from {SENDER}" in run.output
    assert "submitted by root (sendmail)" in run.output
    assert "sent to you@elsewhere.example through ses: 250 " in run.output
    assert "now you@elsewhere.example: delivered to ses as " in run.output
    assert "Connected" not in run.output


def test_a_deferred_message_and_all_of_an_address(clean: Fleet) -> None:
    clean.control.set_faults(smtp={"ses": DOWN})
    sender = f"deferred@{DOMAIN}"
    clean.sendmail(OLD, "waits here", sender=sender, times=2)
    clean.sendmail(NEW, "waits there", sender=sender)
    for relay, number in ((OLD, 2), (NEW, 1)):
        assert wait_until(lambda r=relay, n=number: len(clean.deferred(r)) == n, 60)  # type: ignore[misc]
    run = trace(clean, sender, "--since", "1h", "--json")
    assert run.status == 0, run.output
    messages: list[dict[str, Any]] = json.loads(run.output)["messages"]
    now = [place for message in messages for place in message["now"]]
    assert len(now) == 3
    assert sum(f"in the queue of {OLD}, deferred (connect to " in place for place in now) == 2
    assert sum(f"in the queue of {NEW}, deferred (connect to " in place for place in now) == 1


def test_through_the_fallback(clean: Fleet, tmp_path: Path) -> None:
    policy = write_policy(tmp_path / "group_data", second=AUTHORISED, more=ROUTE)
    run = clean.deploy("-y", policy=policy)
    assert run.status == 0, run.output
    try:
        clean.control.set_faults(smtp={"ses": DOWN})
        clean.sendmail(NEW, "by the fallback", sender=SENDER)
        name = message_id(clean, "by the fallback")
        run = trace(clean, name, "--since", "1h")
        assert run.status == 0, run.output
        assert "not accepted by ses, handed on as " in run.output
        assert f"now you@elsewhere.example: delivered to {SECOND}" in run.output
        assert run.output.count("submitted by") == 1
    finally:
        clean.control.reset_faults()
        assert clean.deploy("-y").status == 0


def test_a_host_that_is_not_reached_is_named(clean: Fleet) -> None:
    with clean.dead(OTHER):
        run = trace(clean, "<no-such-message@x>", "--since", "5m")
        assert run.status == 2, run.output
        assert f"<no-such-message@x> was not found on {OLD}, {NEW}" in run.output
        assert f"note: {OTHER} was not read: not reached: " in run.output
        assert "Traceback" not in run.output
        assert trace(clean, "x@y", "--limit", "nothing").status == 1


def test_what_a_local_user_logs_is_not_believed(clean: Fleet) -> None:
    forged = "4jbLLq3g0TzmVVx: message-id=<forged@x>"
    clean.ssh(OLD, f"su -s /bin/sh nobody -c \"logger -p mail.info -t postfix/cleanup '{forged}'\"")
    run = trace(clean, "<forged@x>", "--since", "5m", "--limit", OLD)
    assert run.status in (1, 2), run.output
    assert "<forged@x> was not found on relay1" in run.output
