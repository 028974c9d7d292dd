"""Waiting until SES has verified the domains of a policy."""

import time
from collections.abc import Generator, Sequence

from pyinfra import host, logger
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.operation import operation

from mailfleet.aws.identity_facts import get_identity
from mailfleet.commands import Refuse
from mailfleet.ses.identity import Identity, from_ses

POLL_EVERY = 5  # seconds; SES answers one request a second, and looks at DNS every few minutes
TELL_EVERY = 30  # seconds

Waiting = dict[tuple[str, str], str]
"""What SES says of each (domain, region) that is not verified."""


@operation()
def verified(identities: Sequence[tuple[str, str]], within: int) -> Generator[PyinfraCommand]:
    """Poll SES until each of these, as (domain, region), is verified, `within` seconds at most.

    What is still missing by then fails the operation as pending: a later run goes on waiting.
    """
    started = told = time.monotonic()
    waiting = dict.fromkeys(identities, "not looked at yet")
    while waiting:
        for domain, region in list(waiting):
            call = get_identity(domain, region, fresh=True)
            yield call
            identity: Identity | None = call.response and from_ses(call.response)
            if identity and identity.verified:
                del waiting[domain, region]
                logger.info(f"{host.print_prefix}{domain} is verified in {region}")
            else:
                waiting[domain, region] = identity.shown_status if identity else "no such identity"
        spent = time.monotonic() - started
        if waiting and spent >= within:
            yield Refuse(pending(waiting, within))
            return
        if waiting and (spent < POLL_EVERY or time.monotonic() - told >= TELL_EVERY):
            told = time.monotonic()
            logger.info(f"{host.print_prefix}{_progress(waiting, within - spent)}")
        if waiting:
            time.sleep(min(POLL_EVERY, within - spent))


def pending(waiting: Waiting, within: int) -> str:
    """The sentence for domains that were not verified in time."""
    missing = ", ".join(
        f"{domain} is {status} in {region}" for (domain, region), status in waiting.items()
    )
    return (
        f"pending: after {within} s {missing}, expected SUCCESS: "
        "relays stay as they are; run the deploy again once the records resolve"
    )


def _progress(waiting: Waiting, left: float) -> str:
    missing = ", ".join(
        f"{domain} in {region}: {status}" for (domain, region), status in waiting.items()
    )
    return f"waiting for SES, {left:.0f} s at most: {missing}"
