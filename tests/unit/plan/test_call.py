import pytest

from mailfleet.aws.command import AwsCommand
from mailfleet.aws.redact import redacted
from mailfleet.plan.call import AwsCall, SecretValue

SENTINEL = "sentinel-4711"


def test_a_hidden_parameter_is_sent_and_never_shown() -> None:
    hidden = SecretValue(SENTINEL)
    call = AwsCall(
        "secretsmanager", "PutSecretValue", {"SecretString": hidden, "A": {"B": [hidden]}}
    )
    assert call.unmasked() == {"SecretString": SENTINEL, "A": {"B": [SENTINEL]}}
    for shown in (str(call), repr(call), AwsCommand(call).get_raw_value(), call.key):
        assert SENTINEL not in shown


def test_a_call_is_shown_as_aws_writes_it() -> None:
    call = AwsCall("sesv2", "GetEmailIdentity", {"EmailIdentity": "a.b"}, region="us-east-1")
    assert str(call) == "sesv2:GetEmailIdentity EmailIdentity=a.b region=us-east-1"
    assert call.is_read


@pytest.mark.parametrize("key", ["SecretAccessKey", "SecretString"])
def test_answers_are_shown_without_secrets(key: str) -> None:
    assert SENTINEL not in str(redacted({"AccessKey": [{key: SENTINEL}]}))
