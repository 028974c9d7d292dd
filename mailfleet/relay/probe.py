"""Whether its providers take a host's mail: what is asked there, and what follows from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailfleet.credential import Credential
from mailfleet.inputs import ALONE, Inputs
from mailfleet.policy import Mail, Provider, Ses

TIMEOUT = 30  # seconds for each answer of an end point

SESSION = 8  # answers of a session at most: some addresses, greeting, EHLO, STARTTLS, EHLO, AUTH

Answers = Mapping[str, Sequence[str]]
"""By provider: the outcome ("works", "passing" or "lasting" trouble) and what was seen."""


@dataclass(frozen=True)
class Verdict:
    """`refusal` is why the host must stay as it is; `warnings` are what somebody should know."""

    refusal: str | None
    warnings: tuple[str, ...]


def probed(mail: Mail) -> tuple[Provider, ...]:
    """The providers that a host's mail and its alerts leave by; none where dedicated relays see
    to that."""
    if mail.relay.relay_hosts:
        return ()
    names = {p.name for p in mail.used_providers} | {alert.via for alert in mail.alerts}
    return tuple(provider for provider in mail.providers if provider.name in names)


def end_point(provider: Provider, inputs: Inputs = ALONE) -> dict[str, Any]:
    """How a program on the host reaches it. The authorities are not on the host yet."""
    return {
        "host": provider.host,
        "port": provider.port,
        "wrapper": provider.wrapper,
        "ca": inputs.authorities.get(provider.name),
        "timeout": TIMEOUT,
    }


def probed_within(mail: Mail) -> int:
    """Seconds that a host may take to ask a provider: all that SES needs to know a new credential,
    and one more session in which each answer comes at the last moment."""
    return mail.gate.authenticated_within + SESSION * TIMEOUT


def probe_request(
    mail: Mail, credentials: Mapping[str, Credential], inputs: Inputs
) -> dict[str, Any]:
    """For the program "probe_smtp". Only SES makes credentials that it does not know at once."""
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
    """Trouble that somebody has to mend refuses the change. What may pass is a warning, as long as
    everyday mail has a provider that works."""
    everyday = {provider.name for provider in mail.used_providers}
    lasting = _seen(answers, "lasting")
    if lasting:
        return Verdict("; ".join(lasting.values()), tuple(_warnings(everyday, answers)))
    if not everyday & _seen(answers, "works").keys():
        seen = [said for name, said in _seen(answers, "passing").items() if name in everyday]
        return Verdict(f"no provider is reached from here: {'; '.join(seen)}", ())
    return Verdict(None, tuple(_warnings(everyday, answers)))


def _seen(answers: Answers, outcome: str) -> dict[str, str]:
    return {name: f"{name}: {seen}" for name, (found, seen) in answers.items() if found == outcome}


def _warnings(everyday: set[str], answers: Answers) -> Iterator[str]:
    for name, seen in _seen(answers, "passing").items():
        everyday_mail = "its mail waits or leaves by the fall-back"
        yield f"{seen}; {everyday_mail if name in everyday else 'no alert leaves by it'}"
