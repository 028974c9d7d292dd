"""The AWS end point as a whole: moto behind it, faults in it, a log of its calls."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}],
}


def test_iam_behind_it(aws: Aws) -> None:
    """Two access keys a user: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    iam = aws.client("iam")
    iam.create_user(UserName="sender")
    iam.put_user_policy(UserName="sender", PolicyName="send", PolicyDocument=json.dumps(POLICY))
    keys = [iam.create_access_key(UserName="sender")["AccessKey"] for _ in range(2)]
    with pytest.raises(iam.exceptions.LimitExceededException):
        iam.create_access_key(UserName="sender")
    listed = iam.list_access_keys(UserName="sender")["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in listed] == [key["AccessKeyId"] for key in keys]
    policy = iam.get_user_policy(UserName="sender", PolicyName="send")["PolicyDocument"]
    assert policy == POLICY


def test_inline_policies_of_a_user_have_room_for_2048_characters(aws: Aws) -> None:
    """White space not counted, all policies together:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    iam = aws.client("iam")
    iam.create_user(UserName="sender")

    def put(name: str, characters: int) -> None:
        text = json.dumps(POLICY | {"Id": ""}, indent=8)
        text = text.replace('""', '"' + "x" * (characters - len("".join(text.split()))) + '"')
        iam.put_user_policy(UserName="sender", PolicyName=name, PolicyDocument=text)

    put("one", 2048)
    put("one", 1024)
    put("two", 1024)
    with pytest.raises(iam.exceptions.LimitExceededException) as caught:
        put("two", 1025)
    assert "Maximum policy size of 2048 bytes exceeded for user sender" in str(caught.value)


def test_staging_labels_of_a_secret(aws: Aws) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html:
    AWSPREVIOUS follows AWSCURRENT, which moves only from where the caller says that it is."""
    secrets = aws.client("secretsmanager")

    def stages() -> dict[str, str]:
        found = {}
        for stage in ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"):
            try:
                value = secrets.get_secret_value(SecretId="smtp", VersionStage=stage)
            except secrets.exceptions.ResourceNotFoundException:
                continue
            found[stage] = value["SecretString"]
        return found

    old = secrets.create_secret(Name="smtp", SecretString="old")["VersionId"]
    new = secrets.put_secret_value(
        SecretId="smtp", SecretString="new", VersionStages=["AWSPENDING"]
    )["VersionId"]
    assert stages() == {"AWSCURRENT": "old", "AWSPENDING": "new"}
    move = {"SecretId": "smtp", "VersionStage": "AWSCURRENT", "MoveToVersionId": new}
    for wrong in ({}, {"RemoveFromVersionId": new}):
        with pytest.raises(secrets.exceptions.InvalidParameterException):
            secrets.update_secret_version_stage(**move, **wrong)
    secrets.update_secret_version_stage(**move, RemoveFromVersionId=old)
    assert stages() == {"AWSCURRENT": "new", "AWSPENDING": "new", "AWSPREVIOUS": "old"}
    assert secrets.get_secret_value(SecretId="smtp")["SecretString"] == "new"
    secrets.put_secret_value(SecretId="smtp", SecretString="newest")
    assert stages() | {"AWSPENDING": ""} == {
        "AWSCURRENT": "newest",
        "AWSPENDING": "",
        "AWSPREVIOUS": "new",
    }


def test_secrets_manager_behind_it(aws: Aws) -> None:
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="smtp", SecretString="one")
    with pytest.raises(secrets.exceptions.ResourceExistsException):
        secrets.create_secret(Name="smtp", SecretString="two")
    secrets.put_secret_value(SecretId="smtp", SecretString="two")
    assert secrets.get_secret_value(SecretId="smtp")["SecretString"] == "two"
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId="other")


def test_sts_behind_it(aws: Aws) -> None:
    assert aws.client("sts").get_caller_identity()["Account"] == aws.account.id


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("sesv2", "get_account"),
        ("ses", "get_send_quota"),
        ("route53", "list_hosted_zones"),
        ("iam", "list_users"),
        ("sts", "get_caller_identity"),
        ("secretsmanager", "list_secrets"),
    ],
)
def test_a_fault_speaks_every_protocol(aws: Aws, service: str, method: str) -> None:
    aws.control.set_faults(aws={"status": 503, "code": "SlowDown", "match": f"^{service}:"})
    with pytest.raises(ClientError) as caught:
        getattr(aws.client(service), method)()
    assert caught.value.response["Error"]["Code"] == "SlowDown"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    aws.control.reset_faults()
    assert aws.control.calls()[-1].error == "SlowDown"


def test_a_fault_may_hit_one_operation(aws: Aws) -> None:
    fault = {"status": 429, "code": "TooManyRequestsException", "match": "sesv2:Create"}
    aws.control.set_faults(aws=fault)
    sesv2 = aws.client("sesv2")
    sesv2.get_account()
    with pytest.raises(sesv2.exceptions.TooManyRequestsException):
        sesv2.create_email_identity(EmailIdentity="example.com")


