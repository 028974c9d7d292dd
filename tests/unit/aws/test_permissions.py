"""The documented IAM policy allows what the code calls, and nothing else."""

import ast
from collections.abc import Iterator

from lab.aws.operator import NO_PERMISSION_NEEDED, REPLICATING, TAGGING, action
from tests.support.cli import ROOT
from tests.support.permissions import actions_of, documented

# Calls that are no AwsCalls, by file
OF_BOTO3: dict[str, set[str]] = {
    "mailfleet/aws/connector.py": set(),
    "mailfleet/aws/instances.py": {"ec2:DescribeInstances"},
}
# Calls whose name is put together where they are made, by file
PUT_TOGETHER = {
    "mailfleet/aws/resources/configuration_set.py": {
        f"ses:PutConfigurationSet{kind}Options"
        for kind in ("Delivery", "Reputation", "Sending", "Suppression")
    },
    "mailfleet/aws/resources/email_identity_policy.py": {
        f"ses:{action}EmailIdentityPolicy" for action in ("Create", "Update", "Delete")
    },
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for pattern in ("*.py", "mailfleet/**/*.py", "tasks/*.py", "inventory/*.py"):
        for path in ROOT.glob(pattern):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def calls() -> set[str]:
    """service:Operation of each AwsCall that is made anywhere."""
    found: set[str] = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "AwsCall":
                named = [part.value for part in node.args[:2] if isinstance(part, ast.Constant)]
                found |= {action(*map(str, named))} if len(named) == 2 else PUT_TOGETHER[path]
    return found


def test_it_allows_what_the_code_calls_and_nothing_else() -> None:
    needed = calls().union(*OF_BOTO3.values()) - NO_PERMISSION_NEEDED
    needed |= {tagging for call, tagging in TAGGING.items() if call in needed} | {REPLICATING}
    allowed = actions_of(documented())
    assert sorted(needed) == sorted(allowed)


def test_nothing_else_calls_aws() -> None:
    boto3 = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) and any(name.name == "boto3" for name in node.names)
    }
    assert boto3 == OF_BOTO3.keys()


def test_users_and_credentials_are_those_of_the_fleet_alone() -> None:
    for statement in documented()["Statement"]:
        services = {action.partition(":")[0] for action in statement["Action"]}
        resources = statement["Resource"]
        if services & {"iam", "secretsmanager"}:
            for resource in [resources] if isinstance(resources, str) else resources:
                assert resource != "*"
                assert ":user/mailfleet-smtp-" in resource or ":secret:" in resource
