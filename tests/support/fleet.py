"""The lab's fleet, deployed to from outside as its users would."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

from lab.control import Control
from lab.network import namespace_name
from lab.observed import Mail
from lab.state import Lab
from tests.support import boto
from tests.support.cli import ROOT, Run, command, pyinfra

INVENTORY = "inventory/lab.py"
_FINGERPRINT = (
    "sha256sum /etc/postfix/* /var/lib/mailfleet/loaded /usr/local/bin/* 2>/dev/null;"
    " systemctl show postfix -p ActiveState; cat /var/spool/postfix/pid/master.pid"
)
_BURST = """
import smtplib, sys
sender, number, text = sys.argv[1], int(sys.argv[2]), sys.stdin.read()
server = smtplib.SMTP("127.0.0.1", 25)
for n in range(number):
    server.sendmail(sender, [f"you{n}@elsewhere.example"], text)
"""
_BREAK = "-- next file"


@dataclass
class Fleet:
    """A lab that is up. `policy` is the group_data folder that deploys use, `scratch` a folder
    to write to."""

    directory: Path
    policy: Path
    lab: Lab
    scratch: Path

    @property
    def control(self) -> Control:
        return Control(self.lab.control)

    @property
    def env(self) -> dict[str, str]:
        return {"MAILFLEET_LAB": str(self.directory)}

    @property
    def relays(self) -> list[str]:
        return [relay.name for relay in self.lab.relays]

    def address(self, relay: str) -> str:
        return self.lab.relay(relay).address

    def arguments(self, *arguments: str, policy: Path | None = None) -> list[str]:
        return ["deploy.py", "--group-data", str(policy or self.policy), *arguments]

    def deploy(
        self, *arguments: str, policy: Path | None = None, env: dict[str, str] | None = None
    ) -> Run:
        every = self.arguments(*arguments, policy=policy)
        return pyinfra(INVENTORY, *every, env={**self.env, **(env or {})})

    def rotate(self, *arguments: str, policy: Path | None = None) -> Run:
        every = ["rotate.py", "--group-data", str(policy or self.policy), *arguments]
        return pyinfra(INVENTORY, *every, env=self.env, timeout=800)

    def command(self, *arguments: str) -> list[str]:
        return command(INVENTORY, *self.arguments(*arguments))

    def deploy_with_template(self, scratch: Path, edit: Callable[[str], str]) -> Run:
        """Deploy from a copy of the project whose main.cf template has been edited."""
        checkout = scratch / "checkout"
        shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        template = checkout / "templates/etc/postfix/main.cf.j2"
        template.write_text(edit(template.read_text()))
        done = subprocess.run(
            self.command("-y"),
            cwd=checkout,
            env={**os.environ, **self.env, "PYTHONPATH": str(checkout)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def plan(self, *arguments: str, policy: Path | None = None) -> list[dict[str, Any]]:
        path = self.scratch / "plan.json"
        run = self.deploy("--dry", "--data", f"plan_out={path}", *arguments, policy=policy)
        assert run.status == 0, run.output
        plan: list[dict[str, Any]] = json.loads(path.read_text())
        return plan

    def ssh(self, relay: str, script: str, text: str = "", *, check: bool = True) -> str:
        """Run a shell script on a relay as root."""
        done = subprocess.run(
            self.lab.ssh_command(relay, f"sudo sh -c {_quoted(script)}"),
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout

    @contextmanager
    def dead(self, relay: str) -> Iterator[None]:
        """Nobody reaches the relay meanwhile."""
        link = ["ip", "-n", namespace_name(self.lab.name, relay), "link", "set", "eth0"]
        subprocess.run([*link, "down"], check=True)
        try:
            yield
        finally:
            subprocess.run([*link, "up"], check=True)

    def sendmail(self, relay: str, subject: str, *, sender: str, to: str = "you@elsewhere.example",
                 times: int = 1) -> None:  # fmt: skip
        """Submit mail with sendmail(1), `times` times in a row."""
        mail = f"From: {sender}\\nTo: {to}\\nSubject: {subject}\\n\\nHello\\n"
        submit = f"printf '{mail}' | /usr/sbin/sendmail -f {sender} {to}"
        self.ssh(relay, f"for n in $(seq {times}); do {submit}; done")

    def burst(
        self, relay: str, subject: str, *, sender: str, number: int, author: str = ""
    ) -> None:
        """Submit that many mails by SMTP, each to another recipient; `author` is in From."""
        text = f"From: {author or sender}\nSubject: {subject}\n\nHello\n"
        self.ssh(relay, f"python3 -c '{_BURST}' {sender} {number}", text)

    def returned(self, relay: str) -> list[str]:
        """The bounces and notices that the relay keeps, as text."""
        files = "/var/mail/returned/new/*"
        text = self.ssh(relay, f"for file in {files}; do cat $file; echo {_BREAK}; done 2>&-")
        return [part for part in text.split(_BREAK) if part.strip()]

    def reasons(self, relay: str) -> str:
        """Why the mail in the relay's queue has not left."""
        return " ".join(
            str(recipient.get("delay_reason", ""))
            for mail in self.queued(relay)
            for recipient in mail["recipients"]
        )

    def received(self, subject: str, number: int = 1, seconds: float = 60) -> list[Mail]:
        """All mail with that subject, once there are `number` of them or time is up."""

        def found() -> list[Mail]:
            return [mail for mail in self.control.mail() if subject_of(mail) == subject]

        wait_until(lambda: len(found()) >= number, seconds)
        return found()

    def queued(self, relay: str) -> list[dict[str, Any]]:
        """The relay's queue, as `postqueue -j` tells it."""
        return [json.loads(line) for line in self.ssh(relay, "postqueue -j").splitlines()]

    def deferred(self, relay: str) -> list[dict[str, Any]]:
        """The mail that has been tried, and waits."""
        return [mail for mail in self.queued(relay) if mail["queue_name"] == "deferred"]

    def fingerprint(self, relay: str) -> str:
        """Changes when any of our files, the stamp or the running master does."""
        return self.ssh(relay, _FINGERPRINT, check=False)

    def client(self, service: str) -> Any:
        return boto.client(service, self.lab.aws.endpoint, "us-east-1")

    def password(self) -> str:
        """The SES password in use, for tests that look for it where it must not be."""
        secret = self.client("secretsmanager").get_secret_value(SecretId="mailfleet/smtp/us-east-1")
        return str(json.loads(secret["SecretString"])["password"])

    def secrets(self) -> list[str]:
        """The passwords of the tests' policy."""
        second = self.client("secretsmanager").get_secret_value(SecretId="second-password")
        return [self.password(), str(second["SecretString"])]


def subject_of(mail: Mail) -> str:
    return str(message_from_bytes(mail.data)["Subject"])


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True


def _quoted(script: str) -> str:
    return "'" + script.replace("'", "'\"'\"'") + "'"
