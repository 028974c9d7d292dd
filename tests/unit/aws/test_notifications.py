"""What SES tells of an identity's topics."""

from mailfleet.aws.notifications import Notifications, from_ses


def test_topics_that_are_not_there_are_none() -> None:
    """AWS documents the topics as required; answers leave out those that are not set."""
    told = {"ForwardingEnabled": False, "BounceTopic": "arn:b", "DeliveryTopic": ""}
    assert from_ses(told) == Notifications(bounce="arn:b", forwarding=False)
