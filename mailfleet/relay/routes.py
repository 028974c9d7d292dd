"""Which sender's mail goes to which provider, and who takes over what a provider does not take.

A provider hands over by the last of its next hops, which is this very host: a port of the
loopback address (a hop) where the mail is queued anew for the provider that follows, with that
one's own transports. So every transport keeps its limits, its TLS and its credential.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailfleet.inputs import Inputs
from mailfleet.policy import Mail, PolicyError, Route
from mailfleet.policy.route import VERIFIED
from mailfleet.relay.dedicated import DEDICATED
from mailfleet.relay.selection import Choice, Choices, open_to
from mailfleet.relay.transports import Transport, transports

# Which no user of a host can listen at, nobody else does (IANA has 288 to 307 unassigned), and RPC
# services don't take by chance (they look above 600: bindresvport(3)).
PORTS = range(288, 308)


@dataclass(frozen=True)
class Hop:
    """Where mail goes on that came by `origin`, and by `depth` others after it, in vain.

    `senders` says, for an address or a domain, which provider takes over.
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
    """`senders`: of each address or @domain its choice; `others` that of anybody else, None when
    nobody else may send. `lanes`: of each provider its transports, each as often as it counts.
    `alone`: (sender, providers that may not take over), where that leaves it no fall-back.
    """

    transports: tuple[Transport, ...]
    lanes: Mapping[str, tuple[str, ...]]
    senders: Mapping[str, Choice]
    others: Choice | None
    hops: tuple[Hop, ...]
    alone: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        every = [*self.senders.values(), *([self.others] if self.others else [])]
        return tuple({choice.name: choice for choice in every}.values())

    @property
    def switchable(self) -> bool:
        """Whether there is another provider to switch to."""
        return len(self.lanes) > 1

    def destination(self, name: str, hop: Hop | None = None) -> str:
        """transport:nexthop of a transport, at a hop or at the beginning."""
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
    choices = Choices()
    senders: dict[str, Choice] = {}
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
        senders[sender] = choices.of(route.weights, then, open_to(mail, inputs, sender))
    others = mail.route_of_others
    return Routes(
        transports=every,
        lanes=lanes,
        senders=senders,
        others=choices.of(others.weights, {}, _smtp(mail)) if others else None,
        hops=tuple(
            Hop(origin, depth, _port(n, len(hops)), taking_over)
            for n, ((origin, depth), taking_over) in enumerate(sorted(hops.items()))
        ),
        alone=tuple(alone.items()),
    )


def _port(n: int, of: int) -> int:
    if of > len(PORTS):
        raise PolicyError(
            f"Mail.routes: found fall-backs that take {of} ports of the loopback address, expected "
            f"{len(PORTS)} at most (each provider takes one for each that is asked after it): name "
            "fewer providers in fallback="
        )
    return PORTS[n]


def _smtp(mail: Mail) -> tuple[str, ...]:
    return tuple(provider.name for provider in mail.smtp)


def _by_dedicated(mail: Mail, inputs: Inputs, every: tuple[Transport, ...]) -> Routes:
    """Dedicated relays decide on providers and fall-backs; who may send, each host by itself."""
    there = Choice("choice1", {DEDICATED: 1}, {}, (DEDICATED,))
    senders = {sender: there for sender, _ in _senders(mail, inputs)}
    others = there if mail.route_of_others else None
    lanes = {DEDICATED: tuple(transport.name for transport in every)}
    return Routes(every, lanes, senders, others, hops=(), alone=())


def route_notes(found: Routes) -> tuple[str, ...]:
    """Who has no fall-back although the policy names one."""
    by_names: dict[tuple[str, ...], list[str]] = {}
    for sender, names in found.alone:
        by_names.setdefault(names, []).append(sender.removeprefix("@"))
    return tuple(
        f"no fall-back for {', '.join(senders)}: receivers do not know {' or '.join(names)} as a "
        "sender of that, because the policy gives neither its spf nor its dkim or does not have "
        "the domain"
        for names, senders in by_names.items()
    )


def _senders(mail: Mail, inputs: Inputs) -> Iterator[tuple[str, Route]]:
    """Who may send, and by which route."""
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
