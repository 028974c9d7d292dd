"""`make demo`: the main job from an empty account to received mail, told as it happens."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from lab.control import Control
from lab.errors import LabError
from lab.observed import Mail
from lab.signature import aligned_signature
from lab.spf import aligned_envelope
from lab.state import CHECKOUT, Lab

INVENTORY = "inventory/lab.py"
PROGRAMS = "/usr/local/bin/"
RECIPIENT = "you@example.org"


def show_all(lab: Lab, directory: Path) -> None:
    """Dry run, run, dry run, a mail from every host. LabError when anything is not as it should."""
    _title("1. What would change", f"pyinfra {INVENTORY} deploy.py --dry --diff")
    plan = _pyinfra("--dry", "--diff")
    (directory / "plan.txt").write_text(plan)
    for line in _abridged(plan.splitlines(), directory / "plan.txt"):
        click.echo(line)

    _title("2. Do it", f"pyinfra {INVENTORY} deploy.py -y")
    click.echo(_results(_pyinfra("-y")))

    _title("3. What would change now", f"pyinfra {INVENTORY} deploy.py --dry")
    again = _pyinfra("--dry")
    click.echo(_last_line(again, "--> Plan:"))
    if "Plan: No changes." not in again:
        raise LabError("the second dry run shows changes")

    if lab.relays:
        _title("4. A mail from every relay host", f"sendmail {RECIPIENT}")
        _send_from_every_relay(lab)
    _where_next(lab)


def _send_from_every_relay(lab: Lab) -> None:
    control = Control(lab.control)
    control.forget_mail()
    for relay in lab.relays:
        text = f"From: shop@example.com\nTo: {RECIPIENT}\nSubject: from {relay.name}\n\nHello\n"
        subprocess.run(
            lab.ssh_command(relay.name, "/usr/sbin/sendmail", "-f", "shop@example.com", RECIPIENT),
            input=text,
            text=True,
            check=True,
        )
    received = {mail.peer: mail for mail in _wait_for(control, len(lab.relays))}
    for relay in lab.relays:
        mail = received.get(relay.address)
        domain = mail and aligned_signature(mail.data, lab.dns)
        envelope = mail and aligned_envelope(mail, lab.dns)
        if not mail or not mail.tls or not mail.user or not domain or not envelope:
            raise LabError(f"no signed mail arrived from {relay.name}: `mailq` there says why")
        click.echo(
            f"{relay.name}: received by {mail.provider} over {mail.tls}, authenticated as "
            f"{mail.user}, DKIM signature of {domain} verified, SPF of {envelope} passed"
        )


def _wait_for(control: Control, number: int, seconds: float = 30) -> list[Mail]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and len(control.mail("ses")) < number:
        time.sleep(0.2)
    return control.mail("ses")


def _pyinfra(*arguments: str) -> str:
    """deploy.py's output; LabError with all of it when it fails."""
    done = subprocess.run(
        [Path(sys.executable).parent / "pyinfra", INVENTORY, "deploy.py", *arguments],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LabError(f"deploy.py ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def _abridged(lines: list[str], whole: Path) -> Iterator[str]:
    """The plan, without the text of the programs that are put on each host."""
    start = next(n for n, line in enumerate(lines) if "--> Plan of" in line)
    end = next(n for n, line in enumerate(lines) if "--> Plan: " in line)
    hidden = 0
    for line in [*lines[start : end + 1], ""]:
        if hidden and line.startswith(" " * 8):
            hidden += 1
            continue
        if hidden > 1:
            yield f"        ({hidden - 1} lines: see {whole})"
        hidden = 1 if PROGRAMS in line else 0
        yield line


def _results(output: str) -> str:
    return output[output.index("--> Results:") : output.index("--> Disconnecting")].rstrip()


def _last_line(output: str, start: str) -> str:
    return next(line for line in reversed(output.splitlines()) if start in line)


def _title(text: str, command: str) -> None:
    click.secho(f"\n{text}", bold=True)
    click.secho(f"$ {command}\n", dim=True)


def _where_next(lab: Lab) -> None:
    click.secho("\nWhere to look next", bold=True)
    click.echo("The lab stays up. With .venv/bin on your PATH:")
    hints = {
        f"pytest tests/verify --inventory {INVENTORY}": "is the fleet as the policy says?",
        "$EDITOR group_data/all.py": "the mail policy: change it,",
        f"pyinfra {INVENTORY} deploy.py --dry --diff": "and see what would happen",
        **({"python -m lab ssh relay1": "look around on a relay host"} if lab.relays else {}),
        f"curl {lab.control}/mail": "what the providers received",
        "make lab-down": "take it all away again",
    }
    for command, what in hints.items():
        click.echo(f"  {command:52} {what}")