def test_a_fault_may_hit_a_few_calls(aws: Aws) -> None:
    aws.control.set_faults(aws={"status": 503, "code": "X", "match": "iam:", "skip": 1, "times": 2})
    iam = aws.client("iam")
    for _ in range(4):
        with suppress(ClientError):
            iam.list_users()
    assert [call.error for call in aws.control.calls()] == [None, "X", "X", None]
    aws.control.set_faults(aws={"status": 503, "code": "X", "every": 2})
    for expected in ("X", None, "X"):
        with suppress(ClientError):
            iam.list_users()
        assert aws.control.calls()[-1].error == expected


@pytest.mark.parametrize(("drop", "carried_out"), [("before", 0), ("after", 1)])
def test_a_fault_may_cut_the_connection(aws: Aws, drop: str, carried_out: int) -> None:
    aws.control.set_faults(aws={"drop": drop, "match": "CreateUser", "times": 1})
    iam = aws.client("iam")
    with pytest.raises(ConnectionClosedError):
        iam.create_user(UserName="sender")
    assert len(iam.list_users()["Users"]) == carried_out


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("sesv2", "list_configuration_sets"),
        ("ses", "list_identities"),
        ("route53", "list_health_checks"),
    ],
)
def test_what_is_not_emulated_says_so(aws: Aws, service: str, method: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(aws.client(service), method)()
    assert caught.value.response["Error"]["Code"] == "NotEmulated"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_the_log_names_calls_as_boto3_does(aws: Aws) -> None:
    aws.client("sesv2", "eu-west-1").create_email_identity(EmailIdentity="example.com")
    aws.client("route53").list_hosted_zones_by_name()
    aws.client("sts").get_caller_identity()
    aws.client("iam").create_user(UserName="sender")
    aws.client("secretsmanager").list_secrets()
    with pytest.raises(ClientError):
        aws.client("iam").get_user(UserName="nobody")
    assert [
        (call.service, call.operation, call.region, call.write, call.status, call.error)
        for call in aws.control.calls()
    ] == [
        ("sesv2", "CreateEmailIdentity", "eu-west-1", True, 200, None),
        ("route53", "ListHostedZonesByName", "us-east-1", False, 200, None),
        ("sts", "GetCallerIdentity", "us-east-1", False, 200, None),
        ("iam", "CreateUser", "us-east-1", True, 200, None),
        ("secretsmanager", "ListSecrets", "us-east-1", False, 200, None),
        ("iam", "GetUser", "us-east-1", False, 404, "NoSuchEntity"),
    ]
    assert [call.n for call in aws.control.calls(writes=True)] == [1, 4]
    assert [call.parameters for call in aws.control.calls(writes=True)] == [None, None]
    assert [(call.n, call.parameters) for call in aws.control.writes()] == [
        (1, {"EmailIdentity": "example.com"}),
        (4, {"UserName": "sender"}),
    ]
    aws.control.forget_calls()
    assert aws.control.calls() == []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"weather": "bad"}, "unknown fault 'weather'"),
        ({"verification": "soon"}, 'verification is "live", "never" or'),
        ({"aws": {"status": 503}}, "aws is null, or an object with status and code, drop"),
        ({"aws": {"drop": "never"}}, "drop (before or after)"),
        ({"aws": {"status": 503, "code": "X", "match": "("}}, "not a regular expression"),
        ({"operator": {}}, "an IAM policy document"),
        ({"young_key": "old"}, "young_key: found 'old', expected seconds"),
        ({"pending": -1}, "pending: found -1, expected seconds"),
        ({"smtp": {"ses": "sideways"}}, "smtp maps a provider's name to one of up, down, 421"),
        ({"smtp_delay": {"ses": "long"}}, "smtp_delay maps a provider's name to seconds"),
        ({"smtp_delay": {"nobody": 1}}, "no such provider: nobody"),
        ({"send_rate": 0}, "send_rate is null or a number of recipients a second"),
        ({"busy_zone": -1}, "busy_zone: found -1, expected seconds"),
        ({"rates": {"iam": 1}}, "rates maps ses and route53 to requests a second"),
        ({"rates": {"ses": 0}}, "rates maps ses and route53 to requests a second"),
        ({"smtp": {"nobody": "down"}}, "no such provider: nobody"),
    ],
)
def test_a_fault_that_the_lab_does_not_know(
    aws: Aws, fault: dict[str, object], sentence: str
) -> None:
    with pytest.raises(RuntimeError, match="the lab refuses PUT faults") as caught:
        aws.control.set_faults(**fault)
    assert sentence in str(caught.value)


def test_faults_change_one_by_one(aws: Aws) -> None:
    aws.control.set_faults(young_key=5)
    aws.control.set_faults(smtp={"ses": "down"})
    assert aws.control.faults() == {
        "verification": "live",
        "aws": None,
        "operator": None,
        "pending": 0,
        "dns_lag": 0,
        "young_key": 5,
        "smtp": {"ses": "down"},
        "smtp_delay": {"ses": 0},
        "send_rate": None,
        "rates": {},
        "busy_zone": 0,
    }
