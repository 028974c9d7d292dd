"""What becomes of mail that a provider does not take: data, from which Postfix's maps are made.

After a reply that begins with 4, a connection that fails or a certificate that does not fit,
Postfix hands the mail to the next provider of its route, or keeps it where there is none. It does
not for 5xx. Those that say nothing about the mail itself are therefore read as 4xx
(smtp_reply_filter). All others are about this very mail: no other provider is asked, it is held,
or returned to its sender (smtp_delivery_status_filter).

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
class FailureClass:
    """Failures of one meaning, and what `then` becomes of the mail: "next" provider, or "hold".

    `reply`: the regular expressions of the last two digits of a 5xx reply and of its text, where
    Postfix has to be told; without them it does the right thing by itself.
    """

    name: str
    example: str
    then: Then = "next"
    reply: tuple[str, str] | None = None
    kinds: tuple[Kind, ...] = KINDS


FAILURES = (
    FailureClass("not reached", "connection refused, time-out, name not found"),
    FailureClass("TLS", "no STARTTLS, a certificate that does not verify"),
    FailureClass("busy", "421 Too many concurrent SMTP connections"),
    FailureClass("throttled", "454 Throttling failure: Maximum sending rate exceeded."),
    FailureClass("passing trouble", "451 Temporary service failure"),
    FailureClass("credential refused", "535 Authentication Credentials Invalid"),
    FailureClass("no credential", "530 Authentication required", reply=("30", "")),
    FailureClass(
        "sender not verified",
        "554 Message rejected: Email address is not verified.",
        reply=("54", "not verified"),
        kinds=("ses",),
    ),
    FailureClass(
        "sender not verified",
        "550 The from address does not match a verified Sender Identity.",
        reply=("5[0-9]", "(verified sender|unauthenticated sender)"),
        kinds=("smtp",),
    ),
    FailureClass(
        "sending is off",
        "554 Message rejected: Sending paused for this account.",
        reply=("54", "sending (is )?(paused|suspended|disabled)"),
        kinds=("ses",),
    ),
    FailureClass(
        "not permitted",
        "554 Access denied: User is not authorized to perform ses:SendRawEmail",
        reply=("54", "(access denied|not authorized)"),
        kinds=("ses",),
    ),
    FailureClass(
        "configuration set",
        "554 Configuration set does not exist",
        reply=("54", "configuration set"),
        kinds=("ses",),
    ),
    FailureClass("the mail itself", "552 Message is too long, any other 5xx", then="hold"),
)


def kind_of(provider: object) -> Kind:
    return "ses" if isinstance(provider, Ses) else "smtp"


def reply_filter(kind: Kind) -> tuple[tuple[str, str], ...]:
    """(regular expression, replacement) for the replies of such providers; the first match counts.

    An enhanced status code is dropped: it says 5, too.
    """
    return tuple(
        (rf"^5({failure.reply[0]}[ -])(5\.[0-9]+\.[0-9]+ )?(.*{failure.reply[1]}.*)$", "4$1$3")
        for failure in FAILURES
        if failure.reply and kind in failure.kinds
    )
