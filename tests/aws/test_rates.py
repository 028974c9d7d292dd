"""Deploys at the rates that AWS documents."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

from lab.aws.quotas import RATES
from tests.aws.conftest import Fleet

MANY = 20
THEIRS = "GetIdentityVerificationAttributes"


def throttled(fleet: Fleet) -> list[str]:
    """The operations that were answered so, oldest first."""
    codes = ("Throttling", "TooManyRequestsException")
    return [call.operation for call in fleet.cloud.control.calls() if call.error in codes]


@pytest.mark.slow
def test_twenty_identities_are_deployed_without_one_throttled_answer(fleet: Fleet) -> None:
    names = [fleet.domain, *(f"d{number}.{fleet.domain}" for number in range(1, MANY))]
    fleet.write(
        domains=", ".join(f"Domain({name!r}, zone={fleet.domain!r})" for name in names),
        gate=120,
        rates={},
    )
    fleet.cloud.control.set_faults(rates={**RATES, "strict": True})
    assert len([change for change in fleet.plan() if change["kind"] == "identity"]) == MANY
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    assert fleet.plan() == []
    assert fleet.cloud.writes().count("CreateEmailIdentity") == MANY
    assert throttled(fleet) == []


def test_others_use_up_the_quota_and_the_deploy_goes_on(fleet: Fleet) -> None:
    fleet.write(rates={"ses": 4, "route53": 5}, attempts=10)
    fleet.cloud.control.set_faults(rates={"ses": 4, "route53": 5})

    def ours_is_throttled() -> bool:
        assert fleet.plan() == []
        return bool(set(throttled(fleet)) - {THEIRS})

    with somebody_else(fleet, every=0.25):
        run = fleet.deploy("-y")
        assert run.status == 0, run.output
        # whose calls are refused is a matter of moments
        assert any(ours_is_throttled() for _ in range(15)), "nothing shown"


@contextmanager
def somebody_else(fleet: Fleet, every: float) -> Iterator[None]:
    """Another client of the account, who asks SES at that interval (in seconds)."""
    enough = threading.Event()
    client = fleet.cloud.client("ses")

    def ask() -> None:
        while not enough.wait(every):
            try:
                client.get_identity_verification_attributes(Identities=["other.example"])
            except ClientError:
                continue

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        enough.set()
        asking.join()
