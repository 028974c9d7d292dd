"""Which provider each sender's mail goes to, and its fallbacks.

A provider's last next hop is the host itself: a port of the loopback address (a hop), where mail
that the provider did not accept is queued again for the next provider, with that provider's own
transports. So every transport keeps its limits, its TLS settings and its credential.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailfleet.inputs import Inputs
from mailfleet.policy import Mail, PolicyError, Route
from mailfleet.policy.route import VERIFIED
from mailfleet.relay.dedicated import DEDICATED
from mailfleet.relay.selection import Selection, Selections, open_to
from mailfleet.relay.transports import Transport, transports

# Ports that users of a host cannot bind (below 1024), that no service has (unassigned at IANA), and
# that RPC services never take (they search from 600 up: bindresvport(3)).
PORTS = range(288, 308)


@dataclass(frozen=True)
class Hop:
    """Where mail goes that `origin`, and `depth` fallbacks after it, did not accept.

    `senders`: the next provider, by address or domain.
    """

    origin: str
    depth: int
    port: int
    senders: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"fallback_{self.origin}" + (f"_{self.depth}" if self.depth else "")

    @property
    def nexthop(self) -> str:
        return f"[127.0.0.1]:{self.port}"


@dataclass(frozen=True)
class Routes:
    """`senders`: the selection of each address or @domain; `others`: that of all other senders,
    None when no others may send. `lanes`: each provider's transports, each repeated by its weight.
    `alone`: senders without a usable fallback, each with the providers that may not take over.
    """

    transports: tuple[Transport, ...]
    lanes: Mapping[str, tuple[str, ...]]
    senders: Mapping[str, Selection]
    others: Selection | None
    hops: tuple[Hop, ...]
    alone: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def selections(self) -> tuple[Selection, ...]:
        every = [*self.senders.values(), *([self.others] if self.others else [])]
        return tuple({selection.name: selection for selection in every}.values())

    @property
    def switchable(self) -> bool:
        """Whether there is another provider to switch to."""
        return len(self.lanes) > 1

    def destination(self, name: str, hop: Hop | None = None) -> str:
        """transport:nexthop of a transport, at a hop or for new mail."""
        transport = next(transport for transport in self.transports if transport.name == name)
        origin, depth = (hop.origin, hop.depth + 1) if hop else (transport.provider.name, 0)
        after = [h.nexthop for h in self.hops if (h.origin, h.depth) == (origin, depth)]
        return f"{name}:{','.join([transport.provider.nexthop, *after])}"


def routes(mail: Mail, inputs: Inputs) -> Routes:
    every = transports(mail, inputs)
    if mail.relay.relay_hosts:
        return _by_dedicated(mail, inputs, every)
    lanes = {
        provider.name: tuple(
            transport.name
            for transport in every
            if transport.provider == provider
            for _ in range(transport.lane.weight)
        )
        for provider in mail.providers
    }
    selections = Selections()
    senders: dict[str, Selection] = {}
    hops: dict[tuple[str, int], dict[str, str]] = {}
    alone: dict[str, tuple[str, ...]] = {}
    for sender, route in _senders(mail, inputs):
        then = {}
        for origin in route.weights:
            wanted = route.next_after(origin)
            chain = [n for n in wanted if mail.may_take_over(mail.provider(n), sender)]
            if wanted and not chain:
                alone[sender] = wanted
            for depth, name in enumerate(chain):
                # access(5) writes a domain without the @
                hops.setdefault((origin, depth), {})[sender.removeprefix("@")] = name
            then[origin] = tuple(chain)
        senders[sender] = selections.of(route.weights, then, open_to(mail, inputs, sender))
    others = mail.route_of_others
    return Routes(
        transports=every,
        lanes=lanes,
        senders=senders,
        others=selections.of(others.weights, {}, _smtp(mail)) if others else None,
        hops=tuple(
            Hop(origin, depth, _port(n, len(hops)), taking_over)
            for n, ((origin, depth), taking_over) in enumerate(sorted(hops.items()))
        ),
        alone=tuple(alone.items()),
    )


def _port(n: int, of: int) -> int:
    if of > len(PORTS):
        raise PolicyError(
            f"Mail.routes: found fallbacks that need {of} ports of the loopback address, expected "
            f"at most {len(PORTS)} (one for each fallback of each provider): name fewer "
            "providers in fallback="
        )
    return PORTS[n]


def _smtp(mail: Mail) -> tuple[str, ...]:
    return tuple(provider.name for provider in mail.smtp)


def _by_dedicated(mail: Mail, inputs: Inputs, every: tuple[Transport, ...]) -> Routes:
    """Dedicated relays choose providers and fallbacks; each host checks who may send."""
    there = Selection("choice1", {DEDICATED: 1}, {}, (DEDICATED,))
    senders = {sender: there for sender, _ in _senders(mail, inputs)}
    others = there if mail.route_of_others else None
    lanes = {DEDICATED: tuple(transport.name for transport in every)}
    return Routes(every, lanes, senders, others, hops=(), alone=())


def route_notes(found: Routes) -> tuple[str, ...]:
    """Senders without a fallback although the policy names one."""
    by_names: dict[tuple[str, ...], list[str]] = {}
    for sender, names in found.alone:
        by_names.setdefault(names, []).append(sender.removeprefix("@"))
    return tuple(
        f"no fallback for {', '.join(senders)}: receivers would not trust mail from "
        f"{' or '.join(names)}, because the policy has neither spf nor dkim for it, or does not "
        "have the domain"
        for names, senders in by_names.items()
    )


def _senders(mail: Mail, inputs: Inputs) -> Iterator[tuple[str, Route]]:
    """Who may send, and through which route."""
    known = [f"@{domain.name}" for domain in mail.domains]
    known += [address.name for address in mail.addresses]
    known += [sender for sender, _ in mail.sender_routes]
    for sender in dict.fromkeys(known):
        if route := mail.route_of(sender):
            yield sender, route
    for route in mail.routes:
        if route.senders == VERIFIED:
            verified = [s for name in route.weights for s in inputs.verified.get(name, ())]
            for sender in dict.fromkeys(verified):
                if sender not in known and mail.domain_of(sender.removeprefix("@")) is None:
                    yield sender, route
