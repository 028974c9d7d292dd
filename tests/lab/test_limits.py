"""A cap of 14 messages a second, 300 messages queued, 20 ms away: drained, and hardly throttled.

The times are those at the end point: how well the limits use the cap is what is tested.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import pyinfra
from tests.support.fleet import Fleet
from tests.support.policies import DOMAIN, write_policy

CAP = 14
MESSAGES = 300
IDEAL = MESSAGES / CAP
SENDER = f"app@{DOMAIN}"
# On Debian 12 the service stands for postfix@-, whose end is not waited for.
QUEUE = f"""
systemctl stop postfix 'postfix@*'
for n in $(seq {{number}}); do
    printf "From: {SENDER}\\nSubject: cap\\n\\nHello\\n" |
        sendmail -f {SENDER} you$n@elsewhere.example
done
"""
INVENTORY = """\
import runpy

_lab = runpy.run_path("inventory/lab.py")
accounts = _lab["accounts"]
relays = _lab["relays"][:{number}]
"""


@pytest.fixture
def policy(deployed: Fleet, tmp_path: Path) -> Iterator[Path]:
    yield write_policy(tmp_path / "policy", ses=f", rate={CAP}")
    assert deployed.deploy("-y").status == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("number", "most"), [(1, 1.6), (3, 2.0)])
def test_queued_mail_leaves_within_the_cap(
    deployed: Fleet, policy: Path, tmp_path: Path, number: int, most: float
) -> None:
    inventory = tmp_path / "lab.py"  # its name is the group of group_data/lab.py
    inventory.write_text(INVENTORY.format(number=number))
    arguments = deployed.arguments("-y", policy=policy)
    run = pyinfra(inventory, *arguments, env=deployed.env)
    assert run.status == 0, run.output
    relays = deployed.relays[:number]
    for relay in relays:
        deployed.ssh(relay, QUEUE.format(number=MESSAGES // number))
    deployed.control.forget_mail()
    deployed.control.forget_refusals()
    deployed.control.set_faults(send_rate=CAP, smtp_delay={"ses": 0.020})
    starting = [
        subprocess.Popen(deployed.lab.ssh_command(relay, "sudo systemctl start postfix"))
        for relay in relays
    ]
    assert [process.wait(60) for process in starting] == [0] * number
    mails = deployed.received("cap", MESSAGES, seconds=180)
    assert len(mails) == MESSAGES
    assert len(deployed.control.refusals()) <= 5
    times = [mail.at for mail in mails]
    assert max(times) - min(times) <= most * IDEAL
