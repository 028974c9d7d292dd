"""The document that lets a delegate send: what it says, and when two say the same."""

import json
from typing import Any

import pytest

from mailfleet.aws.policy_document import Grant, document, grants, pretty, same
from mailfleet.policy import Delegate

ARN = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
ACCOUNT = "210987654321"
OURS = document(Delegate(ACCOUNT, ["a@example.com", "b@example.com"]), ARN)


def changed(**statement: Any) -> str:
    found = json.loads(OURS)
    found["Statement"][0].update(statement)
    return json.dumps(found)


def test_it_lets_send_and_nothing_else() -> None:
    (statement,) = json.loads(document(Delegate(ACCOUNT), ARN))["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"AWS": [ACCOUNT]},
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Resource": ARN,
    }
    condition = {"StringLike": {"ses:FromAddress": ["a@example.com", "b@example.com"]}}
    assert json.loads(OURS)["Statement"][0]["Condition"] == condition


@pytest.mark.parametrize(
    "text",
    [
        pretty(OURS),
        changed(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        changed(Action=["SES:SendRawEmail", "SES:SendEmail"], Resource=[ARN], Sid="x"),
        changed(Condition={"StringLike": {"ses:FromAddress": ["b@example.com", "a@example.com"]}}),
    ],
)
def test_as_aws_may_write_it_it_is_the_same(text: str) -> None:
    assert same(OURS, text)


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "{}",
        changed(Principal={"AWS": [ACCOUNT, "*"]}),
        changed(Principal={"Service": [ACCOUNT]}),
        changed(Principal="*"),
        changed(NotPrincipal={"AWS": "x"}),
        changed(Effect="Deny"),
        changed(Action="ses:SendEmail"),
        changed(Condition={}),
        changed(Condition={"StringLike": {"ses:FromAddress": "a@example.com"}}),
        json.dumps({"Statement": json.loads(OURS)["Statement"] * 2}),
    ],
)
def test_what_lets_more_or_others_is_another_one(text: str) -> None:
    assert not same(OURS, text)


def test_whom_it_lets_send() -> None:
    (grant,) = grants(OURS)
    assert grant.principals == (ACCOUNT,)
    assert json.loads(grant.conditions) == json.loads(OURS)["Statement"][0]["Condition"]
    assert list(grants(changed(Principal="*", Action="ses:*", Condition={}))) == [Grant(("*",))]
    assert list(grants(changed(Effect="Deny"))) == []
    assert list(grants(changed(Action=["ses:GetEmailIdentity"]))) == []
    assert list(grants("no JSON")) == []
