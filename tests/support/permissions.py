"""The operator's IAM policy, as docs/aws.md tells people to give it."""

import json
import re
from typing import Any

from tests.support.cli import ROOT


def documented() -> dict[str, Any]:
    """The policy document in docs/aws.md's section on permissions."""
    text = (ROOT / "docs/aws.md").read_text()
    section = text[text.index("## Permissions of the operator") :]
    block = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert block
    policy: dict[str, Any] = json.loads(block[1])
    return policy


def actions_of(policy: dict[str, Any]) -> list[str]:
    return [action for statement in policy["Statement"] for action in statement["Action"]]
