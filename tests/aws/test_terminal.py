"""How a run ends when somebody stops it, and when nobody is there."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.aws.conftest import Fleet
from tests.support.cli import ROOT, command


def _hears_hangups() -> None:
    """Also when the tests themselves run under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGTERM, marks=pytest.mark.case("hosts-14")),
        pytest.param(signal.SIGHUP, marks=pytest.mark.case("hosts-14")),
        signal.SIGINT,
    ],
)
def test_a_signal_lists_what_is_left_and_a_rerun_finishes(
    fleet: Fleet, number: signal.Signals
) -> None:
    fleet.write(gate=300)
    fleet.cloud.control.set_faults(verification="never")
    run = subprocess.Popen(
        command(fleet.directory / "inventory.py", "deploy.py", "-y"),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hears_hangups,
    )
    assert run.stderr
    for line in run.stderr:
        if "waiting for SES" in line:
            break
    run.send_signal(number)
    _, rest = run.communicate(timeout=60)
    assert run.returncode == 128 + number
    assert "Traceback" not in rest
    left = rest[rest.index("Interrupted. Left to do:") :]
    assert "Gate | Domains are verified (begun)" in left
    assert "IAM user and credential" not in left
    fleet.cloud.control.reset_faults()
    assert fleet.deploy("-y").status == 0
    assert fleet.plan() == []


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    """Also while the first one is still at its work: here it never comes to its end."""
    config = tmp_path / "config.py"
    config.write_text(
        # gevent's own sleep is none where its loop is at work, which a signal may meet
        "from gevent.monkey import get_original\nfrom mailfleet.run import interrupts\n"
        "sleep = get_original('time', 'sleep')\ninterrupts.prepare()\n"
        "interrupts._left = lambda run: sleep(60)\nprint('ready', flush=True)\nsleep(60)\n"
    )
    run = subprocess.Popen(
        command("@local", "--config", str(config), "-y", "exec", "--", "true"),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.stdout
    assert any("ready" in line for line in run.stdout)
    run.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    output, _ = run.communicate(timeout=30)  # half of what the first one would sleep
    assert run.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in output


def test_without_a_terminal_a_run_with_changes_says_what_to_do(fleet: Fleet) -> None:
    run = fleet.deploy()
    assert run.status != 0
    assert "there is no terminal to confirm at: run with -y or --dry" in run.output
    assert "Traceback" not in run.output
    assert fleet.cloud.writes() == []
