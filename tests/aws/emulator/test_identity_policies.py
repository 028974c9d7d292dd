"""Policies of identities, as SES v2 takes and refuses them.

https://docs.aws.amazon.com/ses/latest/dg/policy-anatomy.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws, Zone

ARN = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
STATEMENT = {
    "Effect": "Allow",
    "Principal": {"AWS": ["210987654321"]},
    "Action": ["ses:SendEmail", "ses:SendRawEmail"],
    "Resource": ARN,
}


def text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements or [STATEMENT]})


@pytest.fixture
def sesv2(aws: Aws, zone: Zone) -> Any:
    """SES, where example.com is verified."""
    client = aws.client("sesv2")
    zone.prove(
        "example.com", client.create_email_identity(EmailIdentity="example.com")["DkimAttributes"]
    )
    return client


def create(sesv2: Any, policy: str, name: str = "one", identity: str = "example.com") -> None:
    sesv2.create_email_identity_policy(EmailIdentity=identity, PolicyName=name, Policy=policy)


def test_policies_are_created_told_changed_and_deleted(sesv2: Any) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentityPolicy.html"""
    create(sesv2, text())
    names = {"EmailIdentity": "example.com", "PolicyName": "one"}
    found = sesv2.get_email_identity(EmailIdentity="example.com")["Policies"]
    assert found == {"one": text()}
    denied = text(STATEMENT | {"Effect": "Deny"})
    sesv2.update_email_identity_policy(**names, Policy=denied)
    found = sesv2.get_email_identity_policies(EmailIdentity="example.com")["Policies"]
    assert found == {"one": denied}
    sesv2.delete_email_identity_policy(**names)
    assert sesv2.get_email_identity(EmailIdentity="example.com")["Policies"] == {}
    for change in ("update", "delete"):
        more = {"Policy": text()} if change == "update" else {}
        with pytest.raises(sesv2.exceptions.NotFoundException):
            getattr(sesv2, f"{change}_email_identity_policy")(**names, **more)


def test_a_policy_is_created_once_and_twenty_at_most(sesv2: Any) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference/API_GetIdentityPolicies.html: 20"""
    create(sesv2, text())
    with pytest.raises(sesv2.exceptions.AlreadyExistsException):
        create(sesv2, text())
    for number in range(19):
        create(sesv2, text(), f"more{number}")
    with pytest.raises(sesv2.exceptions.LimitExceededException):
        create(sesv2, text(), "too-many")


def test_an_identity_that_is_not_verified_takes_none(aws: Aws) -> None:
    """ "If you have not verified the identity, this API will return an error." """
    sesv2 = aws.client("sesv2")
    with pytest.raises(sesv2.exceptions.NotFoundException):
        create(sesv2, text())
    sesv2.create_email_identity(EmailIdentity="example.com")
    with pytest.raises(sesv2.exceptions.BadRequestException):
        create(sesv2, text())


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        "[]",
        "{}",
        text(STATEMENT | {"Effect": "allow"}),
        text(STATEMENT | {"Principal": {"AWS": ["nobody"]}}),
        text(STATEMENT | {"Principal": {"AWS": ["arn:aws:iam::210987654321:role"]}}),
        text(STATEMENT | {"Action": ["s3:GetObject"]}),
        text(STATEMENT | {"Resource": ARN.replace("com", "net")}),
        text(STATEMENT | {"Unknown": "x"}),
        text(STATEMENT, {key: value for key, value in STATEMENT.items() if key != "Action"}),
        text(STATEMENT | {"Sid": "x" * 4096}),
    ],
)
def test_a_malformed_policy_is_refused(sesv2: Any, policy: str) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/policy-anatomy.html#identity-authorization-policy-elements"""
    with pytest.raises(ClientError, match="Policy is invalid") as caught:
        create(sesv2, policy)
    assert caught.value.response["Error"]["Code"] == "BadRequestException"


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "*"}, {"AWS": "arn:aws:iam::210987654321:root"}]
)
def test_everybody_is_a_principal_that_ses_takes(sesv2: Any, principal: Any) -> None:
    create(sesv2, text(STATEMENT | {"Principal": principal}))


@pytest.mark.parametrize("name", ["a b", "a.b", "ä"])
def test_a_name_has_letters_digits_dashes_and_underscores(sesv2: Any, name: str) -> None:
    with pytest.raises(sesv2.exceptions.BadRequestException):
        create(sesv2, text(), name)
