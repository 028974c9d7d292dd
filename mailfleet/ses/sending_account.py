"""The SES account of one region: what it may send, and what it does for all of its mail."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailfleet.plan.change import Change
from mailfleet.policy import ProductionAccess, SesAccount

MUCH = 0.8
"""The part of a day's quota from which somebody should know."""
_ENFORCEMENT = {
    "PROBATION": "under review for its bounces or complaints, and will be paused if they go on",
    "SHUTDOWN": "paused by AWS for its bounces or complaints: no mail leaves until AWS, asked in "
    "its support case, lets it",
}


@dataclass(frozen=True)
class SendQuota:
    """Messages in 24 hours, those sent in the last 24, and messages a second. `per_day` is -1
    where there is no limit ("SendQuota", Amazon SES API v2)."""

    per_day: float
    sent: float
    max_send_rate: float

    @property
    def used(self) -> float:
        """The part of a day's quota that is used."""
        return self.sent / self.per_day if self.per_day > 0 else 0.0

    @property
    def text(self) -> str:
        a_day = (
            f"{self.sent:,.0f} of {self.per_day:,.0f} messages ({self.used:.0%})"
            if self.per_day >= 0
            else f"{self.sent:,.0f} messages, without a limit,"
        )
        return f"{a_day} sent in 24 hours, {self.max_send_rate:g} a second at most"


@dataclass(frozen=True)
class Account:
    """As SES tells of it ("GetAccount", Amazon SES API v2).

    `enforcement` is HEALTHY, PROBATION or SHUTDOWN. `suppression` are the reasons for which SES
    puts a recipient on the account's suppression list. `review` is the status of the last request
    for production access (PENDING, FAILED, GRANTED or DENIED), `case_id` AWS's case of it: None
    when nobody has asked. `kept` is what else belongs to settings that are only put as a whole.
    """

    production: bool
    sending: bool
    enforcement: str
    quota: SendQuota
    suppression: tuple[str, ...] = ()
    vdm: bool = False
    review: str | None = None
    case_id: str | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


def from_ses(answer: dict[str, Any]) -> Account:
    """What GetAccount's answer says. SES leaves out what was never set."""
    quota = answer["SendQuota"]
    review = answer.get("Details", {}).get("ReviewDetails", {})
    suppression = answer.get("SuppressionAttributes", {})
    return Account(
        production=answer["ProductionAccessEnabled"],
        sending=answer["SendingEnabled"],
        enforcement=answer["EnforcementStatus"],
        quota=SendQuota(quota["Max24HourSend"], quota["SentLast24Hours"], quota["MaxSendRate"]),
        suppression=tuple(sorted(suppression.get("SuppressedReasons", ()))),
        vdm=answer.get("VdmAttributes", {}).get("VdmEnabled") == "ENABLED",
        review=review.get("Status"),
        case_id=review.get("CaseId"),
        kept={key: value for key, value in suppression.items() if key != "SuppressedReasons"},
    )


@dataclass(frozen=True)
class AccountPlan:
    """What there is in a region beside what the policy asks of it: each property is what is to be
    set, None when nothing is."""

    region: str
    found: Account
    wanted: SesAccount

    @property
    def suppression(self) -> tuple[str, ...] | None:
        wanted = self.wanted.suppression
        return None if wanted is None or wanted == self.found.suppression else tuple(wanted)

    @property
    def vdm(self) -> bool | None:
        return None if self.wanted.vdm in (None, self.found.vdm) else self.wanted.vdm

    @property
    def request(self) -> ProductionAccess | None:
        """The request for production access. AWS takes none while one is under review, nor after a
        denial; one that FAILED has never reached it ("ReviewDetails", Amazon SES API v2)."""
        asked = self.found.production or self.found.review in ("PENDING", "DENIED")
        return None if asked else self.wanted.production


def account_changes(host: str, plan: AccountPlan) -> Iterator[Change]:
    """What is to be set of the account, a change a setting."""
    found, kind = plan.found, "ses account"
    if plan.suppression is not None:
        before, after = (", ".join(r) or "(never)" for r in (found.suppression, plan.suppression))
        yield Change(host, kind, f"{plan.region}/suppression", "update", before, after)
    if plan.vdm is not None:
        before, after = ("on" if value else "off" for value in (found.vdm, plan.vdm))
        yield Change(host, kind, f"{plan.region}/VDM", "update", before, after)
    if plan.request:
        id = f"{plan.region}/request for production access"
        yield Change(host, kind, id, "create", None, _request_text(plan.request))


def _request_text(request: ProductionAccess) -> str:
    lines = {
        "mail type": request.mail_type,
        "website": request.website,
        "use case": request.use_case,
        "contacts": ", ".join(request.contacts),
        "language": request.language,
    }
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)


def account_notes(plan: AccountPlan) -> Iterator[str]:
    """What somebody should know of the account, its quota first."""
    found, where = plan.found, f"SES in {plan.region}"
    much = found.quota.used > MUCH
    yield f"{where}: {found.quota.text}{': ask AWS for a higher quota' if much else ''}"
    if not found.production:
        yield f"{where} is in the sandbox: only verified recipients get mail; {_way_out(plan)}"
    if not found.sending:
        yield f"{where}: sending is paused, no mail leaves; a deploy does not resume it"
    if found.enforcement != "HEALTHY":
        meaning = _ENFORCEMENT.get(found.enforcement, "not in good standing")
        yield f"{where}: the account is {found.enforcement}: {meaning}"


def _way_out(plan: AccountPlan) -> str:
    case = f" (case {plan.found.case_id})" if plan.found.case_id else ""
    if plan.found.review == "PENDING":
        return f"AWS reviews a request for production access{case}"
    if plan.found.review == "DENIED":
        return f"AWS has denied production access{case}: answer there, a deploy does not ask again"
    if plan.request:
        return "production access is asked for, and AWS answers within days"
    return (
        "to ask AWS for production access, say "
        "Ses(account=SesAccount(production=ProductionAccess(...)))"
    )
