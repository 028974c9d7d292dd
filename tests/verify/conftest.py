"""`pytest tests/verify --inventory inventory/production.py`: is the fleet as the policy says?"""

import shlex
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api.exceptions import PyinfraError

from mailfleet.aws.domain_plan import DomainPlan
from mailfleet.aws.read import read_domains
from mailfleet.aws.relay_inputs import read_relay_inputs
from mailfleet.inputs import Inputs
from mailfleet.plan.errors import PlanError
from mailfleet.policy import Mail
from mailfleet.policy.route import VERIFIED
from mailfleet.relay.agent import program
from mailfleet.relay.facts import RelayState
from mailfleet.relay.request import read_request
from mailfleet.relay.state import HostState
from mailfleet.relay.systems import system_of
from mailfleet.relay.tree import Desired, desired_host
from mailfleet.run.loading import policy_of
from tests.verify.fleet import Fleet, testinfra_host

FLEET = pytest.StashKey[Fleet]()


def pytest_configure(config: pytest.Config) -> None:
    try:
        config.stash[FLEET] = Fleet.load(
            Path(config.getoption("--inventory")), config.getoption("--group-data")
        )
    except PyinfraError as reason:
        raise pytest.UsageError(str(reason)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    fleet = metafunc.config.stash[FLEET]
    if "relay_name" in metafunc.fixturenames:
        names = [host.name for host in fleet.relays]
        metafunc.parametrize("relay_name", names, scope="session")
    if "domain_name" in metafunc.fixturenames:
        names = [domain.name for domain in fleet.mail.domains]
        metafunc.parametrize("domain_name", names, scope="session")


@pytest.fixture(scope="session")
def fleet(pytestconfig: pytest.Config) -> Fleet:
    return pytestconfig.stash[FLEET]


@pytest.fixture(scope="session")
def mail(fleet: Fleet) -> Mail:
    return fleet.mail


@pytest.fixture(scope="session")
def inputs(fleet: Fleet, mail: Mail) -> Inputs:
    """What relays depend on besides the policy. AWS is asked only where a route wants it."""
    if any(route.senders == VERIFIED for route in mail.routes):
        fleet.account  # noqa: B018  connects
    return read_relay_inputs(fleet.inventory, mail)


@pytest.fixture(scope="session")
def relay_mail(fleet: Fleet, relay_name: str) -> Mail:
    """The policy of one relay host: its group may have a `relay` of its own."""
    return policy_of(fleet.inventory.get_host(relay_name))


@pytest.fixture(scope="session")
def relay(fleet: Fleet, relay_name: str) -> Any:
    """One relay host after the other, as testinfra sees it."""
    return testinfra_host(fleet.inventory.get_host(relay_name))


@pytest.fixture(scope="session")
def state(relay: Any, relay_mail: Mail, inputs: Inputs) -> HostState:
    """What the relay's own reading of itself says; secrets are not in it."""
    request = read_request(desired_host(relay_mail, {}, inputs))
    text = program("read", request).encode().decode()
    answer = relay.check_output(f"python3 -I -c {shlex.quote(text)}")
    state = RelayState().process(answer.splitlines())
    assert state
    return state


@pytest.fixture(scope="session")
def desired(relay_mail: Mail, inputs: Inputs, state: HostState) -> Desired:
    """A relay as it should be with the system that it runs, but for what holds secrets."""
    try:
        return desired_host(relay_mail, {}, inputs, system_of(state.release))
    except PlanError as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture(scope="session")
def domain(fleet: Fleet, domain_name: str) -> DomainPlan:
    """One domain after the other, as AWS has it."""
    for domain in read_domains(fleet.account, fleet.mail):
        if domain.name == domain_name:
            return domain
    pytest.skip("its DNS is not in this account")
