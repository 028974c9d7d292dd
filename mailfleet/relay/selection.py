"""Choices: how the mail of senders of which the same is true is shared by providers."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

from mailfleet.inputs import Inputs
from mailfleet.policy import Mail, Ses


@dataclass(frozen=True)
class Choice:
    """How the mail of some senders is shared by providers.

    `weights`: the share of each, in the smallest whole numbers. `then`: who takes over, in order,
    what one of them does not take. `open_to`: all providers that would take these senders' mail.
    """

    name: str
    weights: Mapping[str, int]
    then: Mapping[str, tuple[str, ...]]
    open_to: tuple[str, ...]


class Choices:
    """The choices of a policy: one for all senders of which the same is true."""

    def __init__(self) -> None:
        self._found: dict[object, Choice] = {}

    def of(
        self,
        weights: Mapping[str, int],
        then: Mapping[str, tuple[str, ...]],
        open_to: tuple[str, ...],
    ) -> Choice:
        common = gcd(*weights.values())
        least = {name: weight // common for name, weight in weights.items()}
        key = (tuple(least.items()), tuple(then.items()), open_to)
        name = f"choice{len(self._found) + 1}"
        return self._found.setdefault(key, Choice(name, least, then, open_to))


def open_to(mail: Mail, inputs: Inputs, sender: str) -> tuple[str, ...]:
    """SES refuses a sender that it has not verified; others know their customers' senders."""
    there = mail.ses_of(sender.removeprefix("@"))
    return tuple(
        provider.name
        for provider in mail.providers
        if not isinstance(provider, Ses)
        or provider in there
        or sender in inputs.verified.get(provider.name, ())
    )
