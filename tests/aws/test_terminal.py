"""How a run ends when somebody stops it, and when nobody is there."""

import signal
import subprocess

from tests.aws.conftest import Fleet
from tests.support.cli import ROOT, command


def test_ctrl_c_ends_with_130_and_a_rerun_finishes(fleet: Fleet) -> None:
    fleet.write(gate=300)
    fleet.cloud.control.set_faults(verification="never")
    run = subprocess.Popen(
        command(fleet.directory / "inventory.py", "deploy.py", "-y"),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stderr
    for line in run.stderr:
        if "waiting for SES" in line:
            break
    run.send_signal(signal.SIGINT)
    _, rest = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in rest
    left = rest[rest.index("Interrupted. Left to do:") :]
    assert "Gate | Domains are verified (begun)" in left
    assert "IAM user and credential" not in left
    fleet.cloud.control.reset_faults()
    assert fleet.deploy("-y").status == 0
    assert fleet.plan() == []


def test_without_a_terminal_a_run_with_changes_says_what_to_do(fleet: Fleet) -> None:
    run = fleet.deploy()
    assert run.status != 0
    assert "nobody is there to confirm: run with -y, or with --dry" in run.output
    assert "Traceback" not in run.output
    assert fleet.cloud.writes() == []
