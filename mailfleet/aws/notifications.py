"""Where SES tells of an identity's bounces, complaints and deliveries.

"Configuring Amazon SNS notifications for Amazon SES", Amazon SES Developer Guide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailfleet.json_fact import JsonFact

TOPICS = ("bounce", "complaint", "delivery")


@dataclass(frozen=True)
class Notifications(JsonFact):
    """ARNs of SNS topics, None where SES tells no topic; `forwarding`: whether it mails bounces
    and complaints to the sender."""

    bounce: str | None = None
    complaint: str | None = None
    delivery: str | None = None
    forwarding: bool = True

    def differences(self, expected: "Notifications") -> Iterator[str]:
        """In which respects these are not the expected ones, for people."""
        for kind in TOPICS:
            found, other = getattr(self, kind), getattr(expected, kind)
            if found != other:
                yield f"{kind} topic {found or 'none'}, not {other or 'none'}"
        if self.forwarding != expected.forwarding:
            yield f"feedback by mail {'on' if self.forwarding else 'off'}"


def from_ses(attributes: Mapping[str, Any]) -> Notifications:
    """One identity of GetIdentityNotificationAttributes (Amazon SES API Reference)."""
    return Notifications(
        bounce=attributes.get("BounceTopic") or None,
        complaint=attributes.get("ComplaintTopic") or None,
        delivery=attributes.get("DeliveryTopic") or None,
        forwarding=attributes["ForwardingEnabled"],
    )
