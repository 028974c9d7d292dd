"""Each host's policy: the fleet's, with the relay of its own group."""

from pathlib import Path

import pytest
from pyinfra.api.exceptions import InventoryError

from mailfleet.policy import Mail, Relay
from mailfleet.run.loading import load_inventory, policy_of

POLICY = """\
from mailfleet.inventory import Domain, Mail, Relay, Ses

mail = Mail(domains=[Domain("example.com")], providers=[Ses("us-east-1")])
"""


def policies(directory: Path, group_data: str) -> list[Mail]:
    (directory / "fleet.py").write_text('dedicated = ["relay1"]\napps = ["app1"]\n')
    (directory / "group_data").mkdir()
    (directory / "group_data/all.py").write_text(POLICY)
    (directory / "group_data/dedicated.py").write_text(group_data)
    hosts = load_inventory(directory / "fleet.py")
    return [policy_of(hosts.get_host(name)) for name in ("relay1", "app1")]


def test_a_groups_relay_is_its_hosts_alone(tmp_path: Path) -> None:
    text = (
        'from mailfleet.inventory import Relay\n\nrelay = Relay(listen="all", clients="10.0.0.0/8")'
    )
    relay, app = policies(tmp_path, text)
    assert relay.relay == Relay(listen="all", clients="10.0.0.0/8")
    assert app.relay == Relay()
    assert relay.domains == app.domains


def test_a_relay_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"relay1: found relay of type str, expected `relay ="):
        policies(tmp_path, 'relay = "all"')


def test_an_open_relay_is_one_sentence_with_its_line(tmp_path: Path) -> None:
    text = 'from mailfleet.inventory import Relay\nrelay = Relay(listen="all", clients="0.0.0.0/0")'
    with pytest.raises(InventoryError, match=r"dedicated.py, line 2: Relay.clients.0: found '0.0"):
        policies(tmp_path, text)
