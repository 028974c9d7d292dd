"""The linter's rules: each finds the fault that it is for, and nothing in a good configuration."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent.host import lint
from agent.host.configuration import Configuration, Service
from agent.host.lint import faults

NEXTHOP = "[smtp.example.net]:587"
SES = Service("ses", "unix", "-", "smtp")
OTHERS = ("bounce", "cleanup", "defer", "error", "pickup", "qmgr", "retry", "rewrite", "tlsmgr",
          "tlsproxy", "trace")  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """A directory with a good configuration, and what it says of another one."""

    directory: Path
    good: Configuration
    monkeypatch: pytest.MonkeyPatch

    def faults(self, found: Configuration) -> list[str]:
        self.monkeypatch.setattr(lint, "understood", lambda _: found)
        return list(faults(str(self.directory)))

    def of_main_cf(self, **parameters: str) -> list[str]:
        """Of the good one with other parameters in main.cf."""
        return self.faults(replace(self.good, parameters={**self.good.parameters, **parameters}))

    def of_ses(self, **overrides: str) -> list[str]:
        """Of the good one with other parameters of the transport ses in master.cf."""
        settings = {f"ses/unix/{name}": value for name, value in overrides.items()}
        return self.faults(replace(self.good, overrides=settings))


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    daemons = tmp_path / "daemons"
    daemons.mkdir()
    for name in (*OTHERS, "smtp"):
        (daemons / name).touch()
    authorities = tmp_path / "authorities.pem"
    authorities.write_text("-----BEGIN CERTIFICATE-----\n")
    (tmp_path / "table").write_text("key value\n")
    good = Configuration(
        parameters={
            "default_transport": "error:5.7.1 no route",
            "queue_run_delay": "60s",
            "ses_destination_concurrency_limit": "10",
            "smtp_sasl_auth_enable": "yes",
            "smtp_tls_CAfile": str(authorities),
            "smtp_tls_connection_reuse": "yes",
            "smtp_tls_security_level": "secure",
            "soft_bounce": "no",
            "transport_maps": f"texthash:{tmp_path}/table",
        },
        defaults={"queue_run_delay": "300s", "ses_destination_concurrency_limit": "20"},
        overrides={},
        services=(*(Service(name, "unix", "-", name) for name in OTHERS), SES),
        map_types=frozenset({"inline", "pipemap", "texthash"}),
        routes=frozenset({("ses", NEXTHOP)}),
        daemons=str(daemons),
        credentials_mode=0o600,
        origins={("ses", NEXTHOP): "/etc/postfix/destinations"},
    )
    monkeypatch.setattr(lint, "run_at_terminal", lambda *_: (0, ""))
    return Stage(tmp_path, good, monkeypatch)


def test_a_good_configuration_has_no_fault(stage: Stage) -> None:
    assert stage.faults(stage.good) == []


@pytest.mark.parametrize(
    ("parameter", "value", "fault"),
    [
        ("soft_bounce", "yes", "soft_bounce is yes in main.cf, expected no"),
        ("smtp_tls_security_level", "may", "smtp_tls_security_level may, expected secure"),
        ("smtp_tls_security_level", "", "smtp_tls_security_level none, expected secure"),
        ("smtp_tls_CAfile", "/nowhere.pem", "CAfile /nowhere.pem, which holds no certificate"),
        ("smtp_sasl_security_options", "noanonymous", "would send a password without TLS"),
        ("smtp_sasl_auth_enable", "no", "the transport ses does not authenticate"),
        ("default_transport", "errror:5.7.1 no", "default_transport is errror, which master.cf"),
        ("maillog_file", "/var/log/maillog", "no service postlog, which maillog_file needs"),
        ("queue_run_delay", "soon", "queue_run_delay is soon, expected a time such as 60s"),
        ("ses_destination_concurrency_limit", "banana", "limit is banana, expected a number"),
        ("transport_maps", "mysqll:/x", "transport_maps names a map of type mysqll"),
        ("header_checks", "texthash:/gone", "names texthash:/gone, which is not there"),
    ],
)
def test_a_fault_of_main_cf(stage: Stage, parameter: str, value: str, fault: str) -> None:
    (found,) = stage.of_main_cf(**{parameter: value})
    assert fault in found


def test_a_map_inside_of_another_map_is_not_taken_for_one_of_the_parameter(stage: Stage) -> None:
    assert stage.of_main_cf(transport_maps="pipemap:{unknown:x,inline:{a=b}}") == []


def test_a_table_that_postfix_cannot_read_is_named_with_its_complaint(stage: Stage) -> None:
    table = f"{stage.directory}/table"
    words = f"postmap: warning: {table}: line 1: bad\n"
    stage.monkeypatch.setattr(lint, "run_at_terminal", lambda *_: (1, words))
    (found,) = stage.faults(stage.good)
    assert found == f"transport_maps: warning: {table}: line 1: bad"


@pytest.mark.parametrize(
    ("overrides", "fault"),
    [
        ({"smtp_tls_security_level": "may"}, "ses has smtp_tls_security_level may"),
        ({"smtp_tls_security_level": "fingerprint"}, "level fingerprint, expected secure"),
        ({"smtp_sasl_auth_enable": "no"}, f"does not authenticate: {NEXTHOP} would answer 530"),
        ({"smtp_tls_wrappermode": "yes"}, f"wrong smtp_tls_wrappermode for {NEXTHOP}"),
    ],
)
def test_a_fault_of_one_transport(stage: Stage, overrides: dict[str, str], fault: str) -> None:
    (found,) = stage.of_ses(**overrides)
    assert fault in found


def test_a_fingerprint_is_as_good_as_an_authority(stage: Stage) -> None:
    pinned = {"smtp_tls_security_level": "fingerprint", "smtp_tls_fingerprint_cert_match": "AB:CD"}
    assert stage.of_ses(**pinned) == []


def test_a_wrapper_port_needs_the_wrapper_mode(stage: Stage) -> None:
    wrapped = replace(stage.good, routes=frozenset({("ses", "[smtp.example.net]:465")}))
    (found,) = stage.faults(wrapped)
    assert "wrong smtp_tls_wrappermode for [smtp.example.net]:465" in found
    mode = {"ses/unix/smtp_tls_wrappermode": "yes"}
    assert stage.faults(replace(wrapped, overrides=mode)) == []


@pytest.mark.parametrize(
    ("services", "fault"),
    [
        ((SES, SES), "master.cf has the service ses unix 2 times, expected once"),
        ((replace(SES, command="smtpp"),), "service ses runs smtpp, which is not there"),
        ((replace(SES, maxproc="many"),), "service ses has maxproc many, no number"),
    ],
)
def test_a_fault_of_master_cf(stage: Stage, services: tuple[Service, ...], fault: str) -> None:
    others = tuple(service for service in stage.good.services if service.name != "ses")
    assert any(
        fault in found for found in stage.faults(replace(stage.good, services=others + services))
    )


@pytest.mark.parametrize("name", OTHERS)
def test_without_a_service_no_mail_moves(stage: Stage, name: str) -> None:
    left = tuple(service for service in stage.good.services if service.name != name)
    found = stage.faults(replace(stage.good, services=left))
    assert any(f"master.cf has no service {name}" in fault for fault in found)


def test_a_route_to_a_transport_that_is_not_there_is_named_with_its_file(stage: Stage) -> None:
    routes = frozenset({("ses", NEXTHOP), ("gone", NEXTHOP)})
    origins = {("gone", NEXTHOP): "/etc/postfix/destinations"}
    (found,) = stage.faults(replace(stage.good, routes=routes, origins=origins))
    assert found.startswith("/etc/postfix/destinations: mail goes to the transport gone")


def test_a_next_hop_without_brackets_would_be_an_mx(stage: Stage) -> None:
    routes = frozenset({("ses", "smtp.example.net:587")})
    (found,) = stage.faults(replace(stage.good, routes=routes))
    assert "expected [host]:port" in found


@pytest.mark.parametrize(("mode", "readable"), [(0o600, False), (0o640, True), (0o604, True)])
def test_credentials_that_others_could_read(stage: Stage, mode: int, readable: bool) -> None:
    found = stage.faults(replace(stage.good, credentials_mode=mode))
    assert [f"sasl_passwd has mode {mode:o}, expected 600" in fault for fault in found] == (
        [True] if readable else []
    )


def test_an_open_relay_is_a_fault(stage: Stage) -> None:
    server = Service("smtp", "inet", "-", "smtpd")
    (stage.directory / "daemons" / "smtpd").touch()
    parameters = {**stage.good.parameters, "mynetworks": "0.0.0.0/0"}
    services = (*stage.good.services, server)
    found = stage.faults(replace(stage.good, parameters=parameters, services=services))
    assert any("mynetworks has 0.0.0.0/0, which lets anyone send" in fault for fault in found)


def test_a_way_past_the_milter_is_a_fault(stage: Stage) -> None:
    found = stage.of_main_cf(smtpd_milters="unix:/run/milter")
    assert any("non_smtpd_milters is empty" in fault for fault in found)
