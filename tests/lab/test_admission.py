"""Before a change, every provider is asked from the relay itself whether it takes the mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.smtp.troubles import BUSY, DOWN, NO_LOGIN, NO_STARTTLS, UP, WRONG_CERTIFICATE
from tests.support.cli import Run
from tests.support.fleet import Fleet
from tests.support.policies import AUTHORISED, SECOND, write_policy

LIMIT = "postconf -h ses_destination_concurrency_limit"
REFUSALS = [
    ({SECOND: NO_LOGIN}, "second: smtp.second.example:587 answers 535 Authentication Credentials "
                         "Invalid to the user user: check that this credential exists"),
    ({SECOND: WRONG_CERTIFICATE}, "second: smtp.second.example:587 has a certificate that does "
                                  "not verify (Hostname mismatch"),
    ({"ses": DOWN, SECOND: NO_STARTTLS}, "second: smtp.second.example:587 does not offer what is"),
    ({"ses": DOWN, SECOND: BUSY}, "no provider can be reached from here: ses: "
                                  "email-smtp.us-east-1.amazonaws.com:587 cannot be reached "
                                  "(Connection refused): check that firewalls"),
]  # fmt: skip


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second provider takes over what SES does not take."""
    return write_policy(
        tmp_path_factory.mktemp("admission"),
        ses=", connections=6",
        second=AUTHORISED,
        more=f'routes=[Route(via="ses", fallback="{SECOND}")],',
    )


@pytest.fixture
def fleet_as_before(deployed: Fleet) -> Iterator[Fleet]:
    yield deployed
    deployed.control.reset_faults()
    assert deployed.deploy("-y").status == 0


def deploy(fleet: Fleet, policy: Path, **troubles: str) -> Run:
    """To one relay, while its providers have these troubles."""
    fleet.control.set_faults(smtp=troubles)
    return fleet.deploy("-y", "--limit", "relay1", policy=policy)


def test_a_provider_that_would_not_take_the_mail_refuses_the_change(
    deployed: Fleet, policy: Path
) -> None:
    before = deployed.fingerprint("relay1")
    for troubles, sentence in REFUSALS:
        run = deploy(deployed, policy, **troubles)
        assert run.status != 0, troubles
        assert sentence in run.output
        assert "this relay stays as it is" in run.output
        assert "Traceback" not in run.output
        assert deployed.fingerprint("relay1") == before


def test_a_provider_that_is_down_is_a_warning_while_another_works(
    fleet_as_before: Fleet, policy: Path
) -> None:
    fleet = fleet_as_before
    waits = "its mail stays queued or is sent through the fallback"
    run = deploy(fleet, policy, ses=DOWN)
    assert run.status == 0, run.output
    (warning,) = (line for line in run.output.splitlines() if waits in line)
    assert "ses: email-smtp.us-east-1.amazonaws.com:587 cannot be reached" in warning
    assert fleet.ssh("relay1", LIMIT) == "6\n"
    run = deploy(fleet, fleet.policy, ses=UP, second=DOWN)
    assert run.status == 0, run.output
    assert "second: smtp.second.example:587 cannot be reached (Connection refused)" in run.output
    assert "alerts cannot be sent through it" in run.output
    assert fleet.ssh("relay1", LIMIT) == "10\n"


def test_a_dry_run_asks_nobody(deployed: Fleet, policy: Path) -> None:
    deployed.control.set_faults(smtp={"ses": DOWN, SECOND: DOWN})
    run = deployed.deploy("--dry", "--limit", "relay1", policy=policy)
    assert run.status == 0, run.output
    assert "not reached" not in run.output
