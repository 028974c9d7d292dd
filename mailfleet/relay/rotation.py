"""A relay's part of a rotation: try the new credential, and verify that mail leaves with it."""

from collections.abc import Callable, Sequence
from typing import Any

from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operation import operation

from mailfleet.credential import Credential
from mailfleet.plan.change import Change
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail, Ses
from mailfleet.relay.facts import agent_command
from mailfleet.relay.operations import SIMULATOR
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.probe import TIMEOUT, end_point, probed_within
from mailfleet.run.commands import Commands, Fail

DRAINED_WITHIN = 600
"""Seconds: twice the smtp_connection_reuse_time_limit of main.cf."""
_RESERVE = 60


def unrelated_changes(changes: Sequence[Change]) -> list[str]:
    """Changes that are not of the credential: they need a deploy first."""
    own = (f"{POSTFIX}sasl_passwd", "postfix")
    return [change.id for change in changes if change.id not in own]


def trial_messages(host_name: str, mail: Mail, providers: Sequence[Ses]) -> list[Change]:
    """The messages, as the plan shows them."""
    what = "sent with the new key"
    return [
        Change(host_name, "message", f"{sender_of(mail, ses)} to {SIMULATOR}", "run", None, what)
        for ses in providers
    ]


@operation()
def try_new_credential(
    mail: Mail, providers: Sequence[Ses], new_credential: Callable[[Ses], Credential]
) -> Commands:
    """Send a message with each new credential from this host, before Postfix gets it.
    `new_credential` raises PlanError or PyinfraError while there is none."""
    for ses in providers:
        try:
            credential = new_credential(ses)
        except (PyinfraError, PlanError) as reason:
            yield Fail(f"pending: {reason}; this relay keeps its credential")
            return
        yield agent_command(
            "probe_message",
            {
                **_request(mail, ses, "trying a new credential"),
                "username": credential.username,
                "password": credential.password,
            },
            _sent_within(mail),
        )


@operation()
def drain(mail: Mail) -> Commands:
    """Wait until no connection of Postfix is left that was authenticated with the old key."""
    ports = sorted({ses.port for ses in mail.ses})
    request = {"ports": ports, "within": DRAINED_WITHIN}
    yield agent_command(
        "drain_connections",
        request,
        DRAINED_WITHIN + _RESERVE,
        f"waits until the old key's connections are closed: up to {DRAINED_WITHIN // 60} minutes",
    )


@operation()
def verify(mail: Mail, providers: Sequence[Ses], account_failed: Callable[[], bool]) -> Commands:
    """Send a message with the credential that Postfix has, now that the old key is refused. When
    the account's part has failed the old key is still accepted, and there is nothing to verify."""
    if account_failed():
        return
    for ses in providers:
        subject = "the old credential is refused"
        request = {**_request(mail, ses, subject), "nexthop": ses.nexthop}
        yield agent_command("probe_message", request, _sent_within(mail))


def _sent_within(mail: Mail) -> int:
    """Seconds: as probed_within(), plus five answers: MAIL, RCPT, DATA, the message, QUIT."""
    return probed_within(mail) + 5 * TIMEOUT


def _request(mail: Mail, ses: Ses, subject: str) -> dict[str, Any]:
    return {
        **end_point(ses),
        "retry_535_for": mail.gate.authenticated_within,
        "sender": sender_of(mail, ses),
        "recipient": SIMULATOR,
        "subject": f"mailfleet: {subject}",
    }


def sender_of(mail: Mail, ses: Ses) -> str:
    """An address whose mail is sent through that Ses: noreply@ its first domain, if that is."""
    (name, *_) = mail.senders_by(ses)
    return name if "@" in name else f"noreply@{name}"
