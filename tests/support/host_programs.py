"""Programs of agent/ on a relay of the lab, without pyinfra around them."""

import json
import runpy
import subprocess
from pathlib import Path

from mailfleet.credential import Credential
from mailfleet.inputs import Inputs
from mailfleet.policy import Mail
from mailfleet.relay.agent import program
from mailfleet.relay.request import read_request
from mailfleet.relay.state import HostState, parse
from mailfleet.relay.tree import Desired, desired_host
from tests.support.fleet import Fleet


def ask(fleet: Fleet, relay: str, text: str) -> "subprocess.CompletedProcess[str]":
    """Run a program on a relay, as pyinfra does."""
    return subprocess.run(
        fleet.lab.ssh_command(relay, "sudo python3 -I -"),
        input=text.encode().decode(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def state(fleet: Fleet, relay: str, desired: Desired) -> HostState:
    answer = ask(fleet, relay, program("read", read_request(desired)))
    # earlier commits, whose programs scripts/cases.sh runs, have no mark
    return parse(json.loads(answer.stdout.splitlines()[-1].removeprefix("mailfleet-answer: ")))


def policy_in(group_data: Path) -> Mail:
    """The policy of such a folder."""
    mail = runpy.run_path(str(group_data / "all.py"))["mail"]
    assert isinstance(mail, Mail)
    return mail


def wanted(fleet: Fleet, mail: Mail) -> Desired:
    """What a deploy of that policy makes of each relay; all Ses of it have `connections`."""
    secrets = fleet.client("secretsmanager")

    def value(name: str) -> str:
        return str(secrets.get_secret_value(SecretId=name)["SecretString"])

    of_ses = {ses.name: _of_ses(value(f"mailfleet/smtp/{ses.region}")) for ses in mail.ses}
    of_others = {p.name: Credential(p.username, value(p.password.name)) for p in mail.smtp}
    authorities = {p.name: Path(p.ca).read_text() for p in mail.smtp if p.ca}
    inputs = Inputs(relays=len(fleet.relays), authorities=authorities)
    return desired_host(mail, {**of_ses, **of_others}, inputs)


def _of_ses(stored: str) -> Credential:
    found = json.loads(stored)
    return Credential(found["username"], found["password"])
