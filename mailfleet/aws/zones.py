"""Reading the hosted zones that a policy's domains are in, of the account itself or of another."""

from functools import cache

from pyinfra.api.host import Host

from mailfleet.aws.facts import HostedZones, ProtectedRecordSets, RecordSets
from mailfleet.aws.hosted_zone import HostedZone, find_zone
from mailfleet.dns.records import RecordSet
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Domain
from mailfleet.run.groups import ACCOUNTS
from mailfleet.run.strict_facts import read

Records = dict[str, RecordSet]


class Zones:
    """Reads each zone once: it has many domains."""

    def __init__(self, account: Host) -> None:
        self._account = account
        self._listed = cache(self._list)
        self._records = cache(self._read)

    def expected(self, domain: Domain) -> bool:
        """Whether the domain's zone is there, or the policy says that it is."""
        here = {zone.name for zone in self._listed(self._account)}
        return bool(domain.zone_account or domain.zone_id) or domain.zone in here

    def of(self, domain: Domain) -> tuple[HostedZone, Records]:
        """The domain's zone and its record sets by id. PlanError when it has not exactly one."""
        holder = self._account
        if domain.zone_account:
            holder = holder_of(self._account, domain.name, domain.zone_account)
        zone = find_zone(self._listed(holder), domain.zone, domain.zone_id)
        return zone, self._records(holder, zone.id)

    def _list(self, holder: Host) -> list[HostedZone]:
        return [zone.of(holder.name) for zone in read(holder, HostedZones)]

    def _read(self, holder: Host, zone_id: str) -> Records:
        return {record.id: record for record in read(holder, RecordSets, zone_id=zone_id)}


def holder_of(account: Host, domain: str, name: str) -> Host:
    """The account of that name, another host of the inventory. PlanError when it has none."""
    accounts = {host.name: host for host in account.inventory.get_group(ACCOUNTS, [])}
    if name not in accounts:
        raise PlanError(
            f"Domain {domain!r}: found zone_account {name!r}, expected an account of the inventory:"
            f" {', '.join(accounts)}"
        )
    return accounts[name]


def read_protected(account: Host, zone: HostedZone) -> list[str] | None:
    """Ids of the zone's protected record sets; None when we may not ask."""
    holder = account.inventory.get_host(zone.account)
    return read(holder, ProtectedRecordSets, zone_id=zone.id)
