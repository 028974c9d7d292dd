"""Every step of what changes a host fails in turn, see tests/support/host_walks.py."""

import subprocess
import sys

import pytest

from tests.support.cli import ROOT
from tests.support.host_walks import WALKS


@pytest.mark.case("hosts-8")
@pytest.mark.case("hosts-10")
@pytest.mark.case("hosts-12")
@pytest.mark.case("hosts-40")
@pytest.mark.timeout(900)
def test_a_host_is_old_or_new_after_each_failure() -> None:
    walks = {
        name: subprocess.Popen(
            [sys.executable, "-m", "tests.support.host_walks", name],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in WALKS
    }
    said = {name: walk.communicate()[1] for name, walk in walks.items()}
    assert {name: walk.returncode for name, walk in walks.items()} == dict.fromkeys(WALKS, 0), said
