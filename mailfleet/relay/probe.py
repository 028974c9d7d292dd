"""Whether a host's providers accept its mail: the request, and what follows from the answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailfleet.credential import Credential
from mailfleet.inputs import ALONE, Inputs
from mailfleet.policy import Mail, Provider, Ses

TIMEOUT = 30  # seconds for each answer of an end point

SESSION = 8  # answers of a session at most: several addresses, greeting, EHLO, STARTTLS, EHLO, AUTH

Answers = Mapping[str, Sequence[str]]
"""By provider: the outcome ("works", a "passing" or a "lasting" problem) and what was seen."""


@dataclass(frozen=True)
class Verdict:
    """`refusal`: why the host must stay as it is; None, and only `warnings`, when it may change."""

    refusal: str | None
    warnings: tuple[str, ...]


def probed(mail: Mail) -> tuple[Provider, ...]:
    """The providers that the host's mail and alerts are sent through; none where it sends through
    dedicated relays."""
    if mail.relay.relay_hosts:
        return ()
    names = {p.name for p in mail.used_providers} | {alert.via for alert in mail.alerts}
    return tuple(provider for provider in mail.providers if provider.name in names)


def end_point(provider: Provider, inputs: Inputs = ALONE) -> dict[str, Any]:
    """How a program on the host connects to it. The file of `ca` is not on the host yet."""
    return {
        "host": provider.host,
        "port": provider.port,
        "wrapper": provider.wrapper,
        "ca": inputs.authorities.get(provider.name),
        "timeout": TIMEOUT,
    }


def probed_within(mail: Mail) -> int:
    """Seconds that a host may take to ask a provider: the time that SES needs to accept a new
    credential, and one more session in which each answer comes at the last moment."""
    return mail.gate.authenticated_within + SESSION * TIMEOUT


def probe_request(
    mail: Mail, credentials: Mapping[str, Credential], inputs: Inputs
) -> dict[str, Any]:
    """For the program "probe_smtp". Only new SES credentials may be refused at first."""
    return {
        provider.name: {
            **end_point(provider, inputs),
            "username": credentials[provider.name].username,
            "password": credentials[provider.name].password,
            "retry_535_for": mail.gate.authenticated_within if isinstance(provider, Ses) else 0,
        }
        for provider in probed(mail)
    }


def judge(mail: Mail, answers: Answers) -> Verdict:
    """A problem that someone must fix refuses the change. One that may pass is a warning, while at
    least one provider of everyday mail works."""
    everyday = {provider.name for provider in mail.used_providers}
    lasting = _seen(answers, "lasting")
    if lasting:
        return Verdict("; ".join(lasting.values()), tuple(_warnings(everyday, answers)))
    if not everyday & _seen(answers, "works").keys():
        seen = [said for name, said in _seen(answers, "passing").items() if name in everyday]
        return Verdict(f"no provider can be reached from here: {'; '.join(seen)}", ())
    return Verdict(None, tuple(_warnings(everyday, answers)))


def _seen(answers: Answers, outcome: str) -> dict[str, str]:
    return {name: f"{name}: {seen}" for name, (found, seen) in answers.items() if found == outcome}


def _warnings(everyday: set[str], answers: Answers) -> Iterator[str]:
    for name, seen in _seen(answers, "passing").items():
        mail = "its mail stays queued or is sent through the fallback"
        yield f"{seen}; {mail if name in everyday else 'alerts cannot be sent through it'}"
