"""Which provider gets what, seen from the providers: routes, weights, fall-backs, refusals."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.smtp.troubles import (
    BUSY,
    DOWN,
    DROPPED,
    NO_LOGIN,
    NO_STARTTLS,
    REFUSED,
    THROTTLED,
    UNVERIFIED,
    WRONG_CERTIFICATE,
)
from tests.support.fleet import Fleet, subject_of, wait_until
from tests.support.fleet_commands import switch
from tests.support.policies import AUTHORISED, DOMAIN, SECOND, WRAPPED, write_policy

SENDER = f"app@{DOMAIN}"
WEIGHTED = f"weighted@{DOMAIN}"
TO_WRAPPED = f"wrapped@{DOMAIN}"
LISTS = "lists.example"
LIST = f"news@{LISTS}"
TROUBLES = (
    *(DOWN, BUSY, THROTTLED, NO_LOGIN, UNVERIFIED),
    *(WRONG_CERTIFICATE, NO_STARTTLS, DROPPED),
)
OLD, NEW = "relay1", "relay3"  # Postfix 3.7 and 3.10

ROUTES = f"""routes=[
        Route(via="{SECOND}", senders=["@{LISTS}"]),
        Route(via={{"ses": 9, "{SECOND}": 1}}, senders=["{WEIGHTED}"],
              fallback=["{SECOND}", "ses"]),
        Route(via="wrapped", senders=["{TO_WRAPPED}"]),
        Route(via="ses", fallback="{SECOND}"),
    ],"""


def routed_policy(directory: Path, ca: str) -> Path:
    return write_policy(
        directory,
        domains=f', Domain("{LISTS}")',
        second=AUTHORISED,
        providers=WRAPPED.replace('wrapped-password")', f'wrapped-password"), ca={ca!r}'),
        more=ROUTES,
    )


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory, fleet: Fleet) -> Path:
    return routed_policy(tmp_path_factory.mktemp("routes"), fleet.lab.ca)


@pytest.fixture(scope="module")
def routed(fleet: Fleet, first: object, policy: Path) -> Iterator[Fleet]:
    """The fleet with several routes, and afterwards as it was."""
    fleet.client("route53").create_hosted_zone(Name=LISTS, CallerReference=LISTS)
    run = fleet.deploy("-y", policy=policy)
    assert run.status == 0, run.output
    yield fleet
    assert fleet.deploy("-y").status == 0


@pytest.fixture(autouse=True)
def fresh(routed: Fleet) -> Iterator[None]:
    """Providers that work and have got nothing; queues that are empty."""
    routed.control.forget_mail()
    yield
    routed.control.reset_faults()
    for relay in (OLD, NEW):
        if routed.ssh(relay, "rm -rf /var/mail/returned; postqueue -f; postqueue -j"):
            assert wait_until(lambda r=relay: not routed.queued(r), 60)  # type: ignore[misc]


def by_provider(fleet: Fleet, subject: str) -> Counter[str]:
    return Counter(mail.provider for mail in fleet.control.mail() if subject_of(mail) == subject)


def test_deployed_again_nothing_changes(routed: Fleet, policy: Path) -> None:
    assert routed.plan(policy=policy) == []


@pytest.mark.parametrize("relay", [OLD, NEW])
def test_each_sender_leaves_by_its_own_provider(routed: Fleet, relay: str) -> None:
    expected = {LIST: SECOND, SENDER: "ses", TO_WRAPPED: "wrapped"}
    for sender in expected:
        routed.burst(relay, f"by {sender}", sender=sender, number=5)
    for sender, provider in expected.items():
        mails = routed.received(f"by {sender}", 5)
        assert [mail.provider for mail in mails] == [provider] * 5
        assert all(mail.tls.startswith("TLSv1.") for mail in mails)


@pytest.mark.parametrize("relay", [OLD, NEW])
def test_a_choice_by_weight_uses_all(routed: Fleet, relay: str) -> None:
    routed.burst(relay, "weights", sender=WEIGHTED, number=100)
    assert len(routed.received("weights", 100)) == 100
    assert set(by_provider(routed, "weights")) == {"ses", SECOND}


@pytest.mark.slow
def test_a_thousand_messages_at_nine_to_one(routed: Fleet) -> None:
    routed.burst(OLD, "thousand", sender=WEIGHTED, number=1000)
    assert len(routed.received("thousand", 1000, seconds=180)) == 1000
    # four standard deviations of a binomial distribution, sqrt(1000 * 0.1 * 0.9) = 9.5
    assert 62 <= by_provider(routed, "thousand")[SECOND] <= 138


def see_the_other_take_over(fleet: Fleet, relay: str, trouble: str, number: int) -> None:
    subject = f"{trouble} {relay} {number}"
    fleet.control.set_faults(smtp={"ses": trouble})
    fleet.burst(relay, subject, sender=SENDER, number=number)
    mails = fleet.received(subject, number, seconds=180)
    assert by_provider(fleet, subject) == {SECOND: number}, trouble
    assert len({mail.rcpt_to for mail in mails}) == number
    assert all(mail.tls.startswith("TLSv1.") for mail in mails)
    assert fleet.queued(relay) == []
    assert fleet.returned(relay) == []


def test_whatever_the_trouble_the_other_provider_takes_over(routed: Fleet) -> None:
    for n, trouble in enumerate(TROUBLES):
        see_the_other_take_over(routed, (OLD, NEW)[n % 2], trouble, 6)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_of_two_hundred_messages_none_is_lost(routed: Fleet, trouble: str) -> None:
    for relay in (OLD, NEW):
        see_the_other_take_over(routed, relay, trouble, 200)


def test_a_sender_without_a_fall_back_waits_and_then_arrives(routed: Fleet) -> None:
    routed.control.set_faults(smtp={SECOND: DOWN})
    routed.burst(NEW, "list waits", sender=LIST, number=3)
    assert wait_until(lambda: len(routed.deferred(NEW)) == 3, 60)
    assert routed.control.mail() == []
    routed.control.reset_faults()

    def arrived() -> bool:
        routed.ssh(NEW, "postqueue -f")
        return len(routed.received("list waits", 3, seconds=3)) == 3

    assert wait_until(arrived, 60)
    assert by_provider(routed, "list waits") == {SECOND: 3}


def test_while_all_providers_fail_mail_goes_in_no_circle_and_waits(routed: Fleet) -> None:
    """Each is the other's fall-back, and Postfix keeps connections to both and to itself."""
    routed.burst(OLD, "before", sender=WEIGHTED, number=20)
    assert len(routed.received("before", 20)) == 20
    routed.control.set_faults(smtp={"ses": THROTTLED, SECOND: THROTTLED})
    routed.burst(OLD, "all fail", sender=WEIGHTED, number=40)
    assert wait_until(lambda: len(routed.deferred(OLD)) == 40, 60)
    assert "hops" not in routed.reasons(OLD)
    routed.control.reset_faults()
    routed.ssh(OLD, "postqueue -f")
    mails = routed.received("all fail", 40)
    assert len({mail.rcpt_to for mail in mails}) == len(mails) == 40
    assert max(mail.data.count(b"Received:") for mail in mails) <= 4
    assert routed.returned(OLD) == []


