"""What happens to mail that a provider rejects: data, from which Postfix's maps are made.

After a 4xx reply, a failed connection or a certificate that does not verify, Postfix sends the mail
to the next provider of its route, or keeps it where there is none. It does not after a 5xx reply.
5xx replies that are not about the mail itself are therefore read as 4xx (smtp_reply_filter). All
others are about this message: no other provider is tried, and it is held, or returned to its sender
(smtp_delivery_status_filter).

Replies of SES: "Amazon SES SMTP issues" and "Amazon SES email sending errors", Developer Guide.
Of others: "SMTP Errors and Troubleshooting", SendGrid.
"""

from dataclasses import dataclass
from typing import Literal

from mailfleet.policy import Ses

Kind = Literal["ses", "smtp"]
KINDS: tuple[Kind, ...] = ("ses", "smtp")
Then = Literal["next", "hold"]


@dataclass(frozen=True)
class ReplyClass:
    """Failures with one meaning, and what happens to the mail: `then` is "next" provider or "hold".

    `reply`: regular expressions for the last two digits of a 5xx reply and for its text, where
    Postfix must read it as 4xx; None where its own handling is right.

    How the log shows it: `said` is a regular expression for a provider's reply, as `reply` has left
    it; `logged` one for Postfix's own words; both for their beginning, in lower case. `fault`:
    whether the provider as such fails, so that failover may take its mail away.
    """

    name: str
    example: str
    then: Then = "next"
    reply: tuple[str, str] | None = None
    kinds: tuple[Kind, ...] = KINDS
    said: str = ""
    logged: str = ""
    fault: bool = False


REPLY_CLASSES = (
    ReplyClass(
        "not reached",
        "connection refused, timeout, name not found",
        logged="connect to |lost connection with |conversation with |host not found"
        "|host or domain name not found|host found but |unable to look up ",
        fault=True,
    ),
    ReplyClass(
        "TLS",
        "no STARTTLS, a certificate that does not verify",
        said="454 (4[.]7[.]0 )?tls ",
        logged="tls is required|cannot start tls|server certificate |ssl_connect error "
        "|client tls configuration problem",
        fault=True,
    ),
    ReplyClass(
        "throttled",
        "454 Throttling failure: Maximum sending rate exceeded.",
        said="4[0-9][0-9][ -].*(throttl|maximum sending rate|quota exceeded|rate limit)",
    ),
    ReplyClass("busy", "421 Too many concurrent SMTP connections", said="421[ -]", fault=True),
    ReplyClass(
        "credential refused",
        "535 Authentication Credentials Invalid",
        said="53[458][ -]",
        fault=True,
    ),
    ReplyClass(
        "no credential",
        "530 Authentication required",
        reply=("30", ""),
        said="[45]30[ -]",
        fault=True,
    ),
    ReplyClass(
        "sender not verified",
        "554 Message rejected: Email address is not verified.",
        reply=("54", "not verified"),
        kinds=("ses",),
        said="454[ -].*not verified",
    ),
    ReplyClass(
        "sender not verified",
        "550 The from address does not match a verified Sender Identity.",
        reply=("5[0-9]", "(verified sender|unauthenticated sender)"),
        kinds=("smtp",),
        said="45[0-9][ -].*(verified sender|unauthenticated sender)",
    ),
    ReplyClass(
        "sending is off",
        "554 Message rejected: Sending paused for this account.",
        reply=("54", "sending (is )?(paused|suspended|disabled)"),
        kinds=("ses",),
        said="454[ -].*sending (is )?(paused|suspended|disabled)",
        fault=True,
    ),
    ReplyClass(
        "not permitted",
        "554 Access denied: User is not authorized to perform ses:SendRawEmail",
        reply=("54", "(access denied|not authorized)"),
        kinds=("ses",),
        said="454[ -].*(access denied|not authorized)",
    ),
    ReplyClass(
        "configuration set",
        "554 Configuration set does not exist",
        reply=("54", "configuration set"),
        kinds=("ses",),
        said="454[ -].*configuration set",
    ),
    ReplyClass("temporary failure", "451 Temporary service failure", said="4", fault=True),
    ReplyClass("the mail itself", "552 Message is too long, any other 5xx", then="hold", said="5"),
)


def logged_classes() -> tuple[dict[str, object], ...]:
    """The classes as agent/monitor/reasons.py reads them. The first that matches counts."""
    return tuple(
        {"name": known.name, "said": known.said, "logged": known.logged, "fault": known.fault}
        for known in REPLY_CLASSES
    )


def kind_of(provider: object) -> Kind:
    return "ses" if isinstance(provider, Ses) else "smtp"


def reply_filter(kind: Kind) -> tuple[tuple[str, str], ...]:
    """(regular expression, replacement) for the replies of such providers; the first match counts.

    An enhanced status code is dropped, because it begins with 5, too.
    """
    return tuple(
        (
            rf"^5({reply_class.reply[0]}[ -])(5\.[0-9]+\.[0-9]+ )?(.*{reply_class.reply[1]}.*)$",
            "4$1$3",
        )
        for reply_class in REPLY_CLASSES
        if reply_class.reply and kind in reply_class.kinds
    )
