"""The lab's fleet by an inventory with groups of its own, each of which may have a `relay`."""

import json
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.cli import Run, pyinfra
from tests.support.fleet import Fleet
from tests.support.policies import DOMAIN, write_policy

_RELAY = "from mailfleet.inventory import Login, Relay, secret\n\nrelay = Relay({})\n"
_FINGERPRINT = "openssl x509 -in {} -noout -fingerprint -sha256"


class Dedicated:
    """`groups` are hosts of the lab by the group that each is alone in."""

    def __init__(self, fleet: Fleet, directory: Path, groups: dict[str, str]) -> None:
        self.fleet = fleet
        # the file's name is that of the lab's own group_data
        self.inventory = directory / "lab.py"
        lines = [f"{group} = [r for r in relays if r[0] == {host!r}]\n"
                 for group, host in groups.items()]  # fmt: skip
        self.inventory.write_text(f"from inventory.lab import accounts, relays\n\n{''.join(lines)}")
        self.policy = write_policy(directory / "group_data")

    def relay(self, group: str, arguments: str) -> None:
        """Say what the `relay` of a group is."""
        (self.policy / f"{group}.py").write_text(_RELAY.format(arguments))

    def deploy(self, *arguments: str) -> Run:
        every = self.fleet.arguments(*arguments, policy=self.policy)
        return pyinfra(str(self.inventory), *every, env=self.fleet.env)

    def rollback(self, *arguments: str) -> Run:
        every = ["rollback.py", "--group-data", str(self.policy), *arguments]
        return pyinfra(str(self.inventory), *every, env=self.fleet.env)

    def plan(self) -> list[dict[str, Any]]:
        path = self.fleet.scratch / "dedicated.json"
        run = self.deploy("--dry", "--data", f"plan_out={path}")
        assert run.status == 0, run.output
        plan: list[dict[str, Any]] = json.loads(path.read_text())
        return plan

    def pin(self, relay: str, certificate: str = "/etc/mailfleet/relay.pem") -> str:
        shown = self.fleet.ssh(relay, _FINGERPRINT.format(certificate))
        return shown.partition("=")[2].strip()


@contextmanager
def submission(address: str) -> Iterator[smtplib.SMTP]:
    """A session with port 587 after STARTTLS, from an address that no relay has as a client."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP(address, 587, timeout=60) as server:
        server.starttls(context=context)
        server.ehlo("stranger.example")
        yield server


def rcpt(server: smtplib.SMTP, sender: str = f"app@{DOMAIN}") -> int:
    """The answer to RCPT, after a MAIL that is taken."""
    server.ehlo("stranger.example")
    assert server.mail(sender)[0] == 250
    return server.rcpt("you@elsewhere.example")[0]
