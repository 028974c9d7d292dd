"""Which configurations let strangers send."""

from pathlib import Path

import pytest

from agent.host.configuration import Configuration, Service
from agent.host.strangers import strangers

LOOPBACK = "127.0.0.0/8, [::1]/128"


def found(chain: Path | str, overrides: dict[str, str], **parameters: str) -> list[str]:
    """The faults of a dedicated relay with these differences; overrides are of submission."""
    main = {
        "mynetworks": LOOPBACK,
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
        "smtpd_tls_chain_files": str(chain),
    }
    own = {"mynetworks": f"{LOOPBACK}, 10.0.0.0/16", "smtpd_tls_security_level": "encrypt"}
    configuration = Configuration(
        parameters=main | parameters,
        defaults={},
        overrides={f"submission/inet/{name}": v for name, v in (own | overrides).items()},
        services=(
            Service("smtp", "inet", "-", "smtpd"),
            Service("submission", "inet", "-", "smtpd"),
        ),
        map_types=frozenset(),
        routes=frozenset(),
        daemons="",
        credentials_mode=0o600,
    )
    return list(strangers(configuration))


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    path = tmp_path / "relay.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n")
    return path


LOGINS = {
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_relay_restrictions": "permit_mynetworks, permit_sasl_authenticated, reject",
}


def test_a_dedicated_relay_is_no_open_one(chain: Path) -> None:
    assert found(chain, {}) == []
    assert found(chain, LOGINS, smtpd_tls_auth_only="yes") == []


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"mynetworks": "0.0.0.0/0"}, "mynetworks has 0.0.0.0/0, which lets strangers send"),
        ({"mynetworks": "[::]/0"}, "mynetworks has [::]/0, which lets strangers send"),
        ({"mynetworks": "static:all"}, "static:all, which is no network"),
        ({"smtpd_relay_restrictions": "permit_mynetworks, permit"}, "does not refuse strangers"),
        ({"smtpd_relay_restrictions": "permit_mynetworks"}, "does not refuse strangers"),
        (
            {"smtpd_relay_restrictions": "reject_plaintext_session, permit"},
            "does not refuse strangers",
        ),
        ({"smtpd_tls_security_level": "may"}, "smtpd_tls_security_level is not encrypt"),
        (LOGINS, "service submission: smtpd_tls_auth_only is not yes: a client could say its pass"),
        ({"smtpd_sasl_auth_enable": "yes"}, "smtpd_tls_auth_only is not yes"),
        (
            {"smtpd_relay_restrictions": "permit_sasl_authenticated, reject"},
            "smtpd_tls_auth_only is not yes",
        ),
        (
            {"smtpd_relay_restrictions": "permit_sasl_authenticated, permit"},
            "does not refuse strangers",
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
    (fault,) = found(chain, {}, mynetworks=f"{LOOPBACK}, 10.0.0.0/16")
    assert fault == "mynetworks has other hosts, and smtpd_tls_security_level is not encrypt"


def test_passwords_are_for_submission_alone(chain: Path) -> None:
    told = found(chain, {}, smtpd_sasl_auth_enable="yes", smtpd_tls_auth_only="yes")
    assert told == ["AUTH is offered on port 25, expected on submission alone"]
