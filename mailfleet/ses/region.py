"""All that is not an identity's in one region: the account, its pools and configuration sets."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailfleet.plan.change import Change
from mailfleet.ses.configuration_sets import SetPlan, set_changes
from mailfleet.ses.pools import PoolPlan, pool_changes, pool_notes
from mailfleet.ses.sending_account import AccountPlan, account_changes, account_notes


@dataclass(frozen=True)
class RegionPlan:
    """What there is beside what the policy asks for. `caller` is our own ARN, of which those of
    SES's resources are made."""

    account: AccountPlan
    pools: tuple[PoolPlan, ...]
    sets: tuple[SetPlan, ...]
    caller: str

    def changes(self, host: str) -> Iterator[Change]:
        """In the order of the calls: a configuration set is bound to a pool that is there.
        PlanError when something of somebody else's would be changed."""
        yield from account_changes(host, self.account)
        yield from pool_changes(host, self.pools)
        yield from set_changes(host, self.sets)

    @property
    def notes(self) -> Iterator[str]:
        yield from account_notes(self.account)
        yield from pool_notes(self.pools)
