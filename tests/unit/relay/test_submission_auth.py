"""Clients that a dedicated relay knows by user name and password."""

import hashlib
from dataclasses import replace

import pytest

from mailfleet.credential import Credential, of_login
from mailfleet.plan.change import KNOWN_AFTER_APPLY, SECRET
from mailfleet.policy import Relay, Secret, secret
from mailfleet.postfix_parameters import postfix_parameters
from mailfleet.relay.plan import plan, to_restart
from mailfleet.relay.postfix import POSTFIX
from mailfleet.relay.request import apply_request
from mailfleet.relay.state import FoundUnit, HostState, Loaded
from mailfleet.relay.submission_auth import LOGINS, LOGINS_UNIT, SOCKET, lacks_dovecot
from mailfleet.relay.tree import Desired, desired_host
from tests.support.relay_hosts import deployed
from tests.support.relay_policy import CREDENTIALS, policy

PASSWORD = "a-long-password-of-app1"
BOTH = {"app1": secret("aws:relay-app1"), "app2": secret("aws:relay-app2")}
SERVER = Relay(listen="all", logins=BOTH)
UNIT_FILE = f"/etc/systemd/system/{LOGINS_UNIT}"


def tree(relay: Relay = SERVER, *, password: str = PASSWORD, fleet: str = "mailfleet") -> Desired:
    of_users = {of_login(user): Credential(user, password) for user in relay.logins}
    return desired_host(policy(relay=relay, fleet=fleet), CREDENTIALS | of_users)


def text(desired: Desired, path: str) -> str:
    return (desired.file(path).content or b"").decode()


def whole(desired: Desired) -> HostState:
    """A host that holds and runs it, with a certificate of its own."""
    found = deployed(desired)
    made = {path: found.files[f"{POSTFIX}main.cf"] for path in [desired.certificate] if path}
    return replace(
        found,
        files={**found.files, **made},
        loaded=Loaded("live", "all all 127.0.0.1:smtp submission"),
    )


def submission(desired: Desired) -> str:
    _, _, service = text(desired, f"{POSTFIX}master.cf").partition("\nsubmission inet")
    return service.partition("\npickup")[0]


def test_users_are_told_by_submission_and_only_there() -> None:
    main_cf = postfix_parameters(text(tree(), f"{POSTFIX}main.cf"))
    assert main_cf["smtpd_sasl_path"] == SOCKET
    assert main_cf["smtpd_tls_auth_only"] == "yes"
    assert main_cf["relay_clients"] == "127.0.0.0/8, [::1]/128"
    assert main_cf["smtpd_relay_restrictions"] == "permit_mynetworks, reject"
    assert "smtpd_sasl_auth_enable" not in main_cf
    assert "-o smtpd_sasl_auth_enable=yes\n" in submission(tree())
    assert "=permit_mynetworks,permit_sasl_authenticated,reject" in submission(tree())


def test_without_logins_there_is_nothing_of_them() -> None:
    desired = tree(Relay(listen="all", clients="10.0.0.0/16"))
    assert "sasl" not in submission(desired)
    assert "smtpd_sasl_path" not in text(desired, f"{POSTFIX}main.cf")
    assert "dovecot-core" not in desired.packages
    assert {LOGINS, UNIT_FILE} <= set(desired.absent)


def test_passwords_are_kept_as_hashes_for_dovecot_alone() -> None:
    file = tree().file(LOGINS)
    assert (file.mode, file.owner, file.secret) == ("600", "dovecot", True)
    assert PASSWORD not in text(tree(), LOGINS)
    user, _, stored = text(tree(), LOGINS).splitlines()[0].partition(":{PBKDF2}$1$")
    salt, rounds, hashed = stored.split("$")
    made = hashlib.pbkdf2_hmac("sha1", PASSWORD.encode(), salt.encode(), int(rounds)).hex()
    assert (user, hashed) == ("app1", made)


def test_a_hash_is_the_same_each_time_and_each_users_own() -> None:
    assert text(tree(), LOGINS) == text(tree(), LOGINS)
    first, second = (line.partition(":")[2] for line in text(tree(), LOGINS).splitlines())
    assert first != second
    assert text(tree(fleet="another"), LOGINS) != text(tree(), LOGINS)


