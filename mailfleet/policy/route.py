"""Routes: which senders' mail leaves by which providers."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mailfleet.policy.schema import AsTuple, policy_class
from mailfleet.policy.types import SenderPattern, ShortName

Weight = Annotated[int, Field(ge=1, le=100)]
VERIFIED = "verified"


def _name_or_weights(value: Any) -> Any:
    if isinstance(value, str) or (isinstance(value, Mapping) and value):
        return value
    raise ValueError(
        f"found {value!r}, expected a provider's name, or weights such as "
        '{"ses": 9, "sendgrid": 1}'
    )


def _list_or_verified(value: Any) -> Any:
    if isinstance(value, str) and value != VERIFIED:
        raise ValueError(f'found {value!r}, expected a list of senders, or "verified"')
    return value


@policy_class
class Route:
    """Which provider the mail of some senders uses."""

    via: Annotated[ShortName | Mapping[ShortName, Weight], BeforeValidator(_name_or_weights)]
    """a provider's name, or several with weights: `{"ses": 9, "sendgrid": 1}`"""
    senders: Annotated[
        Annotated[Sequence[SenderPattern], AsTuple] | Literal["verified"],
        BeforeValidator(_list_or_verified),
    ] = ()
    """addresses and `@domain`s, or `"verified"`, see [Routes](relay.md#routes); by default all
    other senders"""
    fallback: ShortName | Annotated[Sequence[ShortName], AsTuple] = ()
    """a provider's name, or several in order, that take over immediately what the provider does
    not accept"""

    @property
    def weights(self) -> Mapping[str, int]:
        """Of each provider the share of mail that it gets."""
        return {self.via: 1} if isinstance(self.via, str) else self.via

    @property
    def fallbacks(self) -> tuple[str, ...]:
        return (self.fallback,) if isinstance(self.fallback, str) else tuple(self.fallback)

    @property
    def named_senders(self) -> tuple[str, ...]:
        """The senders that the policy itself names."""
        return () if isinstance(self.senders, str) else tuple(self.senders)

    @property
    def providers(self) -> tuple[str, ...]:
        """All that its mail may leave by, the heaviest first."""
        by_weight = sorted(self.weights, key=lambda name: -self.weights[name])
        return tuple(dict.fromkeys([*by_weight, *self.fallbacks]))

    def next_after(self, provider: str) -> tuple[str, ...]:
        """Who takes over, in order, what `provider` does not take."""
        return tuple(name for name in self.fallbacks if name != provider)
