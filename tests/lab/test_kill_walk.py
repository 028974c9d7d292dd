"""An apply killed at any moment: mail keeps flowing, and the next deploy converges."""

import subprocess
import time
from pathlib import Path

import pytest

from tests.support.fleet import Fleet, wait_until
from tests.support.policies import DOMAIN, write_policy

STEPS = 16
STEP = 0.12  # seconds; together more than an apply takes

# Waits for the apply to begin, then for a while, then kills it.
KILLER = """
while [ ! -d /var/lib/mailfleet/stage ]; do sleep 0.01; done
sleep {delay}
pkill -9 -f '^python3 -I -' && echo killed
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_apply_that_is_killed_anywhere(deployed: Fleet, tmp_path: Path) -> None:
    killed = 0
    for step in range(STEPS):
        policy = write_policy(tmp_path, ses=f", connections={20 + step}")
        killer = subprocess.Popen(
            deployed.lab.ssh_command("relay2", f"sudo sh -c '{_script(step * STEP)}'"),
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(1)
        deployed.deploy("-y", "--limit", "relay2", policy=policy)
        said, _ = killer.communicate(timeout=60)
        killed += "killed" in said
        deployed.sendmail("relay2", f"step {step}", sender=f"app@{DOMAIN}")
        assert deployed.received(f"step {step}"), f"no mail after a kill at step {step}"
        rerun = deployed.deploy("-y", "--limit", "relay2", policy=policy)
        assert rerun.status == 0, rerun.output
        limit = deployed.ssh("relay2", "postconf -h ses_destination_concurrency_limit")
        assert limit.strip() == str(20 + step)
        assert deployed.plan("--limit", "relay2", policy=policy) == []
    assert killed > STEPS / 3, "the walk hardly ever met an apply at work"
    assert deployed.deploy("-y").status == 0
    assert wait_until(lambda: not deployed.queued("relay2"), 60)


def _script(delay: float) -> str:
    return KILLER.format(delay=f"{delay:.2f}").replace("'", "'\"'\"'")
