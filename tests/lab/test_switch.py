"""switch.py: all mail by another provider within seconds, under load, and nothing lost."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.smtp.troubles import DOWN
from tests.support.fleet import Fleet, subject_of, wait_until
from tests.support.fleet_commands import switch
from tests.support.policies import AUTHORISED, DOMAIN, SECOND, write_policy

SENDER = f"app@{DOMAIN}"
# 20 messages a second for 30 s, each by a connection of its own: the subject is a number, and each
# line says when it was accepted, or what refused it.
LOAD = f"""
import smtplib, time
begun = time.time()
for n in range(600):
    time.sleep(max(0, begun + n / 20 - time.time()))
    try:
        with smtplib.SMTP("127.0.0.1", 25, timeout=10) as server:
            server.sendmail("{SENDER}", [f"you{{n}}@elsewhere.example"],
                            f"From: {SENDER}\\nSubject: load {{n}}\\n\\nHello\\n")
        print(time.time(), n, flush=True)
    except OSError as error:
        print("refused", n, error, flush=True)
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SES first, and the other provider takes over."""
    directory = tmp_path_factory.mktemp("switch")
    more = f'routes=[Route(via="ses", fallback="{SECOND}")],'
    return write_policy(directory, second=AUTHORISED, more=more)


@pytest.fixture(scope="module")
def routed(fleet: Fleet, first: object, policy: Path) -> Iterator[Fleet]:
    run = fleet.deploy("-y", policy=policy)
    assert run.status == 0, run.output
    yield fleet
    fleet.control.reset_faults()
    assert switch(fleet, "--data", "to=policy", "-y", policy=policy).status == 0
    assert fleet.deploy("-y").status == 0


def provider_of(fleet: Fleet, relay: str, subject: str) -> str:
    fleet.sendmail(relay, subject, sender=SENDER)
    (mail,) = fleet.received(subject)
    return mail.provider


def test_under_load_all_mail_follows_and_none_is_lost(routed: Fleet, policy: Path) -> None:
    """SES is slow: mail that waits for it goes along."""
    relay = "relay1"
    routed.control.forget_mail()
    pids = routed.ssh(relay, "pgrep -x master")
    routed.control.set_faults(smtp_delay={"ses": 0.2})
    load = subprocess.Popen(
        routed.lab.ssh_command(relay, "python3 -"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert load.stdin
    load.stdin.write(LOAD)
    load.stdin.close()
    time.sleep(8)
    calls = len(routed.control.calls())
    run = switch(routed, "--data", f"to={SECOND}", "-y", policy=policy)
    ended = time.time()
    assert run.status == 0, run.output
    assert len(routed.control.calls()) == calls, "a switch needs no AWS"
    assert load.stdout
    lines = [line.split() for line in load.stdout]
    assert load.wait(60) == 0
    assert not [line for line in lines if line[0] == "refused"]
    accepted = {f"load {n}": float(at) for at, n in lines}
    assert len(accepted) == 600

    def arrived() -> dict[str, str]:
        return {subject_of(mail): mail.provider for mail in routed.control.mail()}

    assert wait_until(lambda: accepted.keys() <= arrived().keys(), 120), "lost"
    late = [s for s, at in accepted.items() if at > ended + 5 and arrived()[s] != SECOND]
    assert not late
    assert {"ses", SECOND} == set(arrived().values())
    assert routed.ssh(relay, "pgrep -x master") == pids


def test_what_waits_goes_along_at_once(routed: Fleet, policy: Path) -> None:
    assert switch(routed, "--data", "to=policy", "-y", policy=policy).status == 0
    routed.control.set_faults(smtp={"ses": DOWN, SECOND: DOWN})
    routed.burst("relay3", "waits", sender=SENDER, number=5)
    assert wait_until(lambda: len(routed.deferred("relay3")) == 5, 60)
    routed.control.reset_faults()
    routed.control.set_faults(smtp={SECOND: DOWN})
    # they have been taken over by the second provider, which is still down
    run = switch(routed, "--data", "to=ses", "-y", policy=policy)
    assert run.status == 0, run.output
    mails = routed.received("waits", 5, seconds=20)
    assert [mail.provider for mail in mails] == ["ses"] * 5
    routed.control.reset_faults()


def test_a_deploy_keeps_and_tells_the_switch(routed: Fleet, policy: Path) -> None:
    assert switch(routed, "--data", f"to=ses:1,{SECOND}:1", "-y", policy=policy).status == 0
    dry = switch(routed, "--data", f"to=ses:1,{SECOND}:1", "--dry", policy=policy)
    assert "Plan: No changes." in dry.output
    more = f'routes=[Route(via="ses", fallback="{SECOND}")],'
    changed = write_policy(routed.scratch / "kept", second=f"{AUTHORISED}, connections=7",
                           more=more)  # fmt: skip
    run = routed.deploy("-y", policy=changed)
    assert run.status == 0, run.output
    assert f"switched to ses:1,{SECOND}:1 since 20" in run.output
    assert routed.plan(policy=changed) == []
    routed.control.forget_mail()
    routed.burst("relay2", "kept", sender=SENDER, number=30)
    assert len(routed.received("kept", 30)) == 30
    assert {mail.provider for mail in routed.control.mail()} == {"ses", SECOND}
    assert routed.deploy("-y", policy=policy).status == 0


def test_one_host_alone_is_switched_and_back(routed: Fleet, policy: Path) -> None:
    assert switch(routed, "--data", "to=policy", "-y", policy=policy).status == 0
    run = switch(routed, "--limit", "relay3", "--data", f"to={SECOND}", "-y", policy=policy)
    assert run.status == 0, run.output
    assert provider_of(routed, "relay3", "switched alone") == SECOND
    assert provider_of(routed, "relay1", "not switched") == "ses"
    switched = json.loads(routed.ssh("relay3", "cat /var/lib/mailfleet/switch.json"))
    assert switched["to"] == {SECOND: 1}
    assert switch(routed, "--data", "to=policy", "-y", policy=policy).status == 0
    assert provider_of(routed, "relay3", "switched back") == "ses"


def test_a_switch_that_was_killed_is_finished_by_a_deploy(routed: Fleet, policy: Path) -> None:
    """It has been written down, and nothing more was done."""
    assert switch(routed, "--data", "to=policy", "-y", policy=policy).status == 0
    made = json.dumps({"to": {SECOND: 1}, "by": "ops", "on": "laptop", "at": "just now"})
    routed.ssh("relay2", "cat > /var/lib/mailfleet/switch.json", made)
    plan = routed.plan(policy=policy)
    assert [(c["host"], c["id"]) for c in plan] == [
        ("relay2", "/etc/postfix/switch"), ("relay2", "postfix"),
    ]  # fmt: skip
    assert routed.deploy("-y", policy=policy).status == 0
    assert routed.plan(policy=policy) == []
    assert provider_of(routed, "relay2", "finished") == SECOND


def test_dead_hosts_are_listed_and_the_others_switched_without_aws(
    routed: Fleet, policy: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    text = Path(routed.lab.aws.config_file).read_text()
    nowhere.write_text(text.replace(routed.lab.aws.endpoint, "http://127.0.0.1:9"))
    without_aws = ("--data", f"aws_config_file={nowhere}")
    with routed.dead("relay2"):
        run = switch(routed, "--data", f"to={SECOND}", "-y", *without_aws, policy=policy)
    assert "sts:" not in run.output
    assert run.status != 0
    assert "[relay2]" in run.output
    assert "Could not connect" in run.output
    assert "Traceback" not in run.output
    for relay in ("relay1", "relay3"):
        assert provider_of(routed, relay, f"beside a dead one {relay}") == SECOND


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        (
            "to=mailgun",
            "to: found 'mailgun', expected one of the providers: ses, second; or policy",
        ),
        ("elsewhere=1", "--data elsewhere: found a name that nothing reads"),
    ],
)
def test_a_mistake_is_one_sentence(routed: Fleet, policy: Path, to: str, sentence: str) -> None:
    before = routed.fingerprint("relay1")
    run = switch(routed, "--data", to, "-y", policy=policy)
    assert run.status != 0
    assert sentence in run.output
    assert "Traceback" not in run.output
    assert routed.fingerprint("relay1") == before