@pytest.mark.parametrize("relay", [OLD, NEW])
def test_what_is_refused_for_itself_is_held_and_asked_of_nobody_else(
    routed: Fleet, relay: str
) -> None:
    routed.control.set_faults(smtp={"ses": REFUSED})
    routed.burst(relay, "too long", sender=SENDER, number=3)
    assert wait_until(lambda: len(routed.deferred(relay)) == 3, 60)
    assert "Message is too long" in routed.reasons(relay)
    assert by_provider(routed, "too long") == {}
    assert routed.returned(relay) == []
    routed.control.reset_faults()
    routed.ssh(relay, "postqueue -f")
    assert len(routed.received("too long", 3)) == 3


@pytest.mark.parametrize("relay", [OLD, NEW])
def test_nobody_else_may_send_and_bounces_stay_here(routed: Fleet, relay: str) -> None:
    sentence = f"this sender may not send from here: the mail policy has the domains {DOMAIN}"
    with pytest.raises(AssertionError, match="may not send from here"):
        routed.burst(relay, "stranger", sender="me@stranger.example", number=1)
    routed.sendmail(relay, "stranger", sender="me@stranger.example")
    assert wait_until(lambda: len(routed.returned(relay)) == 1, 30)
    (bounce,) = routed.returned(relay)
    assert sentence in " ".join(bounce.split())
    assert routed.queued(relay) == []
    assert routed.control.mail() == []


