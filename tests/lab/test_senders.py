"""Mail from addresses that providers would refuse leaves as noreply, and answers find their way."""

import json
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import Message

import pytest

from lab.observed import Mail
from lab.signature import aligned_signature
from mailfleet.relay.from_rewriting import PROGRAM, RULES, UNIT
from tests.support import rewriting_program
from tests.support.authors import faults, left, named_by_policy, named_or_foreign
from tests.support.fleet import Fleet
from tests.support.fleet_commands import verify
from tests.support.from_headers import corpus, generated
from tests.support.policies import DOMAIN, SECOND, write_policy
from tests.support.rewriting_program import answers, request

NOREPLY = f"noreply@{DOMAIN}"
VISITOR = "jane@gmail.example"
BY_SMTP = """
import smtplib, sys
smtplib.SMTP("127.0.0.1", 25).sendmail(sys.argv[1], ["you@elsewhere.example"], sys.stdin.read())
"""


@pytest.fixture(scope="module")
def rewriting(fleet: Fleet, first: object) -> Iterator[Fleet]:
    """The fleet with a policy that rewrites foreign senders, and then without again."""
    more = "relay=Relay(rewrite_from=True),"
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


def arrived(fleet: Fleet, subject: str, seconds: float = 60) -> tuple[Mail, Message]:
    (mail,) = fleet.received(subject, seconds=seconds)
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


def test_a_restart_takes_a_moment(rewriting: Fleet) -> None:
    """A deploy restarts it for a new program, and no mail is taken meanwhile."""
    timed = f"date +%s%3N; systemctl restart {UNIT}; date +%s%3N; systemctl is-active {UNIT}"
    for relay in ("relay2", "relay3"):
        before, after, state = rewriting.ssh(relay, timed).split()
        assert state == "active"
        assert int(after) - int(before) < 3000


@pytest.mark.case("hosts-6")
def test_mail_waits_while_it_is_down_and_goes_out_by_itself(rewriting: Fleet) -> None:
    run = verify(rewriting, "-k", "relay2", "-v")
    assert run.status == 0, run.output
    assert "test_senders_are_rewritten[relay2] PASSED" in run.output
    rewriting.ssh("relay2", "systemctl start check-mail-logs.service")
    rewriting.control.forget_mail()
    rewriting.ssh("relay2", f"systemctl stop {UNIT}")
    by_sendmail(rewriting, "relay2", "own", f"From: info@{DOMAIN}\n", f"info@{DOMAIN}")
    by_sendmail(rewriting, "relay2", "foreign", f"From: {VISITOR}\n", VISITOR)
    said = rewriting.ssh("relay2", f"python3 -c '{BY_SMTP}' {VISITOR} 2>&1", check=False)
    assert "451" in said
    assert "4.7.1 Service unavailable" in said
    run = verify(rewriting, "-k", "relay2 and senders")
    assert f"{UNIT} is not active: no mail is taken" in run.output
    assert [change["id"] for change in rewriting.plan()] == [UNIT]
    assert f"systemctl restart {UNIT}" in alert_of(rewriting, "relay2")
    rewriting.ssh("relay2", f"systemctl start {UNIT}")
    _, message = arrived(rewriting, "own", seconds=90)
    assert message["From"] == f"info@{DOMAIN}"
    assert arrived(rewriting, "foreign", seconds=90)[0].mail_from == NOREPLY
    assert rewriting.queued("relay2") == []


@pytest.mark.case("hosts-6")
def test_without_rules_mail_waits_and_the_alert_says_why(rewriting: Fleet) -> None:
    rewriting.control.forget_mail()
    rewriting.ssh("relay3", f"mv {RULES} {RULES}.away")
    by_sendmail(rewriting, "relay3", "no rules", f"From: {VISITOR}\n", VISITOR)
    alert = alert_of(rewriting, "relay3")
    assert f"a message was put off: {RULES} cannot be read (No such file or directory)" in alert
    rewriting.ssh("relay3", f"mv {RULES}.away {RULES}; postkick public pickup W")
    assert arrived(rewriting, "no rules", seconds=90)[0].mail_from == NOREPLY


def alert_of(fleet: Fleet, relay: str) -> str:
    """What the log check sends of the last minutes."""
    fleet.ssh(relay, "sleep 1; systemctl start check-mail-logs.service")
    alert = fleet.control.mail(SECOND)[-1]
    body = message_from_bytes(alert.data).get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


@pytest.mark.case("hosts-6")
def test_generated_headers_are_read_alike_by_each_hosts_own_python(fleet: Fleet) -> None:
    """5,000 and the corpus, by Debian 12's and 13's Python, judged by other parsers."""
    headers = [*corpus(), *generated(5000)]
    messages = [[("From", author), ("Sender", sender)]
                for author, sender in zip(headers, reversed(headers), strict=True)]  # fmt: skip
    half = len(messages) // 2
    for part, foreign, allowed in (
        (messages[:half], False, named_or_foreign),
        (messages[half:], True, named_by_policy),
    ):
        said = [by_host(fleet, relay, request(part, foreign)) for relay in ("relay1", "relay3")]
        assert said[0] == said[1]
        changes = answers(said[0])
        assert len(changes) == len(part)
        found = [fault for fields, change in zip(part, changes, strict=True)
                 for fault in faults(left(fields, change), allowed)]  # fmt: skip
        assert found == []


def by_host(fleet: Fleet, relay: str, text: str) -> str:
    fleet.ssh(relay, "cat > /tmp/rewriting.py", rewriting_program.PROGRAM)
    return fleet.ssh(relay, "/usr/bin/python3 -I /tmp/rewriting.py; rm /tmp/rewriting.py", text)


SUBMIT = """
import json, smtplib, sys
client = smtplib.SMTP("127.0.0.1", 25)
for number, author in enumerate(json.load(sys.stdin)):
    text = f"From: {author}\\nSubject: shape\\nX-Number: {number}\\n\\nHello\\n"
    data = text.encode("utf-8", "surrogateescape")
    client.sendmail("jane@gmail.example", ["you@elsewhere.example"], data)
"""


@pytest.mark.case("hosts-6")
def test_shapes_that_are_met_leave_a_real_postfix_as_the_policy_allows(rewriting: Fleet) -> None:
    authors = list(corpus([f"info@{DOMAIN}"], [VISITOR]))
    for relay in ("relay1", "relay3"):
        rewriting.control.forget_mail()
        rewriting.ssh(relay, f"python3 -c '{SUBMIT}'", json.dumps(authors))
        mails = rewriting.received("shape", len(authors))
        messages = [message_from_bytes(mail.data) for mail in mails]
        came = {int(message["X-Number"]) for message in messages}
        lost = [author for number, author in enumerate(authors) if number not in came]
        assert lost == [], rewriting.reasons(relay)
        assert {mail.mail_from for mail in mails} == {NOREPLY}
        found = [
            fault
            for message in messages
            for fault in faults(message.items(), lambda a: a.lower().endswith(f"@{DOMAIN}"))
        ]
        assert found == []  # fmt: skip
