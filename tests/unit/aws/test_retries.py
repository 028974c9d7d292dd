"""Retries are counted as botocore counts them."""

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.retries.standard import ExponentialBackoff

from mailfleet.aws import retries

THROTTLED = b'{"__type": "TooManyRequestsException", "message": "Rate exceeded"}'


def test_a_throttled_call_is_sent_as_often_as_said_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
    client = boto3.client(
        "sesv2",
        region_name="us-east-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="example",
        config=Config(retries=retries.settings(3)),
    )
    sent = []

    def refuse(**request: object) -> AWSResponse:
        sent.append(request)
        answer = AWSResponse("https://email.us-east-1.amazonaws.com", 429, {}, None)
        answer._content = THROTTLED
        return answer

    client.meta.events.register("before-send", refuse)
    with pytest.raises(ClientError) as error:
        client.get_account()
    assert len(sent) == 3
    assert retries.attempts(error.value.response) == 3
