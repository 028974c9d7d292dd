"""Where SES v1 tells of bounces, complaints and deliveries.

https://docs.aws.amazon.com/ses/latest/dg/monitor-sending-activity-using-notifications.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws

TOPIC = "arn:aws:sns:us-east-1:123456789012:mail"


@pytest.fixture
def ses(aws: Aws) -> Any:
    """SES v1, with the identity example.com."""
    aws.client("sesv2").create_email_identity(EmailIdentity="example.com")
    return aws.client("ses")


def attributes(ses: Any) -> dict[str, Any]:
    told = ses.get_identity_notification_attributes(Identities=["example.com", "none.example"])
    assert list(told["NotificationAttributes"]) == ["example.com"]
    found: dict[str, Any] = told["NotificationAttributes"]["example.com"]
    return found


def put(ses: Any, type_: str, topic: str = TOPIC, identity: str = "example.com") -> None:
    given = {"SnsTopic": topic} if topic else {}
    ses.set_identity_notification_topic(Identity=identity, NotificationType=type_, **given)


def refused(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_topics_are_set_and_taken_away(ses: Any) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference/API_SetIdentityNotificationTopic.html"""
    assert attributes(ses) == {"ForwardingEnabled": True}
    put(ses, "Delivery")
    put(ses, "Bounce")
    expected = {"ForwardingEnabled": True, "BounceTopic": TOPIC, "DeliveryTopic": TOPIC}
    assert attributes(ses) == expected
    put(ses, "Delivery", "")
    assert attributes(ses) == {"ForwardingEnabled": True, "BounceTopic": TOPIC}


def test_a_topic_is_one_of_the_region(ses: Any) -> None:
    for topic in ("mail", TOPIC.replace("us-east-1", "eu-west-1")):
        with pytest.raises(ClientError) as caught:
            put(ses, "Bounce", topic)
        assert refused(caught) == "InvalidParameterValue"
    with pytest.raises(ClientError) as caught:
        put(ses, "Bounce", identity="none.example")
    assert refused(caught) == "InvalidParameterValue"


def test_mail_is_switched_off_only_when_topics_are_there(aws: Aws, ses: Any) -> None:
    """https://docs.aws.amazon.com/ses/latest/APIReference/API_SetIdentityFeedbackForwardingEnabled.html"""
    forward = ses.set_identity_feedback_forwarding_enabled
    put(ses, "Bounce")
    with pytest.raises(ClientError, match="must have topics") as caught:
        forward(Identity="example.com", ForwardingEnabled=False)
    assert refused(caught) == "InvalidParameterValue"
    put(ses, "Complaint")
    forward(Identity="example.com", ForwardingEnabled=False)
    assert attributes(ses)["ForwardingEnabled"] is False
    found = aws.client("sesv2").get_email_identity(EmailIdentity="example.com")
    assert found["FeedbackForwardingStatus"] is False
    with pytest.raises(ClientError, match="does not emulate"):
        put(ses, "Complaint", "")
