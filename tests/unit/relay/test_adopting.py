"""Whom a Postfix served that is about to be replaced."""

from dataclasses import replace

import pytest

from mailfleet.policy import Relay
from mailfleet.relay.adopting import cut_off
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.state import FoundFile, HostState
from mailfleet.relay.tree import desired_host
from tests.support.relay_hosts import bare
from tests.support.relay_policy import CREDENTIALS, policy

CONTAINERS = """
inet_interfaces = all
mynetworks = 127.0.0.0/8 [::1]/128
    172.17.0.0/16, 10.0.0.0/16
"""


def theirs(main_cf: str) -> HostState:
    desired = desired_host(policy(), CREDENTIALS)
    live = FoundFile(digest="theirs", mode="644", owner="root", group="root", text=main_cf)
    found = bare(desired)
    return replace(found, files={**found.files, f"{POSTFIX}main.cf": live})


@pytest.mark.case("hosts-36")
def test_containers_that_use_port_25_are_named_with_the_word_that_keeps_them() -> None:
    (said,) = cut_off(theirs(CONTAINERS), Relay(adopt=True))
    assert (
        "accepts mail from other hosts (inet_interfaces = all), but will only from this host"
        in said
    )
    assert "containers and hosts of 172.17.0.0/16, 10.0.0.0/16 will be cut off" in said
    assert "Relay(port_25={\"ADDRESS of this host\": ['172.17.0.0/16', '10.0.0.0/16']})" in said
    kept = Relay(adopt=True, port_25={"172.17.0.1": ["172.17.0.0/16", "10.0.0.0/16"]})
    assert list(cut_off(theirs(CONTAINERS), kept)) == []
    half = Relay(adopt=True, port_25={"172.17.0.1": "172.17.0.0/16"})
    (said,) = cut_off(theirs(CONTAINERS), half)
    assert "hosts of 10.0.0.0/16 will be cut off" in said


@pytest.mark.case("hosts-36")
@pytest.mark.parametrize(
    ("main_cf", "sentence"),
    [
        ("", "(inet_interfaces = all), but will only from this host: all that send there"),
        ("inet_interfaces = $myhostname, localhost", "inet_interfaces = $myhostname, localhost"),
        ("mynetworks_style = subnet", "hosts of its own networks (mynetworks_style = subnet)"),
        ("mynetworks = hash:/etc/postfix/friends", "hosts of hash:/etc/postfix/friends will be"),
        (
            "inet_interfaces = localhost, 172.17.0.1\nbridge = 172.17.0.0/16\nmynetworks = $bridge",
            "Relay(port_25={'172.17.0.1': ['172.17.0.0/16']})",
        ),
    ],
)
def test_whatever_it_is_that_it_served(main_cf: str, sentence: str) -> None:
    (said,) = cut_off(theirs(main_cf), Relay(adopt=True))
    assert sentence in said


@pytest.mark.parametrize("interfaces", ["loopback-only", "localhost", "127.0.0.1, [::1]"])
def test_one_that_serves_its_own_host_alone_is_no_news(interfaces: str) -> None:
    assert list(cut_off(theirs(f"inet_interfaces = {interfaces}"), Relay(adopt=True))) == []


def test_our_own_configuration_is_no_news() -> None:
    desired = desired_host(policy(), CREDENTIALS)
    assert list(cut_off(bare(desired), Relay())) == []
