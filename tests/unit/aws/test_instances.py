"""EC2 instances as hosts of an inventory."""

from typing import Any

from mailfleet.aws.instances import Fleet, Instance, choose, understand


def answer(state: str = "running", **more: Any) -> dict[str, Any]:
    return {
        "InstanceId": "i-1",
        "State": {"Name": state},
        "PrivateIpAddress": "10.0.0.1",
        "PublicIpAddress": "",
        "Tags": [{"Key": "Name", "Value": "web-1"}],
        **more,
    }


def instance(id: str = "i-1", name: str = "web-1", **tags: str) -> Instance:
    return Instance(id, "running", f"10.0.0.{id[2:]}", {"Name": name, **tags})


def test_an_instance_is_reached_by_the_address_that_was_asked_for() -> None:
    assert understand(answer(), "private").address == "10.0.0.1"
    assert understand(answer(), "public").address is None
    assert understand(answer(PublicIpAddress="192.0.2.7"), "public").address == "192.0.2.7"


def test_what_is_starting_or_stopping_is_left_out_with_a_note() -> None:
    found = [understand(answer(state), "private") for state in ("pending", "stopping", "running")]
    usable, notes = choose(found, "private")
    assert [one.state for one in usable] == ["running"]
    assert sorted(notes) == [
        "EC2: i-1 web-1 is pending, and left out",
        "EC2: i-1 web-1 is stopping, and left out",
    ]


def test_one_without_such_an_address_is_left_out_with_a_note() -> None:
    usable, notes = choose([understand(answer(), "public")], "public")
    assert usable == []
    assert notes == ["EC2: i-1 web-1 has no public address, and is left out"]


def test_a_host_is_called_by_its_name_where_that_is_its_own() -> None:
    fleet = Fleet((instance("i-1"), instance("i-2", "twin"), instance("i-3", "twin")))
    assert [name for name, _ in fleet.hosts] == ["web-1", "i-2", "i-3"]
    assert fleet.hosts[0] == ("web-1", {"ssh_hostname": "10.0.0.1"})


def test_a_name_that_is_none_for_a_host_is_not_used() -> None:
    names = ("", "-rf", "two words", "a\nb")
    fleet = Fleet(tuple(instance(f"i-{n}", name) for n, name in enumerate(names, 1)))
    assert [name for name, _ in fleet.hosts] == ["i-1", "i-2", "i-3", "i-4"]


def test_tags_become_groups() -> None:
    one, two = instance("i-1", Environment="eu-prod"), instance("i-2", "web-2")
    fleet = Fleet((one, two))
    assert fleet.groups("Environment") == {"environment_eu_prod": [fleet.hosts[0]]}
