"""Alerts by SNS: the role's credentials, the signature, and what SNS is asked."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from agent.monitor import instance_role
from agent.monitor.channel import Message, NotSent
from agent.monitor.channel_sns import SnsChannel
from agent.monitor.instance_role import RoleCredentials, role_credentials, signed_headers

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
ROLE = {
    "AccessKeyId": "ASIAEXAMPLE",
    "SecretAccessKey": "sentinel-secret",
    "Token": "session-token",
}
SECURITY = "/latest/meta-data/iam/security-credentials/"


@pytest.fixture
def instance(metadata: Any) -> Any:
    metadata.by_path = {
        "/latest/api/token": b"imds-token",
        SECURITY: b"relay-role",
        f"{SECURITY}relay-role": json.dumps({"Code": "Success", **ROLE}).encode(),
    }
    return metadata


def channel(sink: Any, instance: Any) -> SnsChannel:
    entry = {
        "topic": TOPIC, "region": "eu-west-1", "endpoint": f"{sink.url}/", "metadata": instance.url
    }  # fmt: skip
    return SnsChannel(entry, {})


def test_an_alert_is_published_with_the_instances_role(
    sink: Any, instance: Any, message: Callable[..., Message]
) -> None:
    sns = channel(sink, instance)
    alert = message(subject="relay1: é\r\nX " + "y" * 200, text="FAIL: é\n")
    assert sns.send(alert, sns.names) == {f"sns:{TOPIC}": ""}
    asked = [(r.method, r.path) for r in instance.received]
    assert asked == [
        ("PUT", "/latest/api/token"), ("GET", SECURITY), ("GET", f"{SECURITY}relay-role")
    ]  # fmt: skip
    assert instance.received[2].headers["X-aws-ec2-metadata-token"] == "imds-token"
    (request,) = sink.received
    form = {name: value[0] for name, value in parse_qs(request.body.decode()).items()}
    assert (form["Action"], form["TopicArn"]) == ("Publish", TOPIC)
    assert form["Message"] == "FAIL: é\n"
    assert form["Subject"].startswith("relay1: ? X yyy")
    assert len(form["Subject"]) < 100
    assert request.headers["x-amz-security-token"] == "session-token"
    assert "Credential=ASIAEXAMPLE/20270115/eu-west-1/sns/" in request.headers["authorization"]
    assert b"sentinel" not in request.body + str(request.headers).encode()


def test_the_signature_is_what_botocore_makes_of_the_same_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, body = "https://sns.eu-west-1.amazonaws.com/", b"Action=Publish&Message=a%20b"
    role = RoleCredentials(ROLE["AccessKeyId"], ROLE["SecretAccessKey"], ROLE["Token"])
    own = signed_headers(url, body, "eu-west-1", "sns", role, 1_800_000_000.0)
    request = AWSRequest("POST", url, data=body, headers={"Content-Type": own["content-type"]})
    signer = SigV4Auth(
        Credentials(role.access_key, role.secret_key, role.token), "sns", "eu-west-1"
    )
    request.headers["X-Amz-Security-Token"] = role.token
    request.headers["X-Amz-Date"] = request.context["timestamp"] = own["x-amz-date"]
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    assert own["authorization"].endswith(f"Signature={signature}")


def test_what_sns_refuses_is_said_in_its_words(
    sink: Any, instance: Any, message: Callable[..., Message]
) -> None:
    sink.status = 403
    sink.answer = (
        b'<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender'
        b"</Type><Code>AuthorizationError</Code><Message>role/relay-role is not authorized to "
        b"perform: SNS:Publish</Message></Error></ErrorResponse>"
    )
    sns = channel(sink, instance)
    with pytest.raises(
        NotSent, match=r"SNS: AuthorizationError: role/relay-role is not authorized"
    ):
        sns.send(message(), sns.names)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"/latest/api/token": b"t"}, "found no role of this instance"),
        ({"/latest/api/token": b"t", SECURITY: b"a/../b\r\n"}, "found no role of this instance"),
        (
            {"/latest/api/token": b"t", SECURITY: b"r", f"{SECURITY}r": b'{"Code": "Failed"}'},
            "the credentials of the role r are not readable",
        ),
    ],
)
def test_an_instance_without_a_role_is_said(
    metadata: Any, answers: dict[str, bytes], words: str
) -> None:
    metadata.by_path = answers
    with pytest.raises(NotSent, match=words):
        role_credentials(metadata.url)


def test_a_host_that_is_no_instance_does_not_wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_role, "METADATA_WITHIN", 0.2)
    with pytest.raises(NotSent, match="metadata service does not answer"):
        role_credentials("http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "sns.eu-west-1.amazonaws.com"),
        ("cn-north-1", "sns.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_region_gives_the_endpoint(region: str, host: str) -> None:
    assert SnsChannel({"topic": TOPIC, "region": region}, {})._endpoint == f"https://{host}/"
