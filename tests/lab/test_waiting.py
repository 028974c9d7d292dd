"""What waits in a queue of 500 is not returned by a change of policy: it leaves or is held."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.smtp.troubles import DOWN
from tests.support.fleet import Fleet, wait_until
from tests.support.fleet_commands import rollback
from tests.support.policies import AUTHORISED, DOMAIN, SECOND, write_policy

RELAYS = ("relay2", "relay3")  # Debian 12 and 13
LIMIT = ("--limit", "relay2", "--limit", "relay3")
NUMBER = 500
SENDER = f"app@{DOMAIN}"
STRANGER, SYSTEM = "shop@other.example", "root@web1.internal"
# The policy knows this sender by a route of its own.
KNOWN = f'routes=[Route(via="{SECOND}", senders=["{STRANGER}"]), Route(via="ses")],'
# A Postfix of somebody's, with which nothing leaves.
THEIRS = """
set -e
cd /var/lib/mailfleet && mkdir aside && mv applied.json loaded aside
mv previous aside || true
postconf -e 'sender_canonical_maps =' 'default_transport = smtp' 'relayhost = [127.0.0.1]:9' \
    'sender_dependent_default_transport_maps =' 'enable_long_queue_ids = no'
postfix reload
"""
OURS_AGAIN = "cd /var/lib/mailfleet && rm -rf adopted aside; postsuper -d ALL"


@pytest.fixture
def fleet_of_two(deployed: Fleet) -> Iterator[Fleet]:
    for relay in RELAYS:
        deployed.ssh(relay, "postsuper -d ALL; rm -f /var/mail/returned/new/*")
    yield deployed
    deployed.control.reset_faults()
    for relay in RELAYS:
        deployed.ssh(relay, OURS_AGAIN)
    deploy(deployed)


def deploy(fleet: Fleet, policy: Path | None = None) -> None:
    run = fleet.deploy("-y", "--data", "rollout=all", *LIMIT, policy=policy)
    assert run.status == 0, run.output


def wait_with(fleet: Fleet, subject: str, *senders: str) -> None:
    """500 messages wait on each relay, as many of each sender."""
    for relay in RELAYS:
        for sender in senders:
            fleet.burst(relay, subject, sender=sender, number=NUMBER // len(senders))
    for relay in RELAYS:
        assert wait_until(lambda relay=relay: len(fleet.deferred(relay)) == NUMBER, 90)  # type: ignore[misc]
    fleet.control.forget_mail()


def held(fleet: Fleet, relay: str) -> Counter[str]:
    return Counter(m["sender"] for m in fleet.queued(relay) if m["queue_name"] == "hold")


def nothing_returned(fleet: Fleet) -> bool:
    return [fleet.returned(relay) for relay in RELAYS] == [[], []]


@pytest.mark.case("hosts-25")
def test_adopting_returns_nothing_and_a_later_policy_lets_it_go(
    fleet_of_two: Fleet, tmp_path: Path
) -> None:
    fleet, by_hand = fleet_of_two, {}
    for relay in RELAYS:
        fleet.ssh(relay, THEIRS)
    wait_with(fleet, "adopted", SYSTEM, STRANGER)
    for relay in RELAYS:
        by_hand[relay] = next(m["queue_id"] for m in fleet.queued(relay) if m["sender"] == STRANGER)
        fleet.ssh(relay, f"postsuper -h {by_hand[relay]}")

    adopting = write_policy(tmp_path / "adopt", more="relay=Relay(adopt=True),")
    dry = fleet.deploy("--dry", *LIMIT, policy=adopting).output
    assert dry.count(f"{NUMBER - 1} queued messages: ") == 1, "both hosts' notes are the same"
    assert f"249 from {STRANGER}: each is held (this sender may not send from here)" in dry
    assert f"250 from {SYSTEM}: each is sent as noreply@{DOMAIN}" in dry
    assert {held(fleet, relay).total() for relay in RELAYS} == {1}
    deploy(fleet, adopting)
    assert len(fleet.received("adopted", 500, 60)) == 500
    assert {mail.mail_from for mail in fleet.control.mail()} == {f"noreply@{DOMAIN}"}
    assert [held(fleet, relay) for relay in RELAYS] == [{STRANGER: 250}] * 2
    assert nothing_returned(fleet)

    known = write_policy(tmp_path / "known", more=f"relay=Relay(adopt=True), {KNOWN}")
    deploy(fleet, known)
    assert len(fleet.received("adopted", 2 * NUMBER - 2, 60)) == 2 * NUMBER - 2
    for relay in RELAYS:
        assert [mail["queue_id"] for mail in fleet.queued(relay)] == [by_hand[relay]]
    assert nothing_returned(fleet)


@pytest.mark.case("hosts-25")
def test_a_sender_that_leaves_the_policy_is_held_and_goes_back_with_it(
    fleet_of_two: Fleet, tmp_path: Path
) -> None:
    fleet = fleet_of_two
    deploy(fleet, write_policy(tmp_path / "known", more=KNOWN))
    fleet.control.set_faults(smtp={SECOND: DOWN})
    wait_with(fleet, "removed", STRANGER)
    deploy(fleet)
    assert [held(fleet, relay) for relay in RELAYS] == [{STRANGER: NUMBER}] * 2
    for relay in RELAYS:
        fleet.ssh(relay, "postqueue -f")
    assert nothing_returned(fleet)
    dry = fleet.deploy("--dry", *LIMIT).output
    assert f"{NUMBER} held here: this sender may not send from here; see mailq.py" in dry
    assert "Plan: No changes." in dry

    fleet.control.reset_faults()
    back = rollback(fleet, "-y", *LIMIT)
    assert back.status == 0, back.output
    assert len(fleet.received("removed", 2 * NUMBER, 60)) == 2 * NUMBER
    assert nothing_returned(fleet)


@pytest.mark.case("hosts-25")
def test_a_change_of_providers_takes_what_waits_along(fleet_of_two: Fleet, tmp_path: Path) -> None:
    """A fall-back had taken it over: its file names a transport that is no more."""
    fleet = fleet_of_two
    more = f'routes=[Route(via="ses", fallback="{SECOND}")],'
    deploy(fleet, write_policy(tmp_path / "before", second=AUTHORISED, more=more))
    fleet.control.set_faults(smtp={"ses": DOWN, SECOND: DOWN})
    wait_with(fleet, "rerouted", SENDER)
    after = write_policy(tmp_path / "after")
    text = (after / "all.py").read_text()
    (after / "all.py").write_text(text.replace(f"'{SECOND}'", "'renamed'"))
    fleet.control.reset_faults()
    deploy(fleet, after)
    mails = fleet.received("rerouted", 2 * NUMBER, 90)
    assert Counter(mail.provider for mail in mails) == {"ses": 2 * NUMBER}
    assert nothing_returned(fleet)


@pytest.mark.case("hosts-25")
def test_what_new_mail_would_be_rewritten_to_goes_past_the_milter(
    fleet_of_two: Fleet, tmp_path: Path
) -> None:
    fleet = fleet_of_two
    for relay in RELAYS:
        fleet.ssh(relay, THEIRS)
    wait_with(fleet, "foreign", STRANGER)
    more = "relay=Relay(adopt=True, rewrite_from=True),"
    policy = write_policy(tmp_path, more=more)
    dry = fleet.deploy("--dry", *LIMIT, policy=policy).output
    assert f"{NUMBER} from {STRANGER}: each is submitted again" in dry
    for _ in range(3):  # what one deploy has no time for, the next one does
        deploy(fleet, policy)
        if not any(held(fleet, relay) for relay in RELAYS):
            break
    mails = fleet.received("foreign", 2 * NUMBER, 60)
    assert Counter(mail.rcpt_to for mail in mails).total() == 2 * NUMBER
    assert set(Counter(mail.rcpt_to for mail in mails).values()) == {2}, "one of each host"
    assert {mail.mail_from for mail in mails} == {f"noreply@{DOMAIN}"}
    assert all(f"Reply-To: {STRANGER}" in mail.data.decode() for mail in mails)
    assert nothing_returned(fleet)
    for relay in RELAYS:
        record = json.loads(fleet.ssh(relay, "cat /var/lib/mailfleet/waiting.json"))
        assert record == {"held": {}}
