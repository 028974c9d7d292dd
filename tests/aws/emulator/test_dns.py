"""What the lab's DNS server answers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from lab.answers import Answers
from lab.config import Services
from lab.dns import DnsServers

if TYPE_CHECKING:
    from tests.aws.emulator.conftest import Aws, Zone

Ask = Callable[..., dns.message.Message]


@pytest.fixture
def ask(aws: Aws) -> Iterator[Ask]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    services = Services.from_json(
        {
            "address": "127.0.0.1",
            "aws_port": 0,
            "dns_port": port,
            "ses": [
                {
                    "region": "us-east-1",
                    "host": "email-smtp.us-east-1.amazonaws.com",
                    "address": "127.0.0.2",
                    "port": 587,
                }
            ],
            "providers": [
                {
                    "name": "sendgrid",
                    "host": "smtp.sendgrid.net",
                    "address": "127.0.0.3",
                    "port": 587,
                    "username": "apikey",
                    "secret": "aws:sendgrid",
                    "spf": "include:sendgrid.net ip4:192.0.2.1",
                    "dkim": "s1.domainkey.u1.wl.sendgrid.net",
                }
            ],
            "hosts": {"relay1": "198.18.37.11"},
        }
    )
    servers = DnsServers("127.0.0.1", port, Answers(services, aws.account))
    servers.start()

    def ask(name: str, type_: str = "A", how: str = "udp") -> dns.message.Message:
        query = dns.message.make_query(name, type_)
        answer: dns.message.Message = getattr(dns.query, how)(query, "127.0.0.1", 2, port)
        return answer

    yield ask
    servers.stop()


def texts(answer: dns.message.Message) -> list[str]:
    return [record.to_text() for rrset in answer.answer for record in rrset]


def test_providers_hosts_and_pointers(ask: Ask) -> None:
    assert texts(ask("email-smtp.us-east-1.amazonaws.com")) == ["127.0.0.2"]
    assert texts(ask("relay1.lab.internal")) == ["198.18.37.11"]
    assert texts(ask("11.37.18.198.in-addr.arpa", "PTR")) == ["relay1.lab.internal."]


def test_what_a_providers_spf_and_dkim_lead_to(ask: Ask) -> None:
    assert texts(ask("sendgrid.net", "TXT")) == ['"v=spf1 ip4:127.0.0.3 -all"']
    (key,) = texts(ask("s1.domainkey.u1.wl.sendgrid.net", "TXT"))
    assert "p=" in key


def test_hosted_zones_over_udp_and_tcp_in_any_case(ask: Ask, zone: Zone) -> None:
    zone.change(zone.entry("CREATE", "www.example.com", "A", "192.0.2.1"))
    for how in ("udp", "tcp"):
        assert texts(ask("WWW.example.COM", how=how)) == ["192.0.2.1"]


def test_cnames_are_followed(ask: Ask, zone: Zone) -> None:
    zone.change(
        zone.entry("CREATE", "a.example.com", "CNAME", "b.example.com"),
        zone.entry("CREATE", "b.example.com", "CNAME", "relay1.lab.internal"),
    )
    assert texts(ask("a.example.com")) == ["b.example.com.", "relay1.lab.internal.", "198.18.37.11"]
    assert texts(ask("a.example.com", "CNAME")) == ["b.example.com."]


@pytest.mark.parametrize(
    ("name", "type_", "code"),
    [
        ("nothing.example.com", "A", dns.rcode.NXDOMAIN),
        ("www.example.com", "AAAA", dns.rcode.NOERROR),
        ("between.example.com", "A", dns.rcode.NOERROR),
        ("example.test", "A", dns.rcode.NXDOMAIN),
        ("1.37.18.198.in-addr.arpa", "PTR", dns.rcode.NXDOMAIN),
        ("lab.internal", "A", dns.rcode.NOERROR),
    ],
)
def test_no_data_and_no_name_come_with_soa(
    ask: Ask, zone: Zone, name: str, type_: str, code: dns.rcode.Rcode
) -> None:
    """RFC 2308 2"""
    zone.change(
        zone.entry("CREATE", "www.example.com", "A", "192.0.2.1"),
        zone.entry("CREATE", "below.between.example.com", "A", "192.0.2.1"),
    )
    answer = ask(name, type_)
    assert answer.rcode() == code
    assert [rrset.rdtype for rrset in answer.authority] == [dns.rdatatype.SOA]


def test_wildcards(ask: Ask, zone: Zone) -> None:
    """RFC 4592 2.2.1: only for names that do not exist."""
    zone.change(
        zone.entry("CREATE", "*.example.com", "A", "192.0.2.9"),
        zone.entry("CREATE", "www.example.com", "TXT", '"here"'),
    )
    assert texts(ask("any.thing.example.com")) == ["192.0.2.9"]
    assert texts(ask("www.example.com")) == []


def test_name_servers_of_a_zone_resolve_to_us(ask: Ask, zone: Zone) -> None:
    servers = texts(ask("example.com", "NS"))
    assert len(servers) == 4
    assert texts(ask(servers[0])) == ["127.0.0.1"]


def test_name_servers_have_a_change_later(ask: Ask, aws: Aws, zone: Zone) -> None:
    """ "Changes generally propagate to all Route 53 name servers [...] within 60 seconds":
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html"""
    aws.faults.set({"dns_lag": 3600})
    zone.change(zone.entry("CREATE", "www.example.com", "A", "192.0.2.1"))
    assert texts(ask("www.example.com")) == []
    aws.faults.reset()
    assert texts(ask("www.example.com")) == ["192.0.2.1"]


def test_dkim_keys_are_published_behind_the_cname(ask: Ask, aws: Aws, zone: Zone) -> None:
    made = aws.client("sesv2").create_email_identity(EmailIdentity="example.com")
    zone.prove("example.com", made["DkimAttributes"])
    for token in made["DkimAttributes"]["Tokens"]:
        target, key = texts(ask(f"{token}._domainkey.example.com", "TXT", "tcp"))
        assert target == f"{token}.dkim.amazonses.com."
        assert key.startswith('"v=DKIM1; k=rsa; p=MIIBIjANBg')
        assert max(map(len, key.split('" "'))) <= 256


def test_long_answers_come_over_tcp(ask: Ask, zone: Zone) -> None:
    values = [f'"{number:03}{"x" * 200}"' for number in range(20)]
    zone.change(zone.entry("CREATE", "long.example.com", "TXT", *values))
    assert len(texts(ask("long.example.com", "TXT", how="tcp"))) == 20
    assert ask("long.example.com", "TXT").flags & dns.flags.TC


def test_route53s_octal_escapes(ask: Ask, zone: Zone) -> None:
    zone.change(zone.entry("CREATE", "x.example.com", "TXT", r'"\303\244 \"q\""'))
    (rrset,) = ask("x.example.com", "TXT").answer
    assert rrset[0].strings == ('ä "q"'.encode(),)
