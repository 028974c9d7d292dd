"""A client that submits a numbered message every second until it is stopped. The number is in the
subject: SES replaces Message-ID."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.fleet import Fleet

_PROGRAM = """
import select, smtplib, ssl, sys, time
name, host, port, login, *senders = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

def submit(sender, subject):
    text = f"From: {sender}\\nTo: you@elsewhere.example\\nSubject: {subject}\\n\\nHello\\n"
    with smtplib.SMTP(host, int(port), timeout=30) as server:
        if login:
            server.starttls(context=context)
            server.login(*login.split(":"))
        server.sendmail(sender, ["you@elsewhere.example"], text)
        print("accepted", subject, flush=True)

number, due = 0, time.monotonic()
while not select.select([sys.stdin], [], [], max(0, due - time.monotonic()))[0]:
    number, due = number + 1, due + 1
    subject = f"{name} number {number}"
    try:
        submit(senders[number % len(senders)], subject)
    except OSError as error:
        print("refused", subject, repr(error), flush=True)
"""


@dataclass(frozen=True)
class Submitted:
    """The subjects that the relay accepted, and those that it did not, each with the reason."""

    accepted: tuple[str, ...]
    refused: tuple[str, ...]


class SteadyClient:
    """Runs on a host of the lab from the moment that it is made, and uses the senders in turn.
    `name` makes its subjects unique; `to` is where it submits, with a `login` ("user:password")
    if there is one."""

    def __init__(
        self,
        fleet: Fleet,
        host: str,
        name: str,
        senders: Sequence[str],
        to: str = "127.0.0.1:25",
        login: str = "",
    ) -> None:
        arguments = " ".join([name, *to.split(":"), f'"{login}"', *senders])
        self._process = subprocess.Popen(
            fleet.lab.ssh_command(host, f"python3 -c '{_PROGRAM}' {arguments}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def stop(self) -> Submitted:
        output, _ = self._process.communicate(timeout=60)
        assert self._process.returncode == 0, output
        lines = [line.partition(" ")[::2] for line in output.splitlines()]
        accepted, refused = (
            tuple(text for verdict, text in lines if verdict == wanted)
            for wanted in ("accepted", "refused")
        )
        return Submitted(accepted, refused)
