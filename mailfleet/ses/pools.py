"""Dedicated IP pools: how they scale, whose they are, and how warm their addresses are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailfleet.plan.change import Change
from mailfleet.plan.errors import PlanError
from mailfleet.policy import DedicatedPool
from mailfleet.ses.settings import TAG


@dataclass(frozen=True)
class WarmUp:
    """A dedicated address, and how much of its daily capacity SES uses of it, in percent."""

    ip: str
    percentage: int
    in_progress: bool


@dataclass(frozen=True)
class Pool:
    """As SES has it. `fleet` is what its tag names: None for a pool that is not ours."""

    scaling: str
    fleet: str | None
    ips: tuple[WarmUp, ...] = ()


@dataclass(frozen=True)
class PoolPlan:
    """A pool that the policy lists; `found` is None when there is none."""

    region: str
    wanted: DedicatedPool
    fleet: str
    found: Pool | None

    @property
    def id(self) -> str:
        return f"{self.region}/{self.wanted.name}"

    @property
    def tags(self) -> bool:
        """Whether it becomes ours."""
        return bool(self.found and self.wanted.adopt and self.found.fleet != self.fleet)

    @property
    def scales(self) -> bool:
        """Whether it is there and scales in another way than the policy says."""
        return bool(self.found and self.found.scaling != self.wanted.scaling)


def pool_changes(host: str, pools: Iterable[PoolPlan]) -> Iterator[Change]:
    """PlanError for a pool that is not ours to change, or can't be changed so."""
    for pool in pools:
        after = _text(pool.wanted.scaling, pool.fleet)
        if pool.found is None:
            yield Change(host, "dedicated ip pool", pool.id, "create", None, after)
            continue
        _check(pool)
        if pool.tags or pool.scales:
            before = _text(pool.found.scaling, pool.found.fleet)
            yield Change(host, "dedicated ip pool", pool.id, "update", before, after)


def _check(pool: PoolPlan) -> None:
    if not pool.found or not pool.scales:
        return
    which = (
        f"DedicatedPool {pool.wanted.name!r}: found the pool {pool.id} with {pool.found.scaling} "
        f"scaling"
    )
    if pool.found.scaling == "MANAGED":
        # "PutDedicatedIpPoolScalingAttributes", Amazon SES API v2
        raise PlanError(
            f"{which}, expected {pool.wanted.scaling}: AWS does not turn a managed pool back; say "
            'scaling="MANAGED", or name another pool'
        )
    if not pool.wanted.adopt and pool.found.fleet != pool.fleet:
        raise PlanError(
            f"{which}, which is not ours, expected {pool.wanted.scaling}: to take it over, say "
            "DedicatedPool(..., adopt=True); or let the policy say what is there"
        )


def _text(scaling: str, fleet: str | None) -> str:
    return f"scaling: {scaling}" + (f"\ntag {TAG}: {fleet}" if fleet else "")


def pool_notes(pools: Iterable[PoolPlan]) -> Iterator[str]:
    """How warm the addresses are, where SES still holds them back; a pool without any."""
    for pool in pools:
        if pool.found is None or pool.found.scaling == "MANAGED":
            continue  # SES sees to those itself
        warming = [f"{ip.ip} {ip.percentage} %" for ip in pool.found.ips if ip.in_progress]
        if warming:
            yield f"dedicated IP pool {pool.id} warms up: {', '.join(warming)}"
        if not pool.found.ips:
            yield (
                f"dedicated IP pool {pool.id} has no addresses: lease some from AWS and put them "
                "into it"
            )
