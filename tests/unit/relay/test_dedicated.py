"""A relay that serves other hosts, and one that is served."""

import re
from dataclasses import replace

import pytest

from mailfleet.policy import PolicyError, Relay, Smtp, secret
from mailfleet.postfix_parameters import postfix_parameters
from mailfleet.relay.dedicated import CERTIFICATE
from mailfleet.relay.plan import load_action, plan
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.request import apply_request
from mailfleet.relay.state import Loaded
from mailfleet.relay.tree import Desired, desired_host
from tests.support.relay_hosts import deployed
from tests.support.relay_policy import CREDENTIALS, policy

LISTENING = "all all 127.0.0.1:smtp [::1]:smtp submission"
PIN = ":".join(["AB"] * 32)
SERVER = Relay(listen="all", clients=["10.1.0.0/16", "2001:db8::/48"])
CLIENT = Relay(relay_hosts=["relay1.example.com", "10.0.0.5"], tls_fingerprints=[PIN])


def tree(relay: Relay) -> Desired:
    return desired_host(policy(relay=relay), CREDENTIALS)


def main_cf(relay: Relay) -> dict[str, str]:
    return postfix_parameters((tree(relay).file(f"{POSTFIX}main.cf").content or b"").decode())


def listeners(relay: Relay) -> list[str]:
    return re.findall(r"^(\S+) +inet ", master_cf(relay), re.MULTILINE)


def service(relay: Relay, name: str) -> str:
    """The options of a service."""
    _, _, after = master_cf(relay).partition(f"\n{name} inet")
    return "".join(re.findall(r"^ +-o .*\n", after.partition("\n")[2].partition(" inet ")[0], re.M))


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
    assert main_cf(relay)["inet_interfaces"] == "loopback-only"
    assert listeners(relay) == ["smtp", "127.0.0.1:submission", "10.1.0.5:submission"]


def test_a_relay_that_serves_nobody_listens_for_nobody() -> None:
    assert main_cf(Relay())["inet_interfaces"] == "loopback-only"
    assert "submission" not in master_cf(Relay())
    assert CERTIFICATE not in tree(Relay()).managed


def test_a_certificate_of_the_policy_is_named_key_first() -> None:
    relay = replace(SERVER, certificate=["/etc/ssl/key.pem", "/etc/ssl/chain.pem"])
    assert main_cf(relay)["smtpd_tls_chain_files"] == "/etc/ssl/key.pem, /etc/ssl/chain.pem"
    assert tree(relay).certificate is None


def test_a_missing_certificate_is_made_and_a_made_one_stays() -> None:
    desired = tree(SERVER)
    whole = replace(deployed(desired), loaded=Loaded("live", LISTENING))
    missing = replace(whole, files={**whole.files, CERTIFICATE: None})
    changes = plan("relay1", desired, missing)
    assert [change.id for change in changes] == [CERTIFICATE, "postfix"]
    assert apply_request(desired, missing, "t@t")["certificate"] == CERTIFICATE
    made = replace(whole, files={**whole.files, CERTIFICATE: whole.files[f"{POSTFIX}main.cf"]})
    assert plan("relay1", desired, made) == ()
    assert apply_request(desired, made, "t@t")["certificate"] is None


def test_postfix_restarts_to_listen_elsewhere() -> None:
    before = deployed(tree(Relay()))
    desired = tree(SERVER)
    state = replace(before, files={**before.files, CERTIFICATE: None})
    assert load_action(desired, state) == "restart"


def test_postfix_restarts_to_open_other_doors() -> None:
    """Within the same inet_interfaces: a reload would open 127.0.0.1:25 before it closes *:25."""
    whole = deployed(tree(SERVER))
    made = {CERTIFICATE: whole.files[f"{POSTFIX}main.cf"]}
    state = replace(whole, files={**whole.files, **made}, loaded=Loaded("live", "all all"))
    assert load_action(tree(SERVER), state) == "restart"
    state = replace(state, loaded=Loaded("live", LISTENING))
    assert load_action(tree(SERVER), state) is None
    assert load_action(tree(replace(SERVER, port_25={"172.17.0.1": "172.17.0.0/16"})),
                       state) == "restart"  # fmt: skip


@pytest.mark.case("hosts-1")
def test_port_25_is_on_loopback_alone_and_strangers_end_at_data() -> None:
    assert listeners(SERVER) == ["127.0.0.1:smtp", "[::1]:smtp", "submission"]
    assert listeners(replace(SERVER, clients="10.1.0.0/16")) == ["127.0.0.1:smtp", "submission"]
    assert main_cf(SERVER)["smtpd_data_restrictions"] == "permit_mynetworks, reject"
    logins = replace(SERVER, logins={"app1": secret("env:PW")})
    data = "-o smtpd_data_restrictions=permit_mynetworks,permit_sasl_authenticated,reject\n"
    assert data in service(logins, "submission")


