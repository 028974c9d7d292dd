"""Names and subnets of labs that live side by side."""

import json
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from lab import network
from lab.errors import LabError


def test_names_fit_into_what_linux_allows() -> None:
    lab = network.lab_name(Path("/somewhere/.lab"))
    assert len(network.bridge_name(lab)) <= 15
    assert len(network.link_name(lab, 99)) <= 15


def test_every_state_directory_has_a_name_of_its_own() -> None:
    first, second = (network.lab_name(Path(path)) for path in ("/a/.lab", "/b/.lab"))
    assert first != second
    assert first == network.lab_name(Path("/a/.lab"))


def test_a_lab_gets_the_same_subnet_again() -> None:
    subnet = network.choose_subnet([], "mf000001")
    assert subnet == network.choose_subnet([IPv4Network("10.0.0.0/8")], "mf000001")
    assert subnet.subnet_of(network.TEST_NETWORKS)
    assert subnet.prefixlen == 24


def test_a_taken_subnet_is_passed_over() -> None:
    first = network.choose_subnet([], "mf000001")
    address_in_it = IPv4Network(f"{first[7]}/32")
    assert not network.choose_subnet([address_in_it], "mf000001").overlaps(first)


def test_the_last_free_subnet_is_found() -> None:
    free = IPv4Network("198.18.5.0/24")
    taken = [net for net in network.TEST_NETWORKS.subnets(new_prefix=24) if net != free]
    assert network.choose_subnet(taken, "mf000001") == free


def test_a_full_range_is_refused() -> None:
    with pytest.raises(LabError, match="no free /24"):
        network.choose_subnet([IPv4Network("198.0.0.0/8")], "mf000001")


def test_networks_are_read_from_routes_but_default_routes_take_nothing() -> None:
    routes = [
        {"dst": "default", "gateway": "10.0.0.1"},
        {"dst": "198.18.4.0/24", "dev": "docker0"},
        {"type": "local", "dst": "198.18.4.1", "dev": "docker0"},
    ]
    assert network.networks_in(json.dumps(routes)) == [
        IPv4Network("198.18.4.0/24"),
        IPv4Network("198.18.4.1/32"),
    ]
    assert network.networks_in("") == []
