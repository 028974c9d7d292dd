"""Every mistake in a policy is one sentence that names the entry."""

from collections.abc import Callable
from typing import Any

import pytest

from mailfleet.policy import (
    Address,
    Byodkim,
    Delegate,
    Dmarc,
    Domain,
    EasyDkim,
    EmailAlert,
    Login,
    Mail,
    PolicyError,
    Provider,
    Relay,
    Returned,
    Route,
    Ses,
    Smtp,
    secret,
)

EXAMPLE = Domain("example.com")
SES = Ses("us-east-1")
KEY = secret("aws:key")
ACCOUNT = Delegate("210987654321")


def smtp(endpoint: str = "smtp.example.net:587", name: str = "other", **more: Any) -> Smtp:
    return Smtp(endpoint, name=name, username="u", password=KEY, **more)


def routed(**route: Any) -> Mail:
    providers: list[Provider] = [SES, smtp(), smtp("smtp.example.org:465", "wrapped")]
    return Mail(domains=[EXAMPLE], providers=providers, routes=[Route(**route)])


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (
            lambda: Domain("a.example", zone_id="a.example"),
            "Domain.zone_id: found 'a.example', exp",
        ),
        (
            lambda: Mail([Domain("example.com", absent=True), Domain("b.example")], [SES]),
            "Mail.domains[0]: found 'example.com' absent, expected a domain that mail is sent from",
        ),
        (
            lambda: Mail(
                [EXAMPLE, Domain("old.example", absent=True)],
                [SES],
                routes=[Route(senders=["bills@old.example"], via="ses")],
            ),
            "Mail.routes[0].senders: found 'bills@old.example' of an absent domain, expected one",
        ),
        (lambda: Delegate("*"), "Delegate.principal: found '*', which is everyone, expected one"),
        (lambda: Delegate("arn:aws:iam::210987654321:role/*"), "role/*', which is everyone"),
        (lambda: Delegate("21098765432"), "found '21098765432', expected an AWS account such as"),
        (lambda: Delegate("arn:aws:iam::210987654321:root"), "or the ARN of a user or role such"),
        (lambda: Delegate("210987654321\n"), "found '210987654321\\n', expected an AWS account"),
        (
            lambda: Delegate("210987654321", from_addresses=["example.com"]),
            "Delegate.from_addresses.0: found 'example.com', expected a mail address such as news@",
        ),
        (
            lambda: Domain("example.com", senders=["info@sub.example.com"]),
            "Domain: senders: found 'info@sub.example.com', expected addresses of example.com",
        ),
        (lambda: Domain("example.com", senders=["info"]), "expected a mail address such as news@"),
        (
            lambda: Domain("example.com", delegates=[ACCOUNT, ACCOUNT]),
            "Domain: delegates: found '210987654321' twice, expected once",
        ),
        (
            lambda: Domain("example.com", delegates=[Delegate("210987654321", ["a@xexample.com"])]),
            "found from_addresses 'a@xexample.com' of '210987654321', expected addresses of",
        ),
        (
            lambda: Address(
                "a@example.com", delegates=[Delegate("210987654321", ["a@example.org"])]
            ),
            "Address: delegates: found from_addresses 'a@example.org'",
        ),
        (
            lambda: Domain("example.com", delegates=[Delegate(str(n + 10**11)) for n in range(21)]),
            "Domain.delegates: ",
        ),
        (
            lambda: Mail(domains=[Domain("example.com", delegates=[ACCOUNT])], providers=[smtp()]),
            "Mail: found delegates of 'example.com', which does not use SES, expected none",
        ),
        (
            lambda: Relay(listen="all", clients="0.0.0.0/0"),
            "Relay.clients.0: found '0.0.0.0/0', expected a network of your own, /8 at the widest",
        ),
        (
            lambda: Relay(listen="all", clients=["0.0.0.0/8", "1.0.0.0/8"]),
            "Relay.clients: together: found '0.0.0.0/7'",
        ),
        (lambda: Relay(listen="all", clients=["::/0"]), "found '::/0', expected a network of your"),
        (lambda: Relay(listen="all", clients=["10.0.0.5/16"]), "such as 10.0.0.0/16 (10.0.0.5/16"),
        (lambda: Relay(listen="all", clients=["static:all"]), "found 'static:all', expected a"),
        (lambda: Relay(listen="all"), "Relay.clients: found none, expected the networks that it"),
        (
            lambda: Relay(listen="eth0", clients=["10.0.0.0/8"]),
            "found 'eth0', expected \"all\" or an",
        ),
        (
            lambda: Relay(listen=["all", "10.0.0.5"], clients=["10.0.0.0/8"]),
            "Relay.listen: found 'all' and addresses",
        ),
        (lambda: Relay(clients=["10.0.0.0/8"]), "Relay.clients: found some without listen"),
        (lambda: Relay(logins={"app1": KEY}), "Relay.logins: found some without listen"),
        (
            lambda: Relay(listen="all", logins={"app1": "hunter2"}),  # type: ignore[dict-item]
            "Relay.logins.app1: found a literal value instead of a reference, expected secret(",
        ),
        (
            lambda: Relay(listen="all", logins={"App 1": KEY}),
            "found 'App 1', expected a short name",
        ),
        (
            lambda: Relay(port_25={"::": "10.0.0.0/16"}),
            "found '::', expected one address of the host",
        ),
        (lambda: Relay(port_25={"all": "10.0.0.0/16"}), "found 'all', expected one address of the"),
        (lambda: Relay(port_25={"127.0.0.1": "10.0.0.0/16"}), "found '127.0.0.1', expected one"),
        (
            lambda: Relay(port_25={"10.0.0.5": "198.51.100.0/24"}),
            "found '198.51.100.0/24', expected a private network such as 172.17.0.0/16",
        ),
        (
            lambda: Relay(port_25={"10.0.0.5": "0.0.0.0/0"}),
            "found '0.0.0.0/0', expected a network of your own",
        ),
        (lambda: Relay(port_25={"10.0.0.5": []}), "Relay.port_25: found no network for 10.0.0.5"),
        (lambda: Returned(days=0), "Returned.days: found 0, expected greater than or equal to 1"),
        (
            lambda: Login(KEY, senders=["example.com"]),
            "found 'example.com', expected a mail address",
        ),
        (lambda: Relay(certificate="/etc/x.pem"), "Relay.certificate: found some without listen"),
        (
            lambda: Relay(listen="all", clients="10.0.0.0/8", certificate="x.pem"),
            "found 'x.pem', expected an absolute path",
        ),
        (
            lambda: Relay(listen="all", clients="10.0.0.0/8", relay_hosts="relay1.example.com"),
            "Relay: found listen and relay_hosts, expected only one of them",
        ),
        (
            lambda: Relay(relay_hosts="relay1"),
            "Relay.relay_hosts.0: found 'relay1', expected a domain name",
        ),
        (
            lambda: Relay(relay_hosts="10.0.0.5"),
            "Relay.tls_fingerprints: found none for 10.0.0.5, expected the finger",
        ),
        (
            lambda: Relay(relay_hosts="r.example.com", tls_fingerprints="AB:CD"),
            "found 'AB:CD', expected a SHA-256",
        ),
        (
            lambda: Relay(tls_fingerprints=":".join(["AB"] * 32)),
            "Relay.tls_fingerprints: found some without relay_hosts",
        ),
        (lambda: Domain("no domain"), "Domain.name: found 'no domain', expected a domain name"),
        (lambda: Domain("example"), "Domain.name: found 'example', expected a domain name"),
        (lambda: Domain("-x.example"), "Domain.name: found '-x.example', expected"),
        (lambda: Domain("a.example\nb"), "Domain.name: found 'a.example\\nb', expected"),
        (lambda: Domain("a.example\n"), "Domain.name: found 'a.example\\n', expected"),
        (lambda: Domain("{{7*7}}.com"), "Domain.name: found '{{7*7}}.com', expected"),
        (lambda: Domain("a.example; touch x"), "Domain.name: found 'a.example; touch x'"),
        (lambda: Domain(3), "Domain.name: found 3, expected a valid string"),  # type: ignore[arg-type]
        (lambda: Domain(), "Domain.name: found nothing, expected a value"),  # type: ignore[call-arg]
        (lambda: Domain("a.example", dikm=1), "Domain: found 'dikm', expected only name, zone"),  # type: ignore[call-arg]
        (lambda: Domain("a.example", zone="b.example"), "a.example is not in its zone b.example"),
        (lambda: Dmarc(rua="nobody"), "Dmarc.rua: found 'nobody', expected a mail address"),
        (lambda: Dmarc(percent=101), "Dmarc.percent: found 101, expected less than or equal to 1"),
        (
            lambda: Dmarc("maybe"),  # type: ignore[arg-type]
            "Dmarc.policy: found 'maybe', expected 'none', 'quarantine' or 'reject'",
        ),
        (lambda: smtp(spf="v=spf1 -all"), "Smtp.spf: found 'v=spf1', expected a mechanism"),
        (lambda: smtp(spf="-include:x.example"), "found '-include:x.example', expected a mech"),
        (lambda: smtp(spf="include:"), "Smtp.spf: found 'include:', expected an SPF term"),
        (lambda: smtp(spf="ip4:1.2.3"), "Smtp.spf: found 'ip4:1.2.3', expected an SPF term"),
        (lambda: smtp(spf='include:a.example"'), "expected an SPF term"),
        (lambda: Byodkim("a.b"), "Byodkim.selector: found 'a.b', expected one label"),
        (lambda: EasyDkim(key_length=4096), "EasyDkim.key_length: found 4096, expected 2048 or"),  # type: ignore[arg-type]
        (lambda: smtp(dkim={"s1": "x.example"}), "found 's1', expected the name of a key"),
        (lambda: smtp(dkim={"s1._domainkey": "x y"}), "found 'x y', expected a domain name"),
        (
            lambda: Domain("a.example", mail_from="m.b.example"),
            "mail_from: found 'm.b.example', expected a subdomain of a.example such as ses.a.ex",
        ),
        (lambda: Domain("a.example", mail_from="a.example"), "expected a subdomain of a.example"),
        (lambda: Domain("a.example", mail_from="x y"), "Domain.mail_from: found 'x y', expected"),
        (
            lambda: Domain("a.example", on_mx_failure="BOUNCE"),  # type: ignore[arg-type]
            "Domain.on_mx_failure: found 'BOUNCE', expected 'USE_DEFAULT_VALUE' or 'REJECT",
        ),
        (
            lambda: Domain("a.example", configuration_set="a b"),
            "Domain.configuration_set: found 'a b', expected a configuration set's name",
        ),
        (lambda: Ses("us-east-1", configuration_set="-x"), "Ses.configuration_set: found '-x'"),
        (
            lambda: Mail(
                domains=[Domain("a.example", mail_from="m.a.example"), Domain("m.a.example")],
                providers=[SES],
            ),
            "Mail.domains: found 'm.a.example' as a domain and as a mail_from",
        ),
        (
            lambda: Mail(
                domains=[
                    Domain("a.example", mail_from="m.b.a.example"),
                    Domain("b.a.example", mail_from="m.b.a.example"),
                ],
                providers=[SES],
            ),
            "Mail.domains: mail_from: found 'm.b.a.example' twice",
        ),
        (lambda: Ses("mars"), "Ses.region: found 'mars', expected an AWS region"),
        (lambda: Ses("us-east-1", connections=0), "Ses.connections: found 0, expected"),
        (lambda: Ses("us-east-1", name="-x"), "Ses.name: found '-x', expected a short name"),
        (lambda: smtp("smtp.example.net\n:587"), "Smtp: found 'smtp.example.net\\n', expected"),
        (lambda: smtp("-o.example.net"), "Smtp: found '-o.example.net', expected a domain name"),
        (lambda: smtp("smtp.example.net:http"), "found endpoint 'smtp.example.net:http'"),
        (lambda: Route(via="ses", senders=["list"]), "found 'list', expected a mail address"),
        (lambda: Route(via=["ses"]), "Route.via: found ['ses'], expected a provider's name, or"),  # type: ignore[arg-type]
        (lambda: Route(via={}), "Route.via: found {}, expected a provider's name, or weights"),
        (lambda: Route(via={"ses": 0}), "Route.via"),
        (lambda: Route(via="ses", senders="all"), "found 'all', expected a list of senders, or"),
        (lambda: routed(via="ses", fallback="x"), "Mail.routes[0].fallback: found 'x', expected"),
        (lambda: routed(via={"ses": 1, "x": 1}), "Mail.routes[0].via: found 'x', expected one of"),
        (lambda: routed(via="ses", fallback="ses"), "found 'ses', which is also its via"),
        (
            lambda: routed(via="ses", fallback=["other", "other"]),
            "Mail.routes[0]: fallback: found 'other' twice",
        ),
        (
            lambda: routed(via="wrapped", fallback="ses"),
            "found 'ses' after 'wrapped', which speaks TLS from the first byte",
        ),
        (
            lambda: routed(via="other", senders="verified"),
            "Mail.routes[0].senders: found \"verified\" via 'other', expected a via that is an Ses",
        ),
        (lambda: smtp(rate=0), "Smtp.rate: found 0, expected greater than 0"),
        (lambda: smtp(tls="none"), "Smtp.tls: found 'none', expected 'starttls' or 'wrapper'"),
        (lambda: smtp(ca=""), "Smtp.ca: found '', expected the name of a file"),
        (lambda: Relay(rtt=0.0), "Relay.rtt: found 0.0, expected greater than"),
        (lambda: Relay(check_logs="-h"), "Relay.check_logs: found '-h', expected a systemd"),
        (lambda: Mail(domains=[], providers=[SES]), "Mail.domains: "),
        (lambda: Mail(domains=["a.example"], providers=[SES]), "found 'a.example', expected an"),  # type: ignore[list-item]
        (lambda: Mail(domains=[EXAMPLE, EXAMPLE], providers=[SES]), "'example.com' twice"),
        (
            lambda: Mail(domains=[EXAMPLE], providers=[SES], routes=[Route(via="sendgird")]),
            "Mail.routes[0].via: found 'sendgird', expected one of the providers: ses",
        ),
        (
            lambda: Mail(domains=[EXAMPLE], providers=[SES], admin="-ops@example.com"),
            "Mail.admin: found '-ops@example.com', expected a mail address",
        ),
        (
            lambda: Mail(
                domains=[EXAMPLE],
                providers=[SES],
                alerts=[EmailAlert(to="ops@example.net", via="ses")],
            ),
            "Mail.alerts[0].via: found 'ses', expected an Smtp provider",
        ),
    ],
)
def test_a_mistake_is_one_sentence(build: Callable[[], object], sentence: str) -> None:
    with pytest.raises(PolicyError) as mistake:
        build()
    assert sentence in str(mistake.value)
    assert "\n" not in str(mistake.value)


@pytest.mark.parametrize("build", [
    lambda: Smtp("smtp.example.net", name="x", username="u", password="hunter2"),  # type: ignore[arg-type]
    lambda: secret("hunter2"),
    lambda: secret("hunter:2"),
])  # fmt: skip
def test_a_literal_password_is_refused_and_not_repeated(build: Callable[[], object]) -> None:
    with pytest.raises(PolicyError) as mistake:
        build()
    assert "expected secret(" in str(mistake.value)
    assert "hunter" not in str(mistake.value)
