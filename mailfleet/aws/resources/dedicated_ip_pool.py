"""Dedicated IP pools: how they scale, whose they are, and how warm their addresses are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailfleet.aws.arn import resource_arn
from mailfleet.aws.command import AwsCommand
from mailfleet.aws.facts import AwsFact
from mailfleet.aws.reader import Reader
from mailfleet.aws.ses_tags import EXISTS, TAG, Tags, tag_resource, tags
from mailfleet.plan.call import AwsCall
from mailfleet.plan.errors import PlanError
from mailfleet.plan.resource import Commands, Step, Thing, Values
from mailfleet.plan.stages import SES_ACCOUNT
from mailfleet.policy import DedicatedPool, Ses
from mailfleet.run.strict_facts import read as read_fact


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
    """A pool that the policy lists; `found` is None when there is none. `caller` is our own ARN."""

    region: str
    desired: DedicatedPool
    fleet: str
    found: Pool | None
    caller: str = ""

    @property
    def id(self) -> str:
        return f"{self.region}/{self.desired.name}"

    @property
    def tags(self) -> bool:
        """Whether it becomes ours."""
        return bool(self.found and self.desired.adopt and self.found.fleet != self.fleet)

    @property
    def scales(self) -> bool:
        """Whether it is there and scales in another way than the policy says."""
        return bool(self.found and self.found.scaling != self.desired.scaling)

    def things(self, values: Values) -> Iterator[Thing]:
        """PlanError for a pool that can't be changed so."""
        _refuse_standard(self)
        if self.found is None:
            text = _text(self.desired.scaling, self.fleet)
            yield Thing("dedicated ip pool", self.id, None, text)
            return
        ours = self.tags or self.found.fleet == self.fleet
        owner = self.fleet if ours else self.found.fleet
        yield Thing(
            "dedicated ip pool",
            self.id,
            _text(self.found.scaling, self.found.fleet),
            _text(self.desired.scaling, owner),
            "ours" if ours else "foreign",
            self.desired.adopt,
            entry=f"DedicatedPool {self.desired.name!r}",
        )

    def notes(self) -> Iterator[str]:
        """How warm the addresses are, where SES still holds them back; a pool without any."""
        if self.found is None or self.found.scaling == "MANAGED":
            return  # SES sees to those itself
        warming = [f"{ip.ip} {ip.percentage} %" for ip in self.found.ips if ip.in_progress]
        if warming:
            yield f"dedicated IP pool {self.id} warms up: {', '.join(warming)}"
        if not self.found.ips:
            yield (
                f"dedicated IP pool {self.id} has no addresses: lease some from AWS and put them "
                "into it"
            )

    def steps(self) -> Iterator[Step]:
        yield Step(SES_ACCOUNT, self._make)

    def _make(self, values: Values) -> Commands:
        """The tag first: it says that it is us who changes the rest."""
        asked = {"PoolName": self.desired.name, "ScalingMode": self.desired.scaling}
        if self.found is None:
            made = {**asked, "Tags": tags(self.fleet)}
            yield AwsCall(
                "sesv2", "CreateDedicatedIpPool", made, region=self.region, repeated=EXISTS
            )
        if self.tags:
            resource = f"dedicated-ip-pool/{self.desired.name}"
            yield tag_resource(self.caller, self.region, resource, tags(self.fleet))
        if self.scales:
            yield AwsCall("sesv2", "PutDedicatedIpPoolScalingAttributes", asked, region=self.region)


def _refuse_standard(plan: PoolPlan) -> None:
    """ "PutDedicatedIpPoolScalingAttributes", Amazon SES API v2."""
    if plan.scales and plan.found and plan.found.scaling == "MANAGED":
        raise PlanError(
            f"DedicatedPool {plan.desired.name!r}: found the pool {plan.id} with MANAGED scaling, "
            f"expected {plan.desired.scaling}: AWS does not turn a managed pool back; say "
            'scaling="MANAGED", or name another pool'
        )


def _text(scaling: str, fleet: str | None) -> str:
    return f"scaling: {scaling}" + (f"\ntag {TAG}: {fleet}" if fleet else "")


class PoolScaling(AwsFact[str | None]):
    """How a dedicated IP pool scales; None when there is none of that name."""

    def command(self, pool: str, region: str) -> AwsCommand:
        return AwsCommand(
            AwsCall(
                "sesv2",
                "GetDedicatedIpPool",
                {"PoolName": pool},
                region=region,
                absent=("NotFoundException",),
            )
        )

    def understand(self, answer: Any) -> str | None:
        return answer and str(answer["DedicatedIpPool"]["ScalingMode"])


class PoolAddresses(AwsFact[tuple[WarmUp, ...]]):
    """The addresses of a dedicated IP pool."""

    def command(self, pool: str, region: str) -> AwsCommand:
        return AwsCommand(
            AwsCall(
                "sesv2", "GetDedicatedIps", {"PoolName": pool}, region=region, paged="DedicatedIps"
            )
        )

    def understand(self, answer: Any) -> tuple[WarmUp, ...]:
        return tuple(
            WarmUp(ip["Ip"], ip["WarmupPercentage"], ip["WarmupStatus"] == "IN_PROGRESS")
            for ip in answer
        )


def read(reader: Reader, ses: Ses) -> Iterator[PoolPlan]:
    """Three calls for each pool that the policy lists and that is there."""
    for pool in ses.pools:
        found = _read_pool(reader, pool.name, ses.region)
        yield PoolPlan(ses.region, pool, reader.mail.fleet, found, reader.caller)


def _read_pool(reader: Reader, name: str, region: str) -> Pool | None:
    scaling = read_fact(reader.host, PoolScaling, pool=name, region=region)
    if scaling is None:
        return None
    arn = resource_arn(reader.caller, region, f"dedicated-ip-pool/{name}")
    found = read_fact(reader.host, Tags, arn=arn, region=region)
    addresses = read_fact(reader.host, PoolAddresses, pool=name, region=region)
    return Pool(scaling, found.get(TAG), addresses)
