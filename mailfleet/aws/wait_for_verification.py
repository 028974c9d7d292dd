"""Waiting until SES has verified the domains of a policy."""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pyinfra import host, logger

from mailfleet.aws.batch_read import BATCH, from_batch_read
from mailfleet.aws.command import AwsCommand
from mailfleet.aws.facts import AwsFact
from mailfleet.aws.identity import Identity, from_ses
from mailfleet.aws.identity_facts import (
    DkimAttributes,
    EmailIdentities,
    MailFromAttributes,
    get_identity,
)
from mailfleet.aws.read import domains
from mailfleet.aws.reader import Reader
from mailfleet.plan.call import AwsCall
from mailfleet.plan.resource import Commands, Failure, Resource, Step, Thing, Values
from mailfleet.plan.stages import VERIFICATION

POLL_EVERY = 5  # seconds; SES answers one request a second, and looks at DNS every few minutes
TELL_EVERY = 30  # seconds
FEW = 3  # identities of a region: so many calls are made for a hundred of them, too

T = TypeVar("T")

Identities = dict[tuple[str, str], Identity]
"""By (name, region)."""
Waiting = dict[tuple[str, str], str]
"""What SES says of each (domain, region) that is not verified."""


@dataclass(frozen=True)
class Verification(Resource):
    """Identities, as (name, region), that SES has yet to verify; `within` are seconds."""

    identities: Sequence[tuple[str, str]]
    within: int

    def things(self, values: Values) -> Iterator[Thing]:
        yield from ()

    def steps(self) -> Iterator[Step]:
        if self.identities:
            waits = f"up to {self.within} s until SES has verified what is new"
            yield Step(VERIFICATION, self._wait, waits=waits)

    def _wait(self, values: Values) -> Commands:
        yield from wait_for_verification(self.identities, self.within)


def read(reader: Reader) -> Iterator[Verification]:
    unverified = [i for domain in reader.once(domains) for i in domain.unverified]
    yield Verification([(i.name, i.region) for i in unverified], reader.mail.gate.verified_within)


def wait_for_verification(identities: Sequence[tuple[str, str]], within: int) -> Commands:
    """Poll SES until each of these, as (domain, region), is verified, `within` seconds at most.

    What is still missing by then fails the operation as pending: a later run goes on waiting.
    """
    started = told = time.monotonic()
    waiting = dict.fromkeys(identities, "not looked at yet")
    while waiting:
        calls: list[AwsCall] = []
        found = yield from _recorded(look(list(waiting)), calls)
        if not all(call.answered for call in calls):
            return  # while the calls are only counted
        for domain, region in list(waiting):
            identity = found.get((domain, region))
            if identity and identity.verified:
                del waiting[domain, region]
                logger.info(f"{host.print_prefix}{domain} is verified in {region}")
            else:
                waiting[domain, region] = identity.shown_status if identity else "no such identity"
        spent = time.monotonic() - started
        if waiting and spent >= within:
            yield Failure(pending(waiting, within))
            return
        if waiting and (spent < POLL_EVERY or time.monotonic() - told >= TELL_EVERY):
            told = time.monotonic()
            logger.info(f"{host.print_prefix}{_progress(waiting, within - spent)}")
        if waiting:
            time.sleep(min(POLL_EVERY, within - spent))


def _recorded(
    looking: Generator[AwsCall, None, Identities], calls: list[AwsCall]
) -> Generator[AwsCall, None, Identities]:
    """The same; its calls go to `calls`, too."""
    while True:
        try:
            call = next(looking)
        except StopIteration as end:
            return cast(Identities, end.value)
        calls.append(call)
        yield call


def look(
    identities: Sequence[tuple[str, str]],
) -> Generator[AwsCall, None, dict[tuple[str, str], Identity]]:
    """What SES says now of these, as (domain, region): of a few all that it knows, and why one is
    not verified; of many a hundred at a time."""
    found = {}
    for region in dict.fromkeys(region for _, region in identities):
        names = tuple(name for name, at in identities if at == region)
        if len(names) > FEW:
            for name, identity in (yield from _batches(names, region)).items():
                found[name, region] = identity
            continue
        for name in names:
            call = get_identity(name, region, fresh=True)
            yield call
            if call.response:
                found[name, region] = from_ses(call.response)
    return found


def _batches(names: tuple[str, ...], region: str) -> Generator[AwsCall, None, dict[str, Identity]]:
    """Those that lists and batch getters know by now: they lag behind."""
    found = {}
    listed = yield from _ask(EmailIdentities(), region=region)
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        dkim = yield from _ask(DkimAttributes(), identities=batch, region=region)
        mail_from = yield from _ask(MailFromAttributes(), identities=batch, region=region)
        for name in batch:
            if name in listed and name in dkim and name in mail_from:
                found[name] = from_batch_read(listed[name], dkim[name], mail_from[name], {})
    return found


def _ask(fact: AwsFact[dict[str, T]], **arguments: Any) -> Generator[AwsCall, None, dict[str, T]]:
    """The fact as it is now; nothing while the calls are only counted."""
    call = cast(AwsCommand, fact.command(**arguments)).call
    call.fresh = True
    yield call
    return fact.understand(call.response) if call.answered else {}


def pending(waiting: Waiting, within: int) -> str:
    """The sentence for domains that were not verified in time."""
    missing = ", ".join(
        f"{domain} is {status} in {region}" for (domain, region), status in waiting.items()
    )
    return (
        f"pending: after {within} s {missing}, expected SUCCESS: "
        "relays stay as they are; run the deploy again when the records resolve"
    )


def _progress(waiting: Waiting, left: float) -> str:
    missing = ", ".join(
        f"{domain} in {region}: {status}" for (domain, region), status in waiting.items()
    )
    return f"waiting for SES, {left:.0f} s at most: {missing}"
