"""SES v1's operations on how an identity's bounces, complaints and deliveries are told.

https://docs.aws.amazon.com/ses/latest/dg/monitor-sending-activity-using-notifications.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lab.aws.errors import ApiError, NotEmulatedError
from lab.aws.identities import Identities
from lab.aws.identity import Identity, normal

Params = Mapping[str, Any]
Result = dict[str, Any]

_TYPES = ("Bounce", "Complaint", "Delivery")
_NEEDED = {"Bounce", "Complaint"}
"""topics that must be there before feedback is no longer forwarded by mail"""


class Notifications:
    """One method an operation; the lower-case name is the operation's."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def set_identity_notification_topic(self, region: str, params: Params) -> Result:
        """Without an SnsTopic there is none from then on.

        https://docs.aws.amazon.com/ses/latest/APIReference/API_SetIdentityNotificationTopic.html
        """
        identity = self._named(region, params)
        type_, topic = params["NotificationType"], params.get("SnsTopic")
        if type_ not in _TYPES:
            raise ApiError("ValidationError", f"Invalid notification type {type_}")
        if topic and not re.fullmatch(rf"arn:aws:sns:{region}:[0-9]{{12}}:[\w-]+", topic):
            raise ApiError("InvalidParameterValue", f"Invalid SNS topic <{topic}>.")
        if not topic and type_ in _NEEDED and not identity.forwarding:
            raise NotEmulatedError("taking a topic away while feedback is not forwarded")
        identity.topics.pop(type_, None)
        identity.topics |= {type_: topic} if topic else {}
        return {}

    def set_identity_feedback_forwarding_enabled(self, region: str, params: Params) -> Result:
        """ "This value can only be set to false when Amazon SNS topics are set for both".

        https://docs.aws.amazon.com/ses/latest/APIReference/API_SetIdentityFeedbackForwardingEnabled.html
        """
        identity = self._named(region, params)
        if not params["ForwardingEnabled"] and not identity.topics.keys() >= _NEEDED:
            raise ApiError(
                "InvalidParameterValue",
                f"Identity <{identity.name}> must have topics for bounces and complaints.",
            )
        identity.forwarding = bool(params["ForwardingEnabled"])
        return {}

    def _named(self, region: str, params: Params) -> Identity:
        """In v1 an unknown identity is an InvalidParameterValue."""
        for identity in self._identities.listed(region):
            if identity.name == normal(params["Identity"]):
                return identity
        raise ApiError("InvalidParameterValue", f"Invalid identity <{params['Identity']}>.")
