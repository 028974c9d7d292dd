"""The SES account of one region: what it may send, and what it does for all of its mail."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SendQuota:
    """Messages in 24 hours, those sent in the last 24, and messages a second. `per_day` is -1
    where there is no limit ("SendQuota", Amazon SES API v2)."""

    per_day: float
    sent: float
    max_send_rate: float


@dataclass(frozen=True)
class Account:
    """As SES tells of it ("GetAccount", Amazon SES API v2).

    `enforcement` is HEALTHY, PROBATION (under review) or SHUTDOWN. `suppression` are the reasons
    for which SES puts a recipient on the account's suppression list. `review` is the status of the
    last request for production access (PENDING, FAILED, GRANTED or DENIED), `case_id` AWS's case
    of it: None when nobody has asked.
    """

    production: bool
    sending: bool
    enforcement: str
    quota: SendQuota
    suppression: tuple[str, ...] = ()
    vdm: bool = False
    review: str | None = None
    case_id: str | None = None


def from_ses(answer: dict[str, Any]) -> Account:
    """What GetAccount's answer says. SES leaves out what was never set."""
    quota = answer["SendQuota"]
    review = answer.get("Details", {}).get("ReviewDetails", {})
    return Account(
        production=answer["ProductionAccessEnabled"],
        sending=answer["SendingEnabled"],
        enforcement=answer["EnforcementStatus"],
        quota=SendQuota(quota["Max24HourSend"], quota["SentLast24Hours"], quota["MaxSendRate"]),
        suppression=tuple(answer.get("SuppressionAttributes", {}).get("SuppressedReasons", ())),
        vdm=answer.get("VdmAttributes", {}).get("VdmEnabled") == "ENABLED",
        review=review.get("Status"),
        case_id=review.get("CaseId"),
    )
