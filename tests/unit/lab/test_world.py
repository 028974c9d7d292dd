"""The world that a policy needs."""

import json
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from lab import world
from lab.errors import LabError
from mailfleet.policy import Domain, Mail, Ses, Smtp, secret

SUBNET = IPv4Network("198.18.37.0/24")
HOSTS = ["relay1", "relay2"]


def smtp(name: str, endpoint: str) -> Smtp:
    return Smtp(endpoint, name=name, username="apikey", password=secret(f"aws:{name}-key"))


def mail(*providers: Ses | Smtp, domains: tuple[Domain, ...] = (Domain("example.com"),)) -> Mail:
    return Mail(domains=domains, providers=providers or (Ses("eu-west-1"),))


def test_every_host_name_has_an_address_and_the_real_port() -> None:
    made = world.on_network(mail(Ses("eu-west-1"), smtp("sg", "smtp.sg.example:2525")), SUBNET, [])
    assert (made.address, made.aws_port, made.dns_port) == ("198.18.37.1", 4566, 53)
    (ses,), (sg,) = made.ses, made.providers
    assert ses.host == "email-smtp.eu-west-1.amazonaws.com"
    assert (ses.address, ses.port) == ("198.18.37.2", 587)
    assert (sg.address, sg.port, sg.secret) == ("198.18.37.3", 2525, "aws:sg-key")
    assert made.addresses == ["198.18.37.1", "198.18.37.2", "198.18.37.3"]


def test_two_providers_of_one_host_name_share_its_address() -> None:
    both = mail(smtp("a", "smtp.example.net:587"), smtp("b", "smtp.example.net:2525"))
    made = world.on_network(both, SUBNET, [])
    assert [end.address for end in made.providers] == ["198.18.37.2", "198.18.37.2"]
    assert made.addresses == ["198.18.37.1", "198.18.37.2"]


def test_hosts_come_after_the_providers() -> None:
    made = world.on_network(mail(), SUBNET, HOSTS)
    assert made.hosts == {"relay1": "198.18.37.11", "relay2": "198.18.37.12"}


def test_more_providers_than_addresses_are_refused() -> None:
    many = mail(*(smtp(f"p{n}", f"smtp{n}.example.net") for n in range(10)))
    with pytest.raises(LabError, match="room for 9 providers, found 10"):
        world.on_network(many, SUBNET, HOSTS)


def test_a_zone_of_two_domains_is_there_once() -> None:
    domains = (Domain("example.com"), Domain("lists.example.com", zone="example.com"))
    assert world.on_network(mail(domains=domains), SUBNET, []).zones == ("example.com",)


def test_without_a_network_everything_has_a_port_of_its_own() -> None:
    policy = mail(Ses("eu-west-1"), smtp("sg", "smtp.sg.example"))
    made = world.on_loopback(policy, [9001, 9002, 9003, 9004])
    assert world.ports_needed(policy) == 4
    assert (made.aws_port, made.dns_port) == (9001, 9002)
    assert (made.ses[0].port, made.providers[0].port) == (9003, 9004)
    assert made.addresses == ["127.0.0.1"]
    assert made.hosts == {}


def test_the_same_policy_is_recognised_wherever_it_is_served() -> None:
    policy = mail(Ses("eu-west-1"), smtp("sg", "smtp.sg.example"))
    served = json.loads(json.dumps(world.on_loopback(policy, [1, 2, 3, 4]).to_json()))
    assert world.same_policy(served, world.on_loopback(policy, [5, 6, 7, 8]))
    assert not world.same_policy(served, world.on_loopback(mail(), [5, 6, 7, 8]))


def test_a_changed_port_of_a_provider_is_another_world() -> None:
    old = world.on_network(mail(smtp("sg", "smtp.sg.example:587")), SUBNET, HOSTS)
    new = world.on_network(mail(smtp("sg", "smtp.sg.example:2525")), SUBNET, HOSTS)
    assert not world.same_policy(old.to_json(), new)


def test_a_policy_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "policy.py"
    file.write_text(
        "from mailfleet.policy import Domain, Mail, Ses\n"
        "mail = Mail(domains=[Domain('example.org')], providers=[Ses('us-east-1')])\n"
    )
    assert world.read_policy(file).domains == (Domain("example.org"),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "no policy at"),
        ("", "expected `mail = Mail"),
        ("from mailfleet.policy import Ses\nSes('nowhere at all')", "policy.py: "),
    ],
)
def test_a_mistake_in_the_policy_file_is_one_sentence(
    tmp_path: Path, text: str | None, sentence: str
) -> None:
    file = tmp_path / "policy.py"
    if text is not None:
        file.write_text(text)
    with pytest.raises(LabError, match=sentence):
        world.read_policy(file)
