"""A fleet that is deployed by two versions of mailfleet: a relay alone, a dedicated one, and its
client, with a policy that uses much of what there is."""

import json
from pathlib import Path
from typing import Any

from lab.state import Lab
from tests.support.cli import Run, pyinfra
from tests.support.earlier import Earlier
from tests.support.fleet import Fleet
from tests.support.policies import ADMIN, DOMAIN

ALONE, DEDICATED, CLIENT = "relay1", "relay2", "relay3"
USER, PASSWORD = "app1", "sentinel-password-of-app1"
POLICY = f"""\
from mailfleet.inventory import (
    Address, Byodkim, ConfigurationSet, DedicatedPool, Delegate, Dmarc, Domain, EmailAlert, Gate,
    Mail, Relay, Returned, Route, Ses, SesAccount, Smtp, secret,
)

mail = Mail(
    admin="{ADMIN}",
    domains=[
        Domain("{DOMAIN}", dkim=Byodkim("mf1"), dmarc=Dmarc("quarantine", percent=50),
               delegates=[Delegate("210987654321")], configuration_set="everyday"),
        Domain("other.example", senders=["news@other.example"]),
    ],
    addresses=[Address("bills@{DOMAIN}", configuration_set="everyday")],
    providers=[
        Ses("us-east-1", connections=10, account=SesAccount(suppression=["BOUNCE"]),
            pools=[DedicatedPool("everyday", scaling="MANAGED")],
            configuration_sets=[ConfigurationSet("everyday", pool="everyday", tls="OPTIONAL")]),
        Ses("eu-west-1", name="eu"),
        Smtp("smtp.second.example:587", name="second", username="user", rate=20,
             password=secret("aws:second-password"), spf="include:spf.second.example",
             dkim={{"s1._domainkey": "s1.second.example"}}),
        Smtp("smtp.wrapped.example:465", name="wrapped", username="user",
             password=secret("ssm:/wrapped-password")),
    ],
    routes=[
        Route({{"ses": 9, "second": 1}}, fallback="second"),
        Route("eu", senders=["eu@{DOMAIN}"]),
    ],
    alerts=[EmailAlert(to="{ADMIN}", via="wrapped")],
    gate=Gate(verified_within=60, authenticated_within=30),
    relay=Relay(rewrite_from=True, provider_failover=True, rtt=0.05, check_logs="*:0/30",
                returned=Returned(days=7)),
)
"""
_RELAY = "from mailfleet.inventory import Login, Relay, secret\n\nrelay = Relay({})\n"
_INVENTORY = f"""\
from inventory.lab import accounts, relays

dedicated = [relay for relay in relays if relay[0] == "{DEDICATED}"]
client = [relay for relay in relays if relay[0] == "{CLIENT}"]
"""
_FINGERPRINT = "openssl x509 -in /etc/mailfleet/relay.pem -noout -fingerprint -sha256"


class Operator:
    """Deploys with the earlier version and with this one. The policy is the same, in the words of
    each."""

    def __init__(self, lab: Lab, earlier: Earlier, directory: Path) -> None:
        self.directory, self._earlier = directory, earlier
        self.old_words, self.words = directory / "old_words", directory / "words"
        self.fleet = Fleet(directory / "lab", self.words, lab, directory)
        # the file's name is that of the lab's own group_data
        self.inventory = directory / "lab.py"
        self.inventory.write_text(_INVENTORY)
        self._write("all", POLICY)

    def _write(self, name: str, text: str) -> None:
        for folder, words in ((self.words, text), (self.old_words, self._earlier.words(text))):
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.py").write_text(words)

    def deploy_first(self) -> None:
        """The dedicated relay makes its certificate, which its client has to know."""
        fleet = self.fleet
        fleet.client("secretsmanager").create_secret(Name="relay-app1", SecretString=PASSWORD)
        serves = (
            f'listen="all", clients=["{fleet.address(CLIENT)}/32"], '
            f'port_25={{"{fleet.address(DEDICATED)}": "10.9.0.0/16"}}, '
            f'logins={{"{USER}": Login(secret("aws:relay-app1"), senders=["@{DOMAIN}"])}}'
        )
        self._write("dedicated", _RELAY.format(serves))
        self.deploy_earlier("-y", "--data", "rollout=all")
        found = fleet.ssh(DEDICATED, _FINGERPRINT).partition("=")[2].strip()
        through = f'relay_hosts="{fleet.address(DEDICATED)}", tls_fingerprints="{found}"'
        self._write("client", _RELAY.format(through))
        self.deploy_earlier("-y")

    def deploy_earlier(self, *arguments: str) -> Run:
        """Deploy with the earlier version, which must succeed."""
        every = ["deploy.py", "--group-data", str(self.old_words), *arguments]
        run = self._earlier.pyinfra(self.inventory, *every, env=self.fleet.env)
        assert run.status == 0, run.output
        return run

    def deploy(self, *arguments: str, policy: Path | None = None) -> Run:
        every = self.fleet.arguments(*arguments, policy=policy)
        return pyinfra(self.inventory, *every, env=self.fleet.env)

    def plan(self, *arguments: str) -> tuple[Run, list[dict[str, Any]]]:
        """Deploy, which must succeed, and what was planned."""
        path = self.directory / "plan.json"
        run = self.deploy("--data", f"plan_out={path}", *arguments)
        assert run.status == 0, run.output
        return run, json.loads(path.read_text())
