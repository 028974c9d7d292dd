"""Mail from addresses that providers would refuse leaves as noreply, and answers find their way."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import Message

import pytest

from lab.observed import Mail
from lab.signature import aligned_signature
from mailfleet.relay.senders import PROGRAM, RULES, UNIT
from tests.lab.test_verify import verify
from tests.support.fleet import Fleet, wait_until
from tests.support.policies import DOMAIN, write_policy

NOREPLY = f"noreply@{DOMAIN}"
VISITOR = "jane@gmail.example"
BY_SMTP = """
import smtplib, sys
smtplib.SMTP("127.0.0.1", 25).sendmail(sys.argv[1], ["you@elsewhere.example"], sys.stdin.read())
"""


@pytest.fixture(scope="module")
def rewriting(fleet: Fleet, first: object) -> Iterator[Fleet]:
    """The fleet with a policy that rewrites foreign senders, and then without again."""
    more = "relay=Relay(rewrite_foreign=True),"
    policy = write_policy(fleet.scratch / "senders", more=more)
    changed = replace(fleet, policy=policy)
    run = changed.deploy("-y")
    assert run.status == 0, run.output
    assert changed.plan() == []
    yield changed
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    for relay in fleet.relays:
        left = f"ls {PROGRAM} {RULES} /etc/systemd/system/{UNIT}; systemctl is-active {UNIT}"
        assert fleet.ssh(relay, f"({left}) 2>/dev/null", check=False) == "inactive\n"


def by_sendmail(fleet: Fleet, relay: str, subject: str, fields: str, envelope: str) -> None:
    text = f"{fields}Subject: {subject}\n\nHello\n"
    fleet.ssh(relay, f"/usr/sbin/sendmail -f '{envelope}' you@elsewhere.example", text)


def arrived(fleet: Fleet, subject: str) -> tuple[Mail, Message]:
    (mail,) = fleet.received(subject)
    assert mail.provider == "ses"
    assert aligned_signature(mail.data, fleet.lab.dns) == DOMAIN
    return mail, message_from_bytes(mail.data)


def test_a_visitors_mail_arrives_as_ours_and_is_answered_to_them(rewriting: Fleet) -> None:
    fields = f"From: Jane Doe <{VISITOR}>\nSender: {VISITOR}\n"
    for relay in rewriting.relays:
        by_sendmail(rewriting, relay, f"form of {relay}", fields, VISITOR)
        text = f"{fields}Subject: smtp of {relay}\n\nHello\n"
        rewriting.ssh(relay, f"python3 -c '{BY_SMTP}' {VISITOR}", text)
    for relay in rewriting.relays:
        for subject in (f"form of {relay}", f"smtp of {relay}"):
            mail, message = arrived(rewriting, subject)
            assert message.get_all("From") == [f'"Jane Doe via {DOMAIN}" <{NOREPLY}>']
            assert message.get_all("Reply-To") == [f"Jane Doe <{VISITOR}>"]
            assert message["Sender"] is None
            assert mail.mail_from == NOREPLY


def test_our_own_senders_stay(rewriting: Fleet) -> None:
    own = f'From: "The Shop" <info@{DOMAIN}>\n'
    by_sendmail(rewriting, "relay1", "own", own, f"bounces+7@{DOMAIN}")
    by_sendmail(rewriting, "relay1", "foreign Sender", f"{own}Sender: {VISITOR}\n", "info")
    by_sendmail(rewriting, "relay1", "unqualified", "From: info\n", "info")
    by_sendmail(rewriting, "relay1", "system", "From: Cron <root>\n", "root")
    mail, message = arrived(rewriting, "own")
    assert (mail.mail_from, message["From"]) == (
        f"bounces+7@{DOMAIN}",
        f'"The Shop" <info@{DOMAIN}>',
    )
    assert message["Reply-To"] is None
    assert arrived(rewriting, "foreign Sender")[1]["Sender"] is None
    assert arrived(rewriting, "unqualified")[1]["From"] == f"info@{DOMAIN}"
    mail, message = arrived(rewriting, "system")
    assert (mail.mail_from, message["From"]) == (NOREPLY, f"Cron <{NOREPLY}>")


def test_several_from_fields_become_one(rewriting: Fleet) -> None:
    fields = f"From: a@{DOMAIN}\nFrom: {VISITOR}\nReply-To: desk@{DOMAIN}\n"
    by_sendmail(rewriting, "relay3", "two", fields, f"a@{DOMAIN}")
    message = arrived(rewriting, "two")[1]
    assert message.get_all("From") == [f'"a and others via {DOMAIN}" <{NOREPLY}>']
    assert message.get_all("Reply-To") == [f"desk@{DOMAIN}"]


def test_it_runs_as_nobody_in_particular(rewriting: Fleet) -> None:
    for relay in rewriting.relays:
        user = rewriting.ssh(relay, f"ps -o uid= -p $(systemctl show -P MainPID {UNIT})")
        assert int(user) != 0


def test_mail_flows_without_it_and_verify_says_so(rewriting: Fleet) -> None:
    run = verify(rewriting, "-k", "relay2", "-v")
    assert run.status == 0, run.output
    assert "test_senders_are_rewritten[relay2] PASSED" in run.output
    rewriting.ssh("relay2", f"systemctl stop {UNIT}")
    by_sendmail(rewriting, "relay2", "without", f"From: info@{DOMAIN}\n", f"info@{DOMAIN}")
    by_sendmail(rewriting, "relay2", "not rewritten", f"From: {VISITOR}\n", VISITOR)
    assert arrived(rewriting, "without")[1]["From"] == f"info@{DOMAIN}"
    run = verify(rewriting, "-k", "relay2 and senders")
    assert f"{UNIT} is not active: senders stay as they are" in run.output
    assert wait_until(lambda: "not rewritten, see" in rewriting.ssh("relay2", "postqueue -j"), 60)
    assert [change["id"] for change in rewriting.plan()] == [UNIT]
    (waiting,) = rewriting.queued("relay2")
    number = waiting["queue_id"]
    again = f"postcat -qbh {number} | /usr/sbin/sendmail -f {VISITOR} you@elsewhere.example"
    rewriting.ssh("relay2", f"systemctl start {UNIT}; {again} && postsuper -d {number}")
    assert arrived(rewriting, "not rewritten")[0].mail_from == NOREPLY
