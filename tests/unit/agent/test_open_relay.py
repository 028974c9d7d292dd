"""Which configurations let strangers send."""

from pathlib import Path

import pytest

from agent.host.configuration import Configuration, Service
from agent.host.open_relay import open_relay

LOOPBACK = "127.0.0.0/8, [::1]/128"


def found(
    chain: Path | str,
    overrides: dict[str, str],
    *more: Service,
    without: tuple[str, ...] = (),
    processes: str = "250",
    port_25: str = "127.0.0.1:smtp",
    staged: dict[str, bytes] | None = None,
    **parameters: str,
) -> list[str]:
    """The faults of a dedicated relay with these differences; overrides are of submission, or of
    the service before a slash."""
    main = {
        "inet_interfaces": "all",
        "mynetworks": LOOPBACK,
        "smtpd_data_restrictions": "permit_mynetworks, reject",
        "smtpd_forbid_bare_newline": "normalize",
        "smtpd_forbid_bare_newline_exclusions": "",
        "smtpd_forbid_unauth_pipelining": "yes",
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
        "smtpd_tls_chain_files": str(chain),
    }
    own = {
        "mynetworks": f"{LOOPBACK}, 10.0.0.0/16",
        "smtpd_client_connection_count_limit": "20",
        "smtpd_tls_security_level": "encrypt",
    }
    main |= parameters
    for name in without:
        del main[name]
    configuration = Configuration(
        parameters=main,
        defaults={},
        overrides={
            name if "/" in name else f"submission/inet/{name}": value
            for name, value in (own | overrides).items()
        },
        services=(
            Service(port_25, "inet", "-", "smtpd"),
            Service("submission", "inet", processes, "smtpd"),
            *more,
        ),
        map_types=frozenset(),
        routes=frozenset(),
        daemons="",
        credentials_mode=0o600,
    )
    return list(open_relay(configuration, staged) if staged else open_relay(configuration))


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    path = tmp_path / "relay.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n")
    return path


LOGINS = {
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_relay_restrictions": "permit_mynetworks, permit_sasl_authenticated, reject",
    "smtpd_data_restrictions": "permit_mynetworks, permit_sasl_authenticated, reject",
}


def test_a_dedicated_relay_is_no_open_one(chain: Path) -> None:
    assert found(chain, {}) == []
    assert found(chain, LOGINS, smtpd_tls_auth_only="yes") == []


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"mynetworks": "0.0.0.0/0"}, "mynetworks has 0.0.0.0/0, which lets anyone send"),
        ({"mynetworks": "[::]/0"}, "mynetworks has [::]/0, which lets anyone send"),
        ({"mynetworks": "static:all"}, "static:all, which is not a network"),
        (
            {"smtpd_relay_restrictions": "permit_mynetworks, permit"},
            "not reject all other clients",
        ),
        ({"smtpd_relay_restrictions": "permit_mynetworks"}, "not reject all other clients"),
        (
            {"smtpd_relay_restrictions": "reject_plaintext_session, permit"},
            "not reject all other clients",
        ),
        ({"smtpd_tls_security_level": "may"}, "smtpd_tls_security_level is not encrypt"),
        (
            LOGINS,
            "service submission: smtpd_tls_auth_only is not yes: a client could send its pass",
        ),
        ({"smtpd_sasl_auth_enable": "yes"}, "smtpd_tls_auth_only is not yes"),
        (
            {"smtpd_relay_restrictions": "permit_sasl_authenticated, reject"},
            "smtpd_tls_auth_only is not yes",
        ),
        (
            {"smtpd_relay_restrictions": "permit_sasl_authenticated, permit"},
            "not reject all other clients",
        ),
        ({"smtpd_tls_chain_files": "/nowhere"}, "/nowhere: found no private key there"),
    ],
)
def test_a_way_in_is_told_with_its_service(
    chain: Path, overrides: dict[str, str], sentence: str
) -> None:
    told = found(chain, overrides)
    assert any(sentence in fault for fault in told), told


def test_port_25_is_looked_at_too(chain: Path) -> None:
    (fault,) = found(chain, {}, mynetworks=f"{LOOPBACK}, 198.51.100.0/24")
    assert fault.startswith("service 127.0.0.1:smtp: mynetworks has other hosts")


def test_passwords_are_for_submission_alone(chain: Path) -> None:
    told = found(chain, {}, smtpd_sasl_auth_enable="yes", smtpd_tls_auth_only="yes")
    assert told == [
        "service 127.0.0.1:smtp: AUTH is offered on port 25, expected only on submission"
    ]


