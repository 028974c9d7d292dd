"""No secret in any output at any verbosity, in no process list and no file that others read."""

import subprocess
import sys
from pathlib import Path

from tests.support.cli import ROOT
from tests.support.fleet import INVENTORY, Fleet
from tests.support.fleet_commands import LOUD
from tests.support.policies import write_policy


def test_no_output_holds_a_secret(deployed: Fleet, tmp_path: Path) -> None:
    """A run that replaces every secret file, as loud as it can be."""
    for relay in deployed.relays:
        deployed.ssh(relay, "echo >> /etc/postfix/sasl_passwd; rm /etc/mailfleet/emergency.json")
    plan_file = tmp_path / "plan.json"
    outputs = [
        deployed.deploy("--dry", *LOUD, "--data", f"plan_out={plan_file}").output,
        deployed.deploy("--dry", "--json", "-vvv").output,
        deployed.deploy("--dry", "--debug-operations", "-vvv").output,
        deployed.deploy("--dry", "--debug-facts", "-vvv").output,
        deployed.deploy("-y", *LOUD).output,
        plan_file.read_text(),
    ]
    assert "(secret, changed)" in outputs[0]
    assert deployed.plan() == []
    for secret in deployed.secrets():
        for output in outputs:
            assert secret not in output


def test_process_lists_and_journals_hold_no_secret(deployed: Fleet, tmp_path: Path) -> None:
    watch = "for n in $(seq 60); do ps -eww -o args; sleep 0.1; done > /run/seen"
    watcher = subprocess.Popen(deployed.lab.ssh_command("relay1", f"sudo sh -c '{watch}'"))
    policy = write_policy(tmp_path, ses=", connections=2")
    assert deployed.deploy("-y", "--limit", "relay1", policy=policy).status == 0
    watcher.wait(60)
    for secret in deployed.secrets():
        assert secret not in deployed.ssh("relay1", "cat /run/seen; journalctl --no-pager")
    assert "python3 -I -" in deployed.ssh("relay1", "cat /run/seen")
    assert deployed.deploy("-y").status == 0


def test_files_with_secrets_are_roots_alone(deployed: Fleet) -> None:
    for relay in deployed.relays:
        for secret in deployed.secrets():
            # the pattern on standard input: sudo writes its arguments to the journal
            search = "grep -rlF -f - /etc /var /usr/local /tmp /run"
            found = deployed.ssh(relay, search, secret, check=False)
            assert "/etc/postfix/sasl_passwd" in found
            for path in found.split():
                assert deployed.ssh(relay, f"stat -c '%a %U' {path}").strip() == "600 root"


def test_the_inventorys_data_holds_no_secret(deployed: Fleet) -> None:
    """`debug-inventory` shows all data of all hosts."""
    run = subprocess.run(
        [Path(sys.executable).parent / "pyinfra", INVENTORY, "--group-data", deployed.policy,
         "debug-inventory"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for secret in deployed.secrets():
        assert secret not in run.stdout + run.stderr
