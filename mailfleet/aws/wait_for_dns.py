"""Asking a zone's own name servers until they answer with what was written."""

import time
from collections.abc import Generator, Mapping, Sequence

from gevent.pool import Pool
from pyinfra import host

from mailfleet.aws.domain_plan import ZoneChanges
from mailfleet.dns.authoritative import NameServer
from mailfleet.dns.changes import RecordChange
from mailfleet.dns.lookup import Unanswered
from mailfleet.dns.resolver import LiveDns
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Command, Failure, Notice
from mailfleet.run.options import NAME_SERVER_PORT
from mailfleet.run.resolver import resolver_of

Succeeds = Generator[Command, None, bool]
"""The commands of a part of a step; whether the next part may follow."""

POLL_EVERY = 2  # seconds


def published(zone: ZoneChanges, within: float) -> Succeeds:
    """Wait until every name server of the zone's delegation set has the changes.

    One that answers with something else after `within` seconds fails the operation as pending.
    One that can't be reached from here is only told: Route 53 has said that it is in sync.
    """
    call = AwsCall("route53", "GetHostedZone", {"Id": zone.zone.id}, account=zone.zone.account)
    yield call
    if not call.answered:
        return True  # while the calls are only counted
    names = call.response["DelegationSet"]["NameServers"]
    lookup = LiveDns(resolver_of(host))
    port = NAME_SERVER_PORT.of(host)
    servers = [NameServer(name, lookup, port) for name in names]
    lacking = wait_for(servers, zone.changes, within)
    if silent := [server for server in servers if server.silence]:
        yield Notice(_not_asked(zone.zone.name, silent), warning=True)
    if lacking:
        yield Failure(_pending(zone.zone.name, lacking, within))
        return False
    return True


def wait_for(
    servers: Sequence[NameServer], changes: Sequence[RecordChange], within: float
) -> dict[str, list[str]]:
    """Ids of the record sets that a server, by name, does not have `within` seconds from now."""
    deadline = time.monotonic() + within
    waiting = [(server, list(changes)) for server in servers]
    while True:
        asked = Pool(len(servers) or 1).map(_lacking, waiting)
        waiting = [(server, left) for server, left in asked if left]
        if not waiting or time.monotonic() >= deadline:
            return {server.name: [change.id for change in left] for server, left in waiting}
        time.sleep(POLL_EVERY)


Asked = tuple[NameServer, list[RecordChange]]
"""A server, and the changes that it does not have yet."""


def _lacking(asked: Asked) -> Asked:
    server, changes = asked
    try:
        return server, [change for change in changes if not server.has(change)]
    except Unanswered:
        return server, []  # the server remembers why


def _not_asked(zone: str, silent: Sequence[NameServer]) -> str:
    names = ", ".join(server.name for server in silent)
    return (
        f"zone {zone}: {names} could not be asked from here ({silent[0].silence}): Route 53 says "
        "that the changes are in sync"
    )


def _pending(zone: str, lacking: Mapping[str, list[str]], within: float) -> str:
    server, ids = next(iter(lacking.items()))
    others = " and others" if len(ids) > 3 else ""
    return (
        f"pending: after {within:g} s {', '.join(lacking)} of zone {zone} still answer otherwise, "
        f"{server} for {', '.join(ids[:3])}{others}, though Route 53 says INSYNC: run the deploy "
        "again, it goes on from there"
    )