def test_a_certificate_may_be_about_to_be_put() -> None:
    made = b"-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n"
    assert found("/etc/mailfleet/none.pem", {}, staged={"/etc/mailfleet/none.pem": made}) == []


@pytest.mark.case("hosts-1")
@pytest.mark.parametrize(
    ("overrides", "parameters", "sentence"),
    [
        ({}, {"smtpd_data_restrictions": ""}, "they reach postmaster"),
        ({}, {"smtpd_data_restrictions": "reject_unauth_destination"}, "they reach postmaster"),
        (
            {"smtpd_data_restrictions": "check_sender_access static:OK, reject"},
            {},
            "service submission: smtpd_data_restrictions does not reject all other clients",
        ),
        ({}, {"port_25": "smtp"}, "port 25 listens for other hosts, expected only the"),
        ({}, {"port_25": "0.0.0.0:25"}, "port 25 listens for other hosts, expected only the"),
        ({}, {"smtpd_authorized_xclient_hosts": "10.0.0.5"}, "claim to be a client"),
        ({"smtpd_upstream_proxy_protocol": "haproxy"}, {}, "claim to be a client"),
        (LOGINS, {"smtpd_sender_login_maps": "regexp:/x"}, "is missing from "),
    ],
)
def test_the_ways_around_the_judgement_at_rcpt_are_shut(
    chain: Path, overrides: dict[str, str], parameters: dict[str, str], sentence: str
) -> None:
    told = found(chain, overrides, smtpd_tls_auth_only="yes", **parameters)  # type: ignore[arg-type]
    assert any(sentence in fault for fault in told), told


@pytest.mark.case("hosts-2")
def test_what_lets_mail_be_smuggled_is_told(chain: Path) -> None:
    for told in (
        found(chain, {}, smtpd_forbid_bare_newline_exclusions=LOOPBACK),
        found(
            chain, {}, without=("smtpd_forbid_bare_newline_exclusions",)
        ),  # Postfix's default is $mynetworks
        found(chain, {}, smtpd_forbid_bare_newline="no"),
        found(chain, {}, smtpd_forbid_unauth_pipelining="no"),
    ):
        assert len(told) == 2  # a service each
        assert all("smuggled" in fault for fault in told)


@pytest.mark.case("hosts-3")
def test_a_port_of_a_fall_back_is_roots_and_no_way_around_the_milter(chain: Path) -> None:
    def told(port: int, **overrides: str) -> list[str]:
        name = f"127.0.0.1:{port}"
        own = {f"{name}/inet/{parameter}": value for parameter, value in overrides.items()}
        service = Service(name, "inet", "-", "smtpd")
        return found(chain, own, service, smtpd_milters="unix:/m")

    assert told(288) == []
    assert "any user of this host can listen on port 10587" in told(10587)[0]
    assert "bypasses the milter" in told(288, receive_override_options="no_milters")[0]
    assert "bypasses the milter" in told(288, smtpd_milters="")[0]


@pytest.mark.case("hosts-4")
def test_a_service_that_a_few_strangers_could_occupy_is_told(chain: Path) -> None:
    assert "10 unauthenticated addresses could use them up" in found(chain, {}, processes="-")[0]
    limit = "smtpd_client_connection_count_limit"
    assert "is 0, of 250 processes" in found(chain, {limit: "0"})[0]
    assert "is 50, of 250 processes" in found(chain, {limit: "50"})[0]


@pytest.mark.case("hosts-39")
def test_port_25_is_for_private_networks_at_named_addresses(
    chain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "agent.host.access_checks._is_here", lambda address: address == "172.17.0.1"
    )

    def told(address: str, networks: str) -> list[str]:
        own = {
            f"{address}:smtp/inet/mynetworks": networks,
            f"{address}:smtp/inet/smtpd_client_connection_count_limit": "5",
        }
        named = Service(f"{address}:smtp", "inet", "-", "smtpd")
        return found(chain, own, named, port_25="lo:smtp")

    def of(address: str, networks: str) -> list[str]:
        return [fault for fault in told(address, networks) if address in fault.split(": ")[0]]

    assert of("172.17.0.1", "172.17.0.0/16, 100.64.0.0/16") == []
    assert "is not encrypt" in of("172.17.0.1", "198.51.100.0/24")[0]
    assert "does not have the address 172.17.0.2" in of("172.17.0.2", "172.17.0.0/16")[0]
    assert "mynetworks has none of them" in of("172.17.0.1", LOOPBACK)[0]
