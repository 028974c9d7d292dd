"""The SES account of one region: what it may send, and what it does for all of its mail."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailfleet.aws.command import AwsCommand
from mailfleet.aws.facts import AwsFact
from mailfleet.aws.reader import Reader
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Commands, Step, Thing, Values
from mailfleet.plan.stages import SES_ACCOUNT
from mailfleet.policy import ProductionAccess, Ses, SesAccount
from mailfleet.run.strict_facts import read as read_fact

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
    when nobody has asked. `kept` is what else belongs to settings that are only put together.
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


class AccountFact(AwsFact[Account]):
    """Sandbox or production, quota and its use, and the account's settings in one region."""

    def command(self, region: str) -> AwsCommand:
        return AwsCommand(AwsCall("sesv2", "GetAccount", region=region))

    def understand(self, answer: Any) -> Account:
        return from_ses(answer)


def read(reader: Reader, ses: Ses) -> "list[AccountPlan]":
    """One call."""
    found = read_fact(reader.host, AccountFact, region=ses.region)
    return [AccountPlan(ses.region, found, ses.account)]


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
    """What there is in a region beside what the policy asks of it: `suppression`, `vdm` and
    `request` are what is to be set, None when nothing is."""

    region: str
    found: Account
    desired: SesAccount

    @property
    def suppression(self) -> tuple[str, ...] | None:
        desired = self.desired.suppression
        return None if desired is None or desired == self.found.suppression else tuple(desired)

    @property
    def vdm(self) -> bool | None:
        return None if self.desired.vdm in (None, self.found.vdm) else self.desired.vdm

    @property
    def request(self) -> ProductionAccess | None:
        """The request for production access. AWS takes none while one is under review, nor after a
        denial; one that FAILED has never reached it ("ReviewDetails", Amazon SES API v2)."""
        asked = self.found.production or self.found.review in ("PENDING", "DENIED")
        return None if asked else self.desired.production

    def things(self, values: Values) -> Iterator[Thing]:
        """A thing a setting, of those that are to be set."""
        if self.suppression is not None:
            reasons = (self.found.suppression, self.suppression)
            yield self._thing("suppression", *(", ".join(r) or "(never)" for r in reasons))
        if self.vdm is not None:
            yield self._thing(
                "VDM", *("on" if vdm else "off" for vdm in (self.found.vdm, self.vdm))
            )
        if self.request:
            yield self._thing("request for production access", None, _request_text(self.request))

    def _thing(self, setting: str, found: str | None, desired: str | None) -> Thing:
        return Thing("ses account", f"{self.region}/{setting}", found, desired)

    def notes(self) -> Iterator[str]:
        """The quota first."""
        return _notes(self)

    def steps(self) -> Iterator[Step]:
        yield Step(SES_ACCOUNT, self._set)

    def _set(self, values: Values) -> Commands:
        if self.suppression is not None:
            reasons = {**self.found.kept, "SuppressedReasons": list(self.suppression)}
            yield AwsCall("sesv2", "PutAccountSuppressionAttributes", reasons, region=self.region)
        if self.vdm is not None:
            vdm = {"VdmAttributes": {"VdmEnabled": "ENABLED" if self.vdm else "DISABLED"}}
            yield AwsCall("sesv2", "PutAccountVdmAttributes", vdm, region=self.region)
        if self.request:
            yield _request(self.request, self.region)


def _request(request: ProductionAccess, region: str) -> AwsCall:
    contacts = {"AdditionalContactEmailAddresses": list(request.contacts)}
    return AwsCall(
        "sesv2",
        "PutAccountDetails",
        {
            "ProductionAccessEnabled": True,
            "MailType": request.mail_type,
            "WebsiteURL": request.website,
            "UseCaseDescription": request.use_case,
            "ContactLanguage": request.language,
            **(contacts if request.contacts else {}),
        },
        region=region,
        repeated=("ConflictException",),
    )


def _request_text(request: ProductionAccess) -> str:
    lines = {
        "mail type": request.mail_type,
        "website": request.website,
        "use case": request.use_case,
        "contacts": ", ".join(request.contacts),
        "language": request.language,
    }
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)


def _notes(plan: AccountPlan) -> Iterator[str]:
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
