"""Selections: how the mail of senders is distributed among providers."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

from mailfleet.inputs import Inputs
from mailfleet.policy import Mail, Ses


@dataclass(frozen=True)
class Selection:
    """How the mail of some senders is distributed among providers.

    `weights`: the share of each provider, in the smallest integers. `then`: the fallbacks of each
    provider, in order. `open_to`: all providers that would accept these senders' mail.
    """

    name: str
    weights: Mapping[str, int]
    then: Mapping[str, tuple[str, ...]]
    open_to: tuple[str, ...]


class Selections:
    """The selections of a policy: senders with equal weights, fallbacks and providers share one."""

    def __init__(self) -> None:
        self._found: dict[object, Selection] = {}

    def of(
        self,
        weights: Mapping[str, int],
        then: Mapping[str, tuple[str, ...]],
        open_to: tuple[str, ...],
    ) -> Selection:
        common = gcd(*weights.values())
        least = {name: weight // common for name, weight in weights.items()}
        key = (tuple(least.items()), tuple(then.items()), open_to)
        name = f"choice{len(self._found) + 1}"
        return self._found.setdefault(key, Selection(name, least, then, open_to))


def open_to(mail: Mail, inputs: Inputs, sender: str) -> tuple[str, ...]:
    """The providers that would accept the sender's mail: SES refuses senders that it has not
    verified, others check them by their own rules."""
    there = mail.ses_of(sender.removeprefix("@"))
    return tuple(
        provider.name
        for provider in mail.providers
        if not isinstance(provider, Ses)
        or provider in there
        or sender in inputs.verified.get(provider.name, ())
    )