@pytest.mark.case("hosts-2")
@pytest.mark.parametrize("relay", [Relay(), SERVER])
def test_nobody_is_excepted_from_the_end_of_a_message(relay: Relay) -> None:
    assert main_cf(relay)["smtpd_forbid_bare_newline"] == "normalize"
    assert main_cf(relay)["smtpd_forbid_bare_newline_exclusions"] == ""
    assert main_cf(relay)["smtpd_forbid_unauth_pipelining"] == "yes"


@pytest.mark.case("hosts-4")
def test_ten_addresses_of_strangers_do_not_occupy_submission() -> None:
    for relay in (SERVER, replace(SERVER, logins={"app1": secret("env:PW")})):
        limit = re.search(r"connection_count_limit=(\d+)", service(relay, "submission"))
        processes = re.search(r"^submission inet( +\S+){4} +(\d+) +smtpd", master_cf(relay), re.M)
        assert limit
        assert processes
        assert int(limit[1]) * 10 < int(processes[2])
    assert main_cf(SERVER)["smtpd_client_event_limit_exceptions"] == "$mynetworks"
    assert main_cf(SERVER)["smtpd_timeout"] == "${stress?{10}:{300}}s"


@pytest.mark.case("hosts-39")
def test_neighbours_are_served_by_port_25_where_the_policy_says_so() -> None:
    from mailfleet.relay.access import access_notes

    relay = Relay(port_25={"172.17.0.1": "172.17.0.0/16", "fd00::1": ["fd00::/64", "10.1.0.0/16"]})
    assert listeners(relay) == ["smtp", "172.17.0.1:smtp", "[fd00::1]:smtp"]
    assert main_cf(relay)["inet_interfaces"] == "loopback-only"
    assert "-o { mynetworks = 172.17.0.0/16 }\n" in service(relay, "172.17.0.1:smtp")
    assert "-o { mynetworks = [fd00::]/64, 10.1.0.0/16 }" in service(relay, "[fd00::1]:smtp")
    assert main_cf(relay)["mynetworks"] == "127.0.0.0/8, [::1]/128"
    first, _ = access_notes(relay)
    assert first.startswith("port 25 of 172.17.0.1 accepts mail in the clear from 172.17.0.0/16: ")
    both = replace(SERVER, port_25=relay.port_25, logins={"app1": secret("env:PW")})
    # of the 100 processes that a service has
    assert "connection_count_limit=5\n" in service(both, "172.17.0.1:smtp")
    assert listeners(both)[:3] == ["127.0.0.1:smtp", "[::1]:smtp", "172.17.0.1:smtp"]
    assert "smtpd_tls_security_level=may" in service(both, "172.17.0.1:smtp")
    assert "unless they use STARTTLS" in next(access_notes(both))


def test_a_client_hands_all_its_mail_to_the_relays_in_order() -> None:
    table = (tree(CLIENT).file(f"{POSTFIX}destinations").content or b"").decode()
    assert "dedicated dedicated:[relay1.example.com]:587,[10.0.0.5]:587\n" in table
    assert main_cf(CLIENT)["provider_draws"] == "inline:{choice1=dedicated}"
    assert "switch_draws" not in main_cf(CLIENT)
    assert "ses_destination_recipient_limit" not in main_cf(CLIENT)
    assert "sendgrid" not in table + master_cf(CLIENT)


def test_a_client_has_no_credential_of_a_provider() -> None:
    desired = desired_host(policy(relay=CLIENT, alerts=[]), {})
    assert desired.nexthops == ()
    assert all(file.content is not None for file in desired.files)
    assert len((desired.file(f"{POSTFIX}sasl_passwd").content or b"").splitlines()) == 1


def test_a_client_verifies_its_relay() -> None:
    assert f"smtp_tls_fingerprint_cert_match={PIN}" in master_cf(CLIENT)
    by_name = replace(CLIENT, relay_hosts=["relay1.example.com"], tls_fingerprints=[])
    assert "fingerprint" not in master_cf(by_name)
    assert main_cf(by_name)["smtp_tls_security_level"] == "secure"


def test_a_provider_cannot_take_its_name() -> None:
    mine = Smtp("smtp.example.net", name="dedicated", username="u", password=secret("env:PW"))
    with pytest.raises(PolicyError, match="found the name 'dedicated'"):
        desired_host(policy(providers=[mine], routes=[], alerts=[]), {})