def test_a_new_password_changes_one_file_and_needs_no_restart() -> None:
    desired = tree(password="another-long-password")
    state = whole(tree())
    (change,) = plan("relay1", desired, state)
    assert (change.id, change.before) == (LOGINS, SECRET)
    assert apply_request(desired, state, "t@t")["units"]["restart"] == []


def test_an_unknown_password_leaves_its_file_unknown() -> None:
    desired = desired_host(
        policy(relay=SERVER), CREDENTIALS | {of_login("app1"): Credential("a", "b")}
    )
    changes = {change.id: change.after for change in plan("relay1", desired, whole(tree()))}
    assert changes[LOGINS] == KNOWN_AFTER_APPLY


def test_dovecot_of_debian_12_and_13_each_find_a_file() -> None:
    old, new = (text(tree(), f"/etc/dovecot/mailfleet-{v}.conf") for v in ("2.3", "2.4"))
    assert "dovecot_config_version" not in old
    settings = [line for line in new.splitlines() if line and not line.startswith("#")]
    assert settings[0].startswith("dovecot_config_version")  # Dovecot 2.4 wants it first
    assert old.count(LOGINS) == new.count(LOGINS) == 1


def test_another_configuration_restarts_dovecot() -> None:
    state = whole(tree())
    unit = next(unit for unit in tree().units if unit.name == LOGINS_UNIT)
    assert not to_restart(unit, tree(), state)
    live = state.files[UNIT_FILE]
    assert live is not None
    changed = replace(live, digest="of another configuration")
    assert to_restart(unit, tree(), replace(state, files={**state.files, UNIT_FILE: changed}))


def test_logins_that_leave_the_policy_take_everything_but_the_package_with_them() -> None:
    desired = tree(Relay(listen="all", clients="10.0.0.0/16"))
    before = whole(tree())
    state = replace(before, files={**dict.fromkeys(desired.managed), **before.files})
    gone = {change.id for change in plan("relay1", desired, state) if change.action == "delete"}
    assert {LOGINS, UNIT_FILE} < gone
    assert apply_request(desired, state, "t@t")["units"]["disable"] == [LOGINS_UNIT]


def test_who_goes_back_to_logins_needs_what_judges_them() -> None:
    state = whole(tree())
    before = {path: state.files[path] for path in [f"{POSTFIX}main.cf"]}
    running = replace(state, previous=before)
    stopped = replace(running, units={**state.units, LOGINS_UNIT: FoundUnit(False, False, True)})
    assert not lacks_dovecot(running)
    assert lacks_dovecot(stopped)
    without = whole(tree(Relay())).files[f"{POSTFIX}main.cf"]
    assert not lacks_dovecot(replace(stopped, previous={f"{POSTFIX}main.cf": without}))
    assert not lacks_dovecot(replace(stopped, previous=None))


@pytest.mark.case("hosts-1")
def test_a_login_sends_as_what_the_policy_says() -> None:
    from mailfleet.policy import Login

    key = secret("aws:x")
    logins: dict[str, Secret | Login] = {
        "app1": Login(key, senders=["app1@example.com"]),
        "app2": Login(key, senders=["@example.com"]),
        "any": key,
    }
    desired = tree(Relay(listen="all", logins=logins))
    assert text(desired, f"{POSTFIX}login_senders").splitlines()[1:] == [
        r"/^app1@example\.com$/ app1, app2, any",
        r"/@example\.com$/ app2, any",
        "/^/ any",
    ]
    options = submission(desired)
    assert "-o smtpd_sender_restrictions=reject_authenticated_sender_login_mismatch\n" in options
    # a bare postmaster is taken at RCPT without a look at the sender
    assert "smtpd_data_restrictions=reject_authenticated_sender_login_mismatch," in options
    main_cf = postfix_parameters(text(desired, f"{POSTFIX}main.cf"))
    assert main_cf["smtpd_sender_login_maps"] == "regexp:$config_directory/login_senders"
    assert f"{POSTFIX}login_senders" in tree().absent
    assert "smtpd_sender_login_maps" not in text(tree(), f"{POSTFIX}main.cf")
