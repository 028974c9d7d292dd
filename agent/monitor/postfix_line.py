"""What one line of Postfix's log reports.

Recipients are what anyone chooses. Postfix quotes the local part where it must, but not what is
behind the @: `u@"x>, relay=y, status=deferred (z"` is logged as it is. So an address is read to its
end; what looks like a second delivery behind the first makes a line worthless, and so does a cut.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, Union

from agent.monitor.entry import Entry

LONGEST_REASON = 600  # characters of a reason that are kept
LOOPBACK = "127.0.0.1"  # where the ports of the fallbacks are
CUT = 2000  # bytes: Postfix cuts its lines there (MSG_SYSLOG_RECLEN)
_ID = r"(?P<id>[0-9A-Za-z]{5,32})"
_ADDRESS = r'(?:"(?:[^"\\]|\\.)*")?[^"<>]*'
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_DELIVERY = re.compile(
    rf"{_ID}: to=<(?P<to>{_ADDRESS})>, (?:orig_to=<(?P<orig>{_ADDRESS})>, )?"
    r"relay=(?P<relay>[^,\[ ]*)(?:\[[^\],]*\])?(?::[0-9]{1,5})?, (?:conn_use=[0-9]+, )?"
    rf"delay={_NUMBER}, delays={_NUMBER}/{_NUMBER}/(?P<connect>{_NUMBER})/(?P<send>{_NUMBER}), "
    r"dsn=[0-9.]+, status=(?P<status>[A-Za-z-]+) \((?P<reason>.*)",
    re.DOTALL,
)
_EXPIRED = re.compile(
    rf"{_ID}: from=<{_ADDRESS}>, status=(?P<force>force-)?expired, returned to sender"
)
_REJECTED = re.compile(
    rf"(?:NOQUEUE|{_ID}): (?P<milter>milter-)?reject: (?P<stage>[A-Z-]+(?: [A-Z]+)?) from "
    r"[^ \[]*\[[^\] ]*\](?::[0-9]+)?: (?P<reply>(?P<code>[45])[0-9.]{2,8} .*)",
    re.DOTALL,
)
_CLIENT = re.compile(
    rf"{_ID}: client=(?P<client>[^ ,]+)(?:, sasl_method=[^ ,]+)?"
    r"(?:, sasl_username=(?P<login>[^ ,]+))?"
)
_PICKED_UP = re.compile(rf"{_ID}: uid=(?P<uid>[0-9]+) from=<")
_QUEUED_AS = re.compile(r"250 (?:2\.0\.0 )?Ok: queued as (?P<id>[0-9A-Za-z]{5,32})")
_SEVERITY = re.compile(r"(?P<severity>warning|error|fatal|panic): (?P<text>.*)", re.DOTALL)
_REMARK = re.compile(rf"(?:{_ID}: )?(?P<text>.*)", re.DOTALL)


class Delivery(NamedTuple):
    """An attempt to deliver to one recipient. `service`: its name in master.cf, such as ses-1, or
    error; `seconds`: to connect and to send, without waiting in the queue; `original`: what the
    recipient was before it was rewritten, or empty."""

    service: str
    queue_id: str
    recipient: str
    original: str
    relay: str
    seconds: float
    status: str
    reason: str

    @property
    def handed_on(self) -> bool:
        """Not to a provider but, on this host, to the fallback."""
        return self.status == "sent" and self.relay == LOOPBACK

    @property
    def queued_as(self) -> str:
        """The queue id that the next host, or the fallback, gave it; empty where none is said."""
        found = _QUEUED_AS.match(self.reason)
        return found["id"] if found else ""


class Expired(NamedTuple):
    """Mail that was too long in the queue, or that an administrator gave up (`forced`)."""

    queue_id: str
    forced: bool


class Rejected(NamedTuple):
    """Mail that this host did not accept, for now or for good. `port`: of which service of Postfix,
    empty for port 25; `reply`: code and text."""

    port: str
    milter: bool
    stage: str  # RCPT, END-OF-MESSAGE
    temporary: bool
    reply: str


class Submitted(NamedTuple):
    """Mail that came in. `port` as above; `pickup` for sendmail(1). `by`: the client, such as
    web1.example[192.0.2.1], or the number of the user; `login` of one that has authenticated."""

    port: str
    queue_id: str
    by: str
    login: str = ""


class PostfixWarning(NamedTuple):
    """A warning, an error, a fatal error or a panic of one of Postfix's programs."""

    program: str
    severity: str
    text: str


class Remark(NamedTuple):
    """What a provider's transport says before it tries elsewhere: usually why."""

    service: str
    queue_id: str  # empty where none is named
    text: str


PostfixLine = Union[Delivery, Expired, Rejected, Submitted, PostfixWarning, Remark]


def parsed(entry: Entry) -> PostfixLine | None:
    """What the line reports; None for ordinary ones and those of other programs than Postfix's."""
    if not entry.of_postfix or not entry.identifier.startswith("postfix/"):
        return None
    message = entry.message
    service, program = _names(entry.identifier)
    if ": to=<" in message and (delivery := _delivery(service, program, message)):
        return delivery
    if program in ("smtpd", "cleanup", "pickup") and (
        arrival := _arrival(service, program, message)
    ):
        return arrival
    if program == "qmgr" and "expired, " in message and (found := _EXPIRED.match(message)):
        return Expired(found["id"], bool(found["force"]))
    if entry.priority < 5 or message.startswith(("warning: ", "error: ", "fatal: ", "panic: ")):
        found = _SEVERITY.match(message)
        severity, text = (found["severity"], found["text"]) if found else ("warning", message)
        return PostfixWarning(program, severity, text[:LONGEST_REASON])
    if program == "smtp" and "TLS connection " not in message and ": to=<" not in message:
        found = _REMARK.match(message)
        if found:
            return Remark(service, found["id"] or "", found["text"][:LONGEST_REASON])
    return None


@lru_cache(maxsize=1000)
def _names(identifier: str) -> tuple[str, str]:
    """Service and program of postfix/ses-1/smtp; both are "error" for postfix/error."""
    parts = identifier.split("/")
    return parts[1], parts[-1]


def _delivery(service: str, program: str, message: str) -> Delivery | None:
    found = _DELIVERY.match(message)
    if not found:
        return None
    reason = found["reason"]
    if ">, relay=" in reason:
        return None
    # What was cut off might have shown that the part before it is forged. smtp(8) gets no recipient
    # with a bad domain, other than as what it was before a rewrite.
    if (found["orig"] is not None or program != "smtp") and _may_be_cut(message):
        return None
    return Delivery(
        service,
        found["id"],
        found["to"],
        found["orig"] or "",
        found["relay"],
        float(found["connect"]) + float(found["send"]),
        found["status"],
        (reason[:-1] if reason.endswith(")") else reason)[:LONGEST_REASON],
    )


def _may_be_cut(message: str) -> bool:
    return not message.endswith(")") or len(message.encode()) >= CUT


def _arrival(service: str, program: str, message: str) -> Rejected | Submitted | None:
    port = "" if service == program else service
    if program == "smtpd" and ": client=" in message and (found := _CLIENT.match(message)):
        return Submitted(port, found["id"], found["client"], found["login"] or "")
    if program == "pickup":
        found = _PICKED_UP.match(message)
        return Submitted("pickup", found["id"], found["uid"]) if found else None
    if "reject: " in message and (found := _REJECTED.match(message)):
        milter, reply = bool(found["milter"]), found["reply"][:LONGEST_REASON]
        return Rejected(port, milter, found["stage"], found["code"] == "4", reply)
    return None
