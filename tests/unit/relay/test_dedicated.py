"""A relay that serves other hosts, and one that is served."""

from dataclasses import replace

import pytest

from mailfleet.policy import PolicyError, Relay, Smtp, secret
from mailfleet.relay.dedicated import CERTIFICATE
from mailfleet.relay.parameters import postfix_parameters
from mailfleet.relay.plan import load_action, plan
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.request import apply_request
from mailfleet.relay.state import Loaded
from mailfleet.relay.tree import Desired, desired
from tests.support.relay_hosts import deployed
from tests.support.relay_policy import CREDENTIALS, policy

PIN = ":".join(["AB"] * 32)
SERVER = Relay(listen="all", clients=["10.1.0.0/16", "2001:db8::/48"])
CLIENT = Relay(by=["relay1.example.com", "10.0.0.5"], pins=[PIN])


def tree(relay: Relay) -> Desired:
    return desired(policy(relay=relay), CREDENTIALS)


def main_cf(relay: Relay) -> dict[str, str]:
    return postfix_parameters((tree(relay).file(f"{POSTFIX}main.cf").content or b"").decode())


def master_cf(relay: Relay) -> str:
    return (tree(relay).file(f"{POSTFIX}master.cf").content or b"").decode()


def test_clients_come_by_submission_with_tls() -> None:
    found = main_cf(SERVER)
    assert found["inet_interfaces"] == "all"
    assert found["relay_clients"] == "127.0.0.0/8, [::1]/128, 10.1.0.0/16, [2001:db8::]/48"
    assert found["smtpd_tls_chain_files"] == CERTIFICATE
    _, _, service = master_cf(SERVER).partition("\nsubmission inet")
    options = service.partition("\npickup")[0]
    assert "-o smtpd_tls_security_level=encrypt\n" in options
    assert "-o mynetworks=$relay_clients" in options


def test_port_25_serves_the_host_itself_alone() -> None:
    assert main_cf(SERVER)["mynetworks"] == "127.0.0.0/8, [::1]/128"
    assert main_cf(SERVER)["smtpd_relay_restrictions"] == "permit_mynetworks, reject"


def test_it_answers_itself_wherever_it_listens() -> None:
    """An apply asks on 127.0.0.1 whether Postfix runs."""
    relay = replace(SERVER, listen=["10.1.0.5"])
    assert main_cf(relay)["inet_interfaces"] == "127.0.0.1, 10.1.0.5"


def test_a_relay_that_serves_nobody_listens_for_nobody() -> None:
    assert main_cf(Relay())["inet_interfaces"] == "loopback-only"
    assert "submission" not in master_cf(Relay())
    assert CERTIFICATE not in tree(Relay()).managed


def test_a_certificate_of_the_policy_is_named_key_first() -> None:
    relay = replace(SERVER, certificate=["/etc/ssl/key.pem", "/etc/ssl/chain.pem"])
    assert main_cf(relay)["smtpd_tls_chain_files"] == "/etc/ssl/key.pem, /etc/ssl/chain.pem"
    assert tree(relay).certificate is None


def test_a_missing_certificate_is_made_and_a_made_one_stays() -> None:
    target = tree(SERVER)
    whole = replace(deployed(target), loaded=Loaded("live", "all all"))
    missing = replace(whole, files={**whole.files, CERTIFICATE: None})
    changes = plan("relay1", target, missing)
    assert [change.id for change in changes] == [CERTIFICATE, "postfix"]
    assert apply_request(target, missing, "t@t")["certificate"] == CERTIFICATE
    made = replace(whole, files={**whole.files, CERTIFICATE: whole.files[f"{POSTFIX}main.cf"]})
    assert plan("relay1", target, made) == ()
    assert apply_request(target, made, "t@t")["certificate"] is None


def test_postfix_restarts_to_listen_elsewhere() -> None:
    before = deployed(tree(Relay()))
    target = tree(SERVER)
    state = replace(before, files={**before.files, CERTIFICATE: None})
    assert load_action(target, state) == "restart"


def test_a_client_hands_all_its_mail_to_the_relays_in_order() -> None:
    table = (tree(CLIENT).file(f"{POSTFIX}destinations").content or b"").decode()
    assert "dedicated dedicated:[relay1.example.com]:587,[10.0.0.5]:587\n" in table
    assert main_cf(CLIENT)["provider_draws"] == "inline:{choice1=dedicated}"
    assert "switch_draws" not in main_cf(CLIENT)
    assert "ses_destination_recipient_limit" not in main_cf(CLIENT)
    assert "sendgrid" not in table + master_cf(CLIENT)


def test_a_client_has_no_credential_of_a_provider() -> None:
    target = desired(policy(relay=CLIENT, alerts=[]), {})
    assert target.nexthops == ()
    assert all(file.content is not None for file in target.files)
    assert len((target.file(f"{POSTFIX}sasl_passwd").content or b"").splitlines()) == 1


def test_a_client_verifies_its_relay() -> None:
    assert f"smtp_tls_fingerprint_cert_match={PIN}" in master_cf(CLIENT)
    by_name = replace(CLIENT, by=["relay1.example.com"], pins=[])
    assert "fingerprint" not in master_cf(by_name)
    assert main_cf(by_name)["smtp_tls_security_level"] == "secure"


def test_a_provider_cannot_take_its_name() -> None:
    mine = Smtp("smtp.example.net", name="dedicated", username="u", password=secret("env:PW"))
    with pytest.raises(PolicyError, match="found the name 'dedicated'"):
        desired(policy(providers=[mine], routes=[], alerts=[]), {})
