"""pyinfra's own commands on an account: fact, exec, debug-inventory."""

import pytest

from tests.aws.conftest import Fleet
from tests.support.cli import pyinfra
from tests.support.cloud import REGION


def test_an_account_has_no_shell(fleet: Fleet) -> None:
    run = pyinfra(fleet.directory / "inventory.py", "exec", "--", "id")
    assert run.status != 0
    assert "an AWS account has no shell" in run.output


@pytest.mark.parametrize(
    ("fact", "arguments", "shown"),
    [
        ("facts.HostedZones", [], '"name": "t'),
        (
            "identity_facts.EmailIdentity",
            ["identity={domain}", f"region={REGION}"],
            '"status": "SUCCESS"',
        ),
        ("facts.AccessKeys", ["user={user}"], '"active": true'),
        ("facts.Secret", ["secret={secret}", f"region={REGION}"], '"(secret)"'),
    ],
)
def test_facts_can_be_asked_for(fleet: Fleet, fact: str, arguments: list[str], shown: str) -> None:
    assert fleet.deploy("-y").status == 0
    names = {"domain": fleet.domain, "user": fleet.user, "secret": fleet.secret}
    asked = [argument.format(**names) for argument in arguments]
    inventory = fleet.directory / "inventory.py"
    run = pyinfra(inventory, "-vvv", "fact", f"mailfleet.aws.{fact}", *asked)
    assert run.status == 0, run.output
    assert shown in run.output
    assert fleet.stored()["password"] not in run.output


def test_the_inventory_can_be_looked_at(fleet: Fleet) -> None:
    run = pyinfra(fleet.directory / "inventory.py", "debug-inventory")
    assert run.status == 0, run.output
    assert f'"name": "{fleet.domain}"' in run.output
