"""Postfix's transports: one for each lane of a provider, each with its own settings."""

from dataclasses import dataclass

from mailfleet.inputs import Inputs
from mailfleet.policy import Mail, Provider
from mailfleet.relay.dedicated import DEDICATED, Dedicated, dedicated_of
from mailfleet.relay.limits import CONNECTIONS, Lane, Limit, limit
from mailfleet.relay.reply_classes import Kind, kind_of


@dataclass(frozen=True)
class Transport:
    """A service of master.cf."""

    name: str
    provider: Provider | Dedicated
    lane: Lane

    @property
    def kind(self) -> Kind:
        return kind_of(self.provider)


def transports(mail: Mail, inputs: Inputs) -> tuple[Transport, ...]:
    if dedicated := dedicated_of(mail.relay):
        return (Transport(DEDICATED, dedicated, Lane(CONNECTIONS)),)
    return tuple(
        Transport(provider.name + (f"-{n}" if len(limits.lanes) > 1 else ""), provider, lane)
        for provider, limits in limits_of(mail, inputs)
        for n, lane in enumerate(limits.lanes, 1)
    )


def limits_of(mail: Mail, inputs: Inputs) -> tuple[tuple[Provider, Limit], ...]:
    """Each provider's limit on one host."""
    return tuple(
        (
            provider,
            limit(
                provider,
                inputs.quotas.get(provider.name),
                inputs.relays,
                mail.relay.rtt,
            ),
        )
        for provider in mail.providers
    )


def limit_notes(mail: Mail, inputs: Inputs) -> tuple[str, ...]:
    """How the limits that follow from a rate were calculated."""
    if mail.relay.relay_hosts:
        return ()
    return tuple(
        f"{provider.name}: {limits.because}"
        for provider, limits in limits_of(mail, inputs)
        if not provider.connections and (provider.rate or provider.name in inputs.quotas)
    )
