"""`pyinfra inventory/local.py deploy.py` makes the very machine it runs on a relay.

A relay host of the lab is emptied and given the checkout; it then deploys to itself.
"""

import shutil
import subprocess
import sys
import sysconfig

import pytest

from tests.support.cli import ROOT
from tests.support.fleet import Fleet
from tests.support.policies import DOMAIN

HOST = "relay1"  # its Debian has Python 3.11
WIPE = (
    "apt-get -qq purge -y postfix >/dev/null 2>&1;"
    " rm -rf /etc/postfix /var/lib/mailfleet /etc/mailfleet /usr/local/bin/*mail*"
    " /etc/systemd/system/check-mail-logs.*; systemctl daemon-reload"
)
DEPLOY = (
    "cd /root/project && export PYTHONPATH=/root/project:/root/libraries"
    " AWS_CONFIG_FILE=/root/aws AWS_PROFILE=lab &&"
    " python3 -m pyinfra inventory/local.py --group-data /root/group_data deploy.py {} 2>&1"
)


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the lab's host has Python 3.11")
def test_a_machine_can_make_itself_a_relay(deployed: Fleet) -> None:
    deployed.ssh(HOST, WIPE)
    _copy_project(deployed)
    dry = deployed.ssh(HOST, DEPLOY.format("--dry"))
    assert "+ package postfix: create" in dry
    assert "[@local]" in dry
    assert "Plan of @local" in deployed.ssh(HOST, DEPLOY.format("-y"))
    assert "Plan: No changes." in deployed.ssh(HOST, DEPLOY.format("--dry"))
    deployed.sendmail(HOST, "made by itself", sender=f"app@{DOMAIN}")
    assert deployed.received("made by itself")
    assert deployed.plan() == [], "seen from outside it is like any other relay"


def _copy_project(fleet: Fleet) -> None:
    root = fleet.directory / "machines" / HOST / "root/root"  # the home of the host's root
    assert root.is_dir()
    ignore = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(ROOT, root / "project", ignore=ignore)
    shutil.copytree(sysconfig.get_path("purelib"), root / "libraries", ignore=ignore)
    shutil.copytree(fleet.policy, root / "group_data")
    shutil.copy(fleet.lab.aws.config_file, root / "aws")
    subprocess.run(["chown", "-R", "0:0", root], check=True)
