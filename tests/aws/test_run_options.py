"""What is given with --data: a mistake is one sentence, and nothing is contacted."""

import pytest

from tests.aws.conftest import Fleet
from tests.support.cli import pyinfra


@pytest.mark.parametrize(
    ("page", "given", "sentence"),
    [
        ("deploy.py", "remove_unlistd=yes", "expected an option such as remove_unlisted"),
        ("deploy.py", "many_changes=all", "--data many_changes: found 'all', expected yes or no"),
        ("deploy.py", "to=ses", "--data to: found it with deploy.py, expected it with switch.py"),
        ("rotate.py", "read=deep", "--data read: found it with rotate.py, expected it with deploy"),
        ("switch.py", "too=ses", "expected an option such as to:"),
    ],
)
def test_a_mistake_in_data(fleet: Fleet, page: str, given: str, sentence: str) -> None:
    run = pyinfra(fleet.directory / "inventory.py", page, "-y", "--data", given)
    assert run.status != 0
    assert sentence in run.output, run.output
    assert "Traceback" not in run.output
    assert fleet.cloud.control.calls() == []


def test_data_of_pyinfra_and_of_the_policy_are_no_mistake(fleet: Fleet) -> None:
    policy = fleet.directory / "group_data/all.py"
    policy.write_text(f"{policy.read_text()}own = 1\n")
    run = fleet.deploy("--dry", "--data", "own=2", "--data", "ssh_user=x", "--data", "_sudo=true")
    assert run.status == 0, run.output
