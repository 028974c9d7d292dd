"""Mail submitted on a relay host arrives signed, or waits; it is never lost."""

import socket
from collections.abc import Iterator
from email import message_from_bytes

import pytest

from lab.signature import aligned_signature
from lab.spf import aligned_envelope
from tests.support.fleet import Fleet, subject_of, wait_until
from tests.support.policies import ADMIN, DOMAIN, SECOND

SENDER = f"app@{DOMAIN}"
SMTP_CLIENT = """
import smtplib, sys
server = smtplib.SMTP("127.0.0.1", 25)
server.sendmail(sys.argv[1], [sys.argv[2]], sys.stdin.read())
"""


def test_sendmail_reaches_ses_signed_over_tls(deployed: Fleet) -> None:
    for relay in deployed.relays:
        deployed.sendmail(relay, f"from {relay}", sender=SENDER)
    for relay in deployed.relays:
        (mail,) = deployed.received(f"from {relay}")
        assert mail.provider == "ses"
        assert mail.tls.startswith("TLSv1.")
        assert mail.user.startswith("AKIA")
        assert mail.peer == deployed.address(relay)
        assert aligned_signature(mail.data, deployed.lab.dns) == DOMAIN
        assert aligned_envelope(mail, deployed.lab.dns) == f"ses-us-east-1.{DOMAIN}"


def test_smtp_to_the_loopback_address_is_relayed(deployed: Fleet) -> None:
    for relay in deployed.relays:
        text = f"From: {SENDER}\nSubject: port 25 of {relay}\n\nHello\n"
        script = f"python3 -c '{SMTP_CLIENT}' {SENDER} you@elsewhere.example"
        deployed.ssh(relay, script, text)
    for relay in deployed.relays:
        (mail,) = deployed.received(f"port 25 of {relay}")
        assert aligned_signature(mail.data, deployed.lab.dns) == DOMAIN


def test_nobody_else_can_reach_a_relays_port_25(deployed: Fleet) -> None:
    for relay in deployed.relays:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((deployed.address(relay), 25), timeout=5)


def test_cron_output_of_every_host_reaches_the_administrator(deployed: Fleet) -> None:
    for relay in deployed.relays:
        line = f"* * * * * root echo cron of {relay}\n"
        deployed.ssh(relay, "cat > /etc/cron.d/noise", line)
    try:
        found = wait_until(lambda: len(_cron_mail(deployed)) == len(deployed.relays), 130)
        assert found, deployed.control.mail()
    finally:
        for relay in deployed.relays:
            deployed.ssh(relay, "rm /etc/cron.d/noise")
    for mail in _cron_mail(deployed).values():
        assert mail.rcpt_to == (ADMIN,)
        assert mail.mail_from == f"noreply@{DOMAIN}"
        assert f"noreply@{DOMAIN}" in str(message_from_bytes(mail.data)["From"])


def _cron_mail(fleet: Fleet):  # type: ignore[no-untyped-def]
    """The cron mail of each host, by its address."""
    return {mail.peer: mail for mail in fleet.control.mail("ses") if "Cron" in subject_of(mail)}


@pytest.fixture
def quick_retries(deployed: Fleet) -> Iterator[Fleet]:
    """Flush the queue when the test is through, so that the next one finds it empty."""
    yield deployed
    deployed.control.reset_faults()
    for relay in deployed.relays:
        deployed.ssh(relay, "postqueue -f")
    assert wait_until(lambda: not any(deployed.queued(r) for r in deployed.relays), 60)


def test_mail_waits_while_ses_is_down_and_then_all_of_it_arrives(quick_retries: Fleet) -> None:
    fleet = quick_retries
    fleet.control.set_faults(smtp={"ses": "down"})
    counts = {"relay1": 34, "relay2": 33, "relay3": 33}
    for relay, count in counts.items():
        fleet.sendmail(relay, "outage", sender=SENDER, times=count)
    for relay, count in counts.items():
        assert wait_until(lambda r=relay, c=count: len(fleet.queued(r)) == c, 60)  # type: ignore[misc]
    assert fleet.received("outage", number=0) == []
    fleet.control.set_faults(smtp={"ses": "up"})
    for relay in fleet.relays:
        fleet.ssh(relay, "postqueue -f")
    mails = fleet.received("outage", number=100)
    assert len(mails) == 100
    assert len({mail.data for mail in mails}) == 100


def test_a_wrong_password_defers_and_never_bounces(quick_retries: Fleet) -> None:
    fleet = quick_retries
    good = fleet.ssh("relay1", "cat /etc/postfix/sasl_passwd")
    broken = "\n".join(
        f"{line}wrong" if line.startswith("[email-smtp") else line for line in good.splitlines()
    )
    try:
        fleet.ssh("relay1", "cat > /etc/postfix/sasl_passwd; postfix reload", f"{broken}\n")
        fleet.sendmail("relay1", "wrong password", sender=SENDER)
        assert wait_until(lambda: "535" in fleet.reasons("relay1"), 60)
        assert len(fleet.queued("relay1")) == 1
    finally:
        fleet.ssh("relay1", "cat > /etc/postfix/sasl_passwd; postfix reload", good)
    fleet.ssh("relay1", "postqueue -f")
    (mail,) = fleet.received("wrong password")
    assert mail.provider == "ses"


def test_a_refused_author_is_kept(quick_retries: Fleet) -> None:
    """554 of SES for an author that is not the policy's: kept while somebody mends the cause."""
    fleet = quick_retries
    fleet.burst("relay2", "unverified", sender=SENDER, number=1, author="app@unverified.example")
    assert wait_until(lambda: "said: 454" in fleet.reasons("relay2"), 60)
    assert fleet.received("unverified", number=0) == []
    fleet.ssh("relay2", "postsuper -d ALL")


def test_trouble_is_told_by_another_provider(quick_retries: Fleet) -> None:
    fleet = quick_retries
    fleet.ssh("relay3", "systemctl start check-mail-logs.service")
    fleet.control.forget_mail()
    fleet.control.set_faults(smtp={"ses": "down"})
    fleet.sendmail("relay3", "to be deferred", sender=SENDER)
    assert wait_until(lambda: "refused" in fleet.reasons("relay3"), 60)
    fleet.ssh("relay3", "systemctl start check-mail-logs.service")
    (alert,) = fleet.control.mail(SECOND)
    assert alert.rcpt_to == (ADMIN,)
    assert alert.tls
    body = message_from_bytes(alert.data).get_payload(decode=True)
    assert isinstance(body, bytes)
    assert b"Connection refused" in body
    fleet.control.forget_mail()
    fleet.ssh("relay3", "systemctl start check-mail-logs.service")
    assert len(fleet.control.mail(SECOND)) <= 1, "the same lines are told again"
