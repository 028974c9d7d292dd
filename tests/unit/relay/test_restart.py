"""A Postfix that crashes is started again, by the unit that runs it."""

from dataclasses import replace

import pytest

from agent.check_mail_logs import problem
from mailfleet.relay.plan import load_action, plan
from mailfleet.relay.request import apply_request, read_request
from mailfleet.relay.state import FoundUnit
from mailfleet.relay.systems import (
    DEBIAN_12,
    DEBIAN_13,
    POSTFIX_UNITS,
    SYSTEMS,
    System,
)
from mailfleet.relay.tree import Desired, desired_host
from tests.support.relay_hosts import deployed
from tests.support.relay_policy import CREDENTIALS, policy

INSTANCE = "/etc/systemd/system/postfix@-.service.d/mailfleet.conf"
SERVICE = "/etc/systemd/system/postfix.service.d/mailfleet.conf"


def of(system: System) -> Desired:
    return desired_host(policy(), CREDENTIALS, system=system)


@pytest.mark.case("hosts-38")
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_the_unit_of_the_master_restarts_it(system: System) -> None:
    """An instance's unit on systems where postfix.service does nothing by itself."""
    tree = of(system)
    for path in (SERVICE, INSTANCE):
        assert b"\nRestart=on-failure\n" in (tree.file(path).content or b"")


def test_both_units_are_read_on_any_system() -> None:
    for system in (DEBIAN_12, DEBIAN_13):
        assert {"postfix.service", "postfix@-.service"} <= set(read_request(of(system))["units"])


@pytest.mark.parametrize("said", ["main", "current"])
def test_a_master_that_systemd_does_not_watch_is_restarted(said: str) -> None:
    """One that was started by hand, or before the drop-in was there."""
    now = FoundUnit(**{"enabled": True, "active": True, "current": True, "main": True, said: False})
    desired = of(DEBIAN_12)
    state = deployed(desired)
    assert load_action(desired, state) is None
    state = replace(state, units={**state.units, **dict.fromkeys(POSTFIX_UNITS, now)})
    assert load_action(desired, state) == "restart"
    assert [change.kind for change in plan("relay1", desired, state)] == ["service"]
    assert apply_request(desired, state, "t@t")["units"]["reload"] is not now.current


@pytest.mark.case("hosts-38")
def test_a_crash_is_an_alert() -> None:
    """systemd's own lines are not among those of mail, which check_mail_logs reads."""
    drop_in = (of(DEBIAN_13).file(SERVICE).content or b"").decode()
    assert "logger -p mail.crit -t postfix/systemd " in drop_in
    message = drop_in.partition('postfix/systemd "')[2].partition('"')[0]
    kind = problem("postfix/systemd", message.replace("$$EXIT_STATUS", "KILL"), "2") or ""
    assert kind.startswith("fatal of postfix/systemd: Postfix has ended by itself")
