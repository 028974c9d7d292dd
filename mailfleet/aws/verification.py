"""Waiting until SES has verified the domains of a policy."""

import time
from collections.abc import Generator

from pyinfra import host, logger
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.operation import operation

from mailfleet.aws.identity_facts import get_identity
from mailfleet.commands import Refuse
from mailfleet.ses.identity import Identity, from_ses

POLL_EVERY = 5  # seconds; SES answers one request a second, and looks at DNS every few minutes
TELL_EVERY = 30  # seconds


@operation()
def verified(domains: tuple[str, ...], region: str, within: int) -> Generator[PyinfraCommand]:
    """Poll SES until each of these domains is verified there, `within` seconds at most.

    What is still missing by then fails the operation as pending: a later run goes on waiting.
    """
    started = told = time.monotonic()
    waiting = dict.fromkeys(domains, "not looked at yet")
    while waiting:
        for domain in list(waiting):
            call = get_identity(domain, region, fresh=True)
            yield call
            identity: Identity | None = call.response and from_ses(call.response)
            if identity and identity.verified:
                del waiting[domain]
                logger.info(f"{host.print_prefix}{domain} is verified in {region}")
            else:
                waiting[domain] = identity.shown_status if identity else "no such identity"
        spent = time.monotonic() - started
        if waiting and spent >= within:
            yield Refuse(pending(waiting, region, within))
            return
        if waiting and (spent < POLL_EVERY or time.monotonic() - told >= TELL_EVERY):
            told = time.monotonic()
            logger.info(f"{host.print_prefix}{_progress(waiting, within - spent)}")
        if waiting:
            time.sleep(min(POLL_EVERY, within - spent))


def pending(waiting: dict[str, str], region: str, within: int) -> str:
    """The sentence for domains that were not verified in time."""
    missing = ", ".join(f"{domain} is {status}" for domain, status in waiting.items())
    return (
        f"pending: after {within} s {missing} in {region}, expected SUCCESS: "
        "relays stay as they are; run the deploy again once the records resolve"
    )


def _progress(waiting: dict[str, str], left: float) -> str:
    missing = ", ".join(f"{domain}: {status}" for domain, status in waiting.items())
    return f"waiting for SES, {left:.0f} s at most: {missing}"
