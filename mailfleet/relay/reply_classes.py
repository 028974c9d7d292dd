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
    """

    name: str
    example: str
    then: Then = "next"
    reply: tuple[str, str] | None = None
    kinds: tuple[Kind, ...] = KINDS


REPLY_CLASSES = (
    ReplyClass("not reached", "connection refused, timeout, name not found"),
    ReplyClass("TLS", "no STARTTLS, a certificate that does not verify"),
    ReplyClass("busy", "421 Too many concurrent SMTP connections"),
    ReplyClass("throttled", "454 Throttling failure: Maximum sending rate exceeded."),
    ReplyClass("temporary failure", "451 Temporary service failure"),
    ReplyClass("credential refused", "535 Authentication Credentials Invalid"),
    ReplyClass("no credential", "530 Authentication required", reply=("30", "")),
    ReplyClass(
        "sender not verified",
        "554 Message rejected: Email address is not verified.",
        reply=("54", "not verified"),
        kinds=("ses",),
    ),
    ReplyClass(
        "sender not verified",
        "550 The from address does not match a verified Sender Identity.",
        reply=("5[0-9]", "(verified sender|unauthenticated sender)"),
        kinds=("smtp",),
    ),
    ReplyClass(
        "sending is off",
        "554 Message rejected: Sending paused for this account.",
        reply=("54", "sending (is )?(paused|suspended|disabled)"),
        kinds=("ses",),
    ),
    ReplyClass(
        "not permitted",
        "554 Access denied: User is not authorized to perform ses:SendRawEmail",
        reply=("54", "(access denied|not authorized)"),
        kinds=("ses",),
    ),
    ReplyClass(
        "configuration set",
        "554 Configuration set does not exist",
        reply=("54", "configuration set"),
        kinds=("ses",),
    ),
    ReplyClass("the mail itself", "552 Message is too long, any other 5xx", then="hold"),
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
