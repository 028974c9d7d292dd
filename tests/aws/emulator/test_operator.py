"""Calls that the operator's IAM policy does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws


def allow(aws: Aws, actions: list[str], resource: str) -> None:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    aws.control.set_faults(operator={"Version": "2012-10-17", "Statement": [statement]})


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return str(caught.value.response["Error"]["Code"])


def test_an_action_on_another_resource_is_denied(aws: Aws) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"""
    allow(aws, ["iam:CreateUser"], "arn:aws:iam::123456789012:user/ours-*")
    iam = aws.client("iam")
    iam.create_user(UserName="ours-1")
    assert code(iam.create_user, UserName="theirs") == "AccessDenied"
    assert code(iam.list_users) == "AccessDenied"
    tags = [{"Key": "a", "Value": "b"}]
    assert code(iam.create_user, UserName="ours-2", Tags=tags) == "AccessDenied"


def test_both_apis_of_ses_have_one_prefix(aws: Aws) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html"""
    allow(aws, ["ses:CreateEmailIdentity"], "arn:aws:ses:us-east-1:*:identity/*")
    aws.client("sesv2").create_email_identity(EmailIdentity="example.com")
    elsewhere = aws.client("sesv2", "eu-west-1").create_email_identity
    assert code(elsewhere, EmailIdentity="example.com") == "AccessDeniedException"
    assert code(aws.client("ses").list_identities) == "AccessDeniedException"


def test_who_we_are_needs_no_permission(aws: Aws) -> None:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
    allow(aws, ["iam:CreateUser"], "*")
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"
