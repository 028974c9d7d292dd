"""One lab for all tests of a run, beside whatever other lab there is, and gone after."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import ROOT, Run
from tests.support.fleet import Fleet
from tests.support.labs import fresh_lab
from tests.support.policies import AUTHORISED, WRAPPED, write_policy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fresh lab to which nothing has been deployed. Where the machine allows no hosts, all
    tests that need them are skipped, and say why."""
    scratch = tmp_path_factory.mktemp("fleet")
    policy = write_policy(scratch / "group_data")
    world = write_policy(scratch / "world", second=AUTHORISED, providers=WRAPPED)
    directory = ROOT / os.environ.get("MAILFLEET_TEST_LAB", ".lab-test")
    with fresh_lab(directory, world / "all.py") as lab:
        yield Fleet(directory, policy, lab, scratch)


@dataclass(frozen=True)
class FirstDeploy:
    """What was seen of the first deploy of a fleet, in order."""

    dry: Run
    dry_plan: list[dict[str, Any]]
    writes_while_dry: list[str]
    run: Run
    run_plan: list[dict[str, Any]]


@pytest.fixture(scope="session")
def first(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> FirstDeploy:
    """The first deploy, with SES verifying late and refusing the new key for a while."""
    path = tmp_path_factory.mktemp("first") / "run.json"
    dry = fleet.deploy("--dry", "--diff")
    dry_plan = fleet.plan()
    writes = [call.operation for call in fleet.control.calls(writes=True)]
    fleet.control.set_faults(verification={"late": 8}, young_key=12)
    run = fleet.deploy("-y", "--data", f"plan_out={path}")
    fleet.control.reset_faults()
    return FirstDeploy(dry, dry_plan, writes, run, json.loads(path.read_text()))


@pytest.fixture
def deployed(fleet: Fleet, first: FirstDeploy) -> Iterator[Fleet]:
    """The fleet after its first deploy, as each test finds it and must leave it."""
    assert first.run.status == 0, first.run.output
    fleet.control.forget_calls()
    fleet.control.forget_mail()
    yield fleet
    fleet.control.reset_faults()
