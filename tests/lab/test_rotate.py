"""A new key for the whole fleet: mail flows all the while, and nothing of the old one is left."""

import subprocess
from pathlib import Path

import pytest

from tests.support.fleet import Fleet, subject_of, wait_until
from tests.support.policies import DOMAIN, write_policy

SENDER = f"app@{DOMAIN}"
USER = "mailfleet-smtp-us-east-1"
# Submits a mail every 0.3 s until its standard input ends; prints the number of each.
LOAD = f"""
import select, smtplib, sys
number = 0
while not select.select([sys.stdin], [], [], 0.3)[0]:
    mail = f"From: {SENDER}\\nSubject: {{sys.argv[1]}} {{number}}\\n\\nHello\\n"
    with smtplib.SMTP("127.0.0.1", 25) as server:
        server.sendmail("{SENDER}", ["you@elsewhere.example"], mail)
    number += 1
print(number)
"""


def keys(fleet: Fleet) -> dict[str, bool]:
    listed = fleet.client("iam").list_access_keys(UserName=USER)["AccessKeyMetadata"]
    return {key["AccessKeyId"]: key["Status"] == "Active" for key in listed}


def holds(fleet: Fleet, relay: str, key: str) -> bool:
    return f" {key}:" in fleet.ssh(relay, "cat /etc/postfix/sasl_passwd")


def test_a_relay_that_is_not_reached_keeps_the_old_key_alive(deployed: Fleet) -> None:
    (old,) = keys(deployed)
    with deployed.dead("relay3"):
        run = deployed.rotate("-y")
        assert run.status != 0
        assert "not every relay has the new key yet, missing relay3" in run.output
        assert "Traceback" not in run.output
    assert keys(deployed).pop(old), "the old key is refused"
    (new,) = keys(deployed).keys() - {old}
    assert holds(deployed, "relay1", new)
    assert holds(deployed, "relay3", old)
    for relay in deployed.relays:
        deployed.sendmail(relay, f"half-way {relay}", sender=SENDER)
        assert deployed.received(f"half-way {relay}")
    # a deploy goes on with the new key, and the next rotation finishes it
    assert [(c["host"], c["id"]) for c in deployed.plan()] == [
        ("relay3", "/etc/postfix/sasl_passwd"),
        ("relay3", "postfix"),
    ]
    deployed.control.set_faults(young_key=3600)
    refused = deployed.rotate("-y", policy=_impatient(deployed))
    assert refused.status != 0
    assert f"answers 535 Authentication Credentials Invalid to a message from noreply@{DOMAIN}" in (
        refused.output
    )
    assert keys(deployed) == {old: True, new: True}
    deployed.control.reset_faults()
    run = deployed.rotate("-y")
    assert run.status == 0, run.output
    assert keys(deployed) == {new: True}
    assert deployed.plan() == []
    for relay in deployed.relays:
        assert holds(deployed, relay, new)
        deployed.sendmail(relay, f"rotated {relay}", sender=SENDER)
        (mail,) = deployed.received(f"rotated {relay}")
        assert mail.user == new


def _impatient(fleet: Fleet) -> Path:
    return write_policy(fleet.scratch / "impatient", authenticated=1)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_rotation_under_load_loses_and_bounces_nothing(deployed: Fleet) -> None:
    """Ten messages a second from three relays, for as long as it takes: Postfix goes on with
    connections of before for up to five minutes."""
    (old,) = keys(deployed)
    loads = [
        subprocess.Popen(
            deployed.lab.ssh_command(relay, f"python3 -c '{LOAD}' {relay}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for relay in deployed.relays
    ]
    assert wait_until(lambda: len(deployed.control.mail("ses")) > 30, 60)
    run = deployed.rotate("-y")
    numbers = [int(load.communicate(timeout=60)[0]) for load in loads]
    assert run.status == 0, run.output
    sent = {
        f"{r} {n}" for r, last in zip(deployed.relays, numbers, strict=True) for n in range(last)
    }
    assert wait_until(lambda: not any(deployed.queued(r) for r in deployed.relays), 120)
    mails = deployed.control.mail("ses")
    assert len(sent) > 100
    assert sent <= {subject_of(mail) for mail in mails}
    assert {mail.user for mail in mails} == {old, *keys(deployed)}
    for relay in deployed.relays:
        journal = deployed.ssh(relay, "journalctl --quiet --since -15min --identifier=postfix/smtp")
        assert "status=bounced" not in journal
        assert "535" not in journal
