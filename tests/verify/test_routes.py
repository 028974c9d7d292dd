"""Every relay host sends by the policy's routes, within its limits, and keeps what is refused."""

from typing import Any

import pytest

from mailfleet.inputs import Inputs
from mailfleet.policy import Mail
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.reply_classes import REPLY_CLASSES
from mailfleet.relay.routes import Routes, routes
from mailfleet.relay.selection import Selection
from mailfleet.relay.state import HostState, Switch

MAPS = "sender_dependent_default_transport_maps"


@pytest.fixture(scope="module")
def wanted(relay_mail: Mail, inputs: Inputs) -> Routes:
    return routes(relay_mail, inputs)


def test_each_sender_leaves_by_its_route(relay: Any, wanted: Routes, state: HostState) -> None:
    """Or by what somebody has switched to, which is no fault, but is said by every deploy."""
    tables = relay.check_output(f"/usr/sbin/postconf -hx {MAPS}").split()
    for sender, choice in wanted.senders.items():
        answers = (relay.run(f"/usr/sbin/postmap -q {sender!r} {table!r}") for table in tables)
        found = next((answer.stdout.strip() for answer in answers if answer.stdout), None)
        lanes = (wanted.lanes[provider] for provider in providers(choice, state.switch))
        expected = {wanted.destination(lane) for several in lanes for lane in several}
        assert found in expected, f"{sender} leaves by {found}, expected {' or '.join(expected)}"


def providers(choice: Selection, switch: Switch) -> set[str]:
    """Those that mail of such senders may go to first."""
    if switched := set(switch.to or ()) & set(choice.open_to):
        return switched
    after = {name for names in choice.then.values() for name in names} if switch.health else set()
    return set(choice.weights) | after


def test_postfix_goes_by_the_switch_that_is_in_force(state: HostState) -> None:
    assert state.switch.current, "a switch has not been loaded: deploy, or run switch.py, again"


def test_nobody_else_may_send(relay: Any, wanted: Routes) -> None:
    found = relay.check_output("/usr/sbin/postconf -h default_transport").split(maxsplit=1)
    closed = found[0].startswith(("error:", "retry:"))
    assert closed, f"default_transport is {found[0]}: anybody may send"


def test_limits_are_the_policys(relay: Any, wanted: Routes) -> None:
    for transport in wanted.transports:
        names = [
            f"{transport.name}_destination_{limit}" for limit in ("concurrency_limit", "rate_delay")
        ]
        found = relay.check_output(f"/usr/sbin/postconf -h {names[0]}")
        assert found == str(transport.lane.connections), f"{names[0]} is {found}"
        if transport.lane.delay:
            found = relay.check_output(f"/usr/sbin/postconf -h {names[1]}")
            assert found == f"{transport.lane.delay}s", f"{names[1]} is {found}"


def test_a_providers_refusal_loses_no_mail(relay: Any, relay_mail: Mail, wanted: Routes) -> None:
    for transport in wanted.transports:
        service = f"{transport.name}/unix"
        replies = f"regexp:{POSTFIX}replies_{transport.kind}"
        found = relay.check_output(f"/usr/sbin/postconf -Phx {service}/smtp_reply_filter")
        assert found == replies, f"{service}: its smtp_reply_filter is {found!r}"
        found = relay.check_output(f"/usr/sbin/postconf -Phx {service}/smtp_delivery_status_filter")
        assert found == (f"regexp:{POSTFIX}refusals" if relay_mail.relay.soft_bounce else "")


def test_replies_that_blame_no_mail_are_read_as_try_again(relay: Any, wanted: Routes) -> None:
    for kind in {transport.kind for transport in wanted.transports}:
        for failure in REPLY_CLASSES:
            if failure.reply and kind in failure.kinds:
                table = f"regexp:{POSTFIX}replies_{kind}"
                found = relay.run(f"/usr/sbin/postmap -q {failure.example!r} {table}").stdout
                assert found.startswith("4"), f"{failure.example} is taken for final"


def test_bounces_are_kept_here(relay: Any) -> None:
    found = relay.run(f"/usr/sbin/postmap -q '<>' texthash:{POSTFIX}kept_here").stdout
    assert found.strip() == "returned:", "bounces would leave by a provider, which takes none"
