"""The IAM policy that docs/aws.md gives to operators, enforced by the emulator."""

import json
from typing import Any

from lab.aws.operator import NO_PERMISSION_NEEDED, action
from tests.aws.conftest import Fleet
from tests.aws.furnished import furnish
from tests.support.permissions import actions_of, documented


def policy_of(fleet: Fleet) -> dict[str, Any]:
    """The documented policy, for a fleet of another name."""
    text = json.dumps(documented())
    policy: dict[str, Any] = json.loads(
        text.replace("user/mailfleet-", f"user/{fleet.name}-").replace(
            "secret:mailfleet/", f"secret:{fleet.name}/"
        )
    )
    return policy


def test_it_is_enough_for_all_that_a_deploy_calls(fleet: Fleet) -> None:
    furnish(fleet)
    fleet.cloud.control.set_faults(operator=policy_of(fleet))
    assert fleet.deploy("-y").status == 0
    assert fleet.plan("--data", "read=deep") == []
    calls = {action(c.service, c.operation) for c in fleet.cloud.control.calls()}
    assert calls <= {*actions_of(documented()), *NO_PERMISSION_NEEDED}


def test_a_call_that_is_not_allowed_is_named(fleet: Fleet) -> None:
    policy = policy_of(fleet)
    users = next(s for s in policy["Statement"] if "iam:CreateAccessKey" in s["Action"])
    users["Action"].remove("iam:CreateAccessKey")
    fleet.cloud.control.set_faults(operator=policy)
    run = fleet.deploy("-y")
    assert run.status == 1
    assert "iam:CreateAccessKey failed in us-east-1: AccessDenied: User is not" in run.output
    assert "Traceback" not in run.output
