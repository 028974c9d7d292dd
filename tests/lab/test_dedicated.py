"""A host that serves another one of the fleet by submission, and refuses everybody else."""

import json
import smtplib
import ssl
from pathlib import Path

from tests.support.cli import Run, pyinfra
from tests.support.fleet import Fleet
from tests.support.policies import DOMAIN, write_policy

# relay1 serves relay2; the file's name is that of the lab's own group_data
_INVENTORY = """\
from inventory.lab import accounts, relays

servers = [relays[0]]
served = [relays[1]]
"""
_RELAY = "from mailfleet.inventory import Relay\n\nrelay = Relay({})\n"
_FINGERPRINT = "openssl x509 -in /etc/mailfleet/relay.pem -noout -fingerprint -sha256"


class Dedicated:
    """The lab's fleet by an inventory with groups of its own."""

    def __init__(self, fleet: Fleet, directory: Path) -> None:
        self.fleet = fleet
        self.inventory = directory / "lab.py"
        self.inventory.write_text(_INVENTORY)
        self.policy = write_policy(directory / "group_data")

    def relay(self, group: str, arguments: str) -> None:
        (self.policy / f"{group}.py").write_text(_RELAY.format(arguments))

    def deploy(self, *arguments: str) -> Run:
        every = self.fleet.arguments(*arguments, policy=self.policy)
        return pyinfra(str(self.inventory), *every, env=self.fleet.env)

    def plan(self) -> object:
        path = self.fleet.scratch / "dedicated.json"
        run = self.deploy("--dry", "--data", f"plan_out={path}")
        assert run.status == 0, run.output
        return json.loads(path.read_text())


def rcpt(server: smtplib.SMTP) -> int:
    """The answer to a stranger's RCPT."""
    server.ehlo("stranger.example")
    assert "auth" not in server.esmtp_features
    assert server.mail(f"app@{DOMAIN}")[0] == 250
    return server.rcpt("you@elsewhere.example")[0]


def test_a_dedicated_relay_serves_its_clients_and_refuses_strangers(
    deployed: Fleet, tmp_path: Path
) -> None:
    fleet = Dedicated(deployed, tmp_path)
    server, client = deployed.address("relay1"), deployed.address("relay2")
    fleet.relay("servers", f'listen="all", clients=["{client}/32"]')
    first = fleet.deploy("-y")
    assert first.status == 0, first.output
    pin = deployed.ssh("relay1", _FINGERPRINT).partition("=")[2].strip()
    assert deployed.ssh("relay1", "stat -c %a:%U /etc/mailfleet/relay.pem") == "600:root\n"
    fleet.relay("served", f'by="{server}", pins="{pin}"')
    second = fleet.deploy("-y")
    assert second.status == 0, second.output
    assert fleet.plan() == []

    assert "amazonaws" not in deployed.ssh("relay2", "cat /etc/postfix/sasl_passwd")
    deployed.sendmail("relay2", "through relay1", sender=f"app@{DOMAIN}", times=3)
    arrived = deployed.received("through relay1", number=3)
    assert len(arrived) == 3
    assert all(b"with ESMTPS" in mail.data for mail in arrived)

    with smtplib.SMTP(server, 25, timeout=30) as stranger:
        assert rcpt(stranger) == 554
    with smtplib.SMTP(server, 587, timeout=30) as stranger:
        stranger.ehlo("stranger.example")
        assert "auth" not in stranger.esmtp_features
        assert stranger.mail(f"app@{DOMAIN}")[0] == 530
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        stranger.starttls(context=context)
        assert rcpt(stranger) == 554

    # another certificate than the pinned one: mail waits
    fleet.relay("served", f'by="{server}", pins="{":".join(["AB"] * 32)}"')
    wrong = fleet.deploy("-y")
    assert "went back to what worked before" in wrong.output
    assert deployed.deploy("-y").status == 0
    assert deployed.plan() == []