# One mail to a port of the host by a user who is not root; says what refuses it.
AT_PORT = """
import smtplib, sys
port, sender, to, subject = sys.argv[1:]
with smtplib.SMTP("127.0.0.1", int(port), timeout=30) as server:
    try:
        server.sendmail(sender, [to], f"From: {sender}\\nSubject: {subject}\\n\\nHello\\n")
    except smtplib.SMTPException as refusal:
        print(refusal)
"""


def at_port(fleet: Fleet, relay: str, port: str, sender: str, subject: str,
            to: str = "you@elsewhere.example") -> str:  # fmt: skip
    command = f'runuser -u admin -- python3 - {port} {sender} {to} "{subject}"'
    return fleet.ssh(relay, command, AT_PORT)


@pytest.mark.case("hosts-3")
@pytest.mark.parametrize("relay", [OLD, NEW])
def test_a_port_of_a_fall_back_is_no_other_way_out(routed: Fleet, relay: str, policy: Path) -> None:
    """Root's to listen at; only for senders that may fall back; and as a switch says."""
    shown = routed.ssh(relay, "grep -A1 ^127.0.0.1: /etc/postfix/master.cf")
    ports = dict(re.findall(r"^127\.0\.0\.1:(\d+).*\n.*/(fallback_\w+)$", shown, re.M))
    assert ports
    assert all(int(port) < 1024 for port in ports)
    port = next(port for port, name in ports.items() if name == "fallback_ses")
    assert at_port(routed, relay, port, SENDER, "at the hop") == ""
    assert by_provider_soon(routed, "at the hop") == {SECOND: 1}
    for sender in ("me@stranger.example", LIST, TO_WRAPPED):
        said = at_port(routed, relay, port, sender, "by the hop")
        if sender == "me@stranger.example":
            assert "no further provider" in said
    # their own routes are not by SES: they take those from the beginning
    assert by_provider_soon(routed, "by the hop", 2) == {SECOND: 1, "wrapped": 1}
    run = switch(routed, "--data", "to=wrapped", "--limit", relay, "-y", policy=policy)
    assert run.status == 0, run.output
    try:
        assert at_port(routed, relay, port, SENDER, "while switched") == ""
        assert by_provider_soon(routed, "while switched") == {"wrapped": 1}
    finally:
        switch(routed, "--data", "to=policy", "--limit", relay, "-y", policy=policy)
    assert routed.queued(relay) == []


def by_provider_soon(fleet: Fleet, subject: str, number: int = 1) -> Counter[str]:
    fleet.received(subject, number)
    return by_provider(fleet, subject)


@pytest.mark.slow
def test_a_certificate_of_another_authority_is_refused(
    routed: Fleet, policy: Path, tmp_path: Path
) -> None:
    """The system trusts the provider's authority, the policy names another one: the deploy is
    refused, and Postfix would verify with that one, too."""
    import trustme

    other = tmp_path / "other.pem"
    other.write_bytes(trustme.CA().cert_pem.bytes())
    run = routed.deploy("-y", policy=routed_policy(tmp_path, str(other)))
    assert run.status != 0
    assert "wrapped: smtp.wrapped.example:465 has a certificate that does not" in run.output
    file = "/etc/postfix/ca_wrapped.pem"
    routed.ssh(OLD, f"cat > {file}; postfix reload", other.read_text())
    routed.burst(OLD, "pinned", sender=TO_WRAPPED, number=2)
    assert wait_until(lambda: "ertificate" in routed.reasons(OLD), 60)
    assert not by_provider(routed, "pinned")
    assert routed.deploy("-y", policy=policy).status == 0
    routed.ssh(OLD, "postqueue -f")
    assert len(routed.received("pinned", 2)) == 2
