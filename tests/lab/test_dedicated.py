"""Two dedicated relays: a host of the fleet that they serve by network, users from anywhere whom
they know by password, and everybody else, who is refused."""

import smtplib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.smtp.troubles import REFUSED
from mailfleet.relay.submission_auth import LOGINS, LOGINS_UNIT
from tests.lab.conftest import FirstDeploy
from tests.support.dedicated import Dedicated, rcpt, submission
from tests.support.fleet import Fleet
from tests.support.fleet_commands import LOUD, verify
from tests.support.policies import DOMAIN, write_policy

# One by each Dovecot, which differ in their configuration.
OLD, CLIENT, NEW = "relay1", "relay2", "relay3"
NAME = f"relay1.{DOMAIN}"
CERTIFICATE = "/etc/ssl/private/relay1.pem"
USER, PASSWORD = "app1", "sentinel-password-of-app1"
_MAKE_CERTIFICATE = (
    f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 9 -subj /CN={NAME}"
    f" -addext subjectAltName=DNS:{NAME} -keyout - > {CERTIFICATE}; chmod 600 {CERTIFICATE}"
)


@pytest.fixture(scope="module")
def dedicated(
    fleet: Fleet, first: FirstDeploy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dedicated]:
    """relay1, with a certificate of its own, and relay3 serve relay2, in that order, and app1."""
    assert first.run.status == 0, first.run.output
    fleet.client("secretsmanager").create_secret(Name="relay-app1", SecretString=PASSWORD)
    fleet.ssh(OLD, f"umask 077; {_MAKE_CERTIFICATE}")
    found = Dedicated(
        fleet, tmp_path_factory.mktemp("dedicated"), {"old": OLD, "client": CLIENT, "new": NEW}
    )
    clients = f'listen="all", clients=["{fleet.address(CLIENT)}/32"]'
    logins = f'logins={{"{USER}": secret("aws:relay-app1")}}'
    found.relay("old", f'{clients}, {logins}, certificate="{CERTIFICATE}"')
    found.relay("new", f"{clients}, {logins}")
    run = found.deploy("-y", "--data", "rollout=all")
    assert run.status == 0, run.output
    by = [fleet.address(relay) for relay in (OLD, NEW)]
    found.relay(
        "client",
        f"relay_hosts={by}, tls_fingerprints={[found.pin(OLD, CERTIFICATE), found.pin(NEW)]}",
    )
    run = found.deploy("-y")
    assert run.status == 0, run.output
    yield found
    assert fleet.deploy("-y").status == 0
    assert fleet.plan() == []


def test_a_second_deploy_changes_nothing(dedicated: Dedicated) -> None:
    assert dedicated.plan() == []
    for relay in (OLD, NEW):
        off = dedicated.fleet.ssh(relay, "systemctl is-enabled dovecot", check=False)
        assert off == "disabled\n"


def test_a_host_is_served_by_network(dedicated: Dedicated) -> None:
    fleet = dedicated.fleet
    assert fleet.ssh(NEW, "stat -c %a:%U /etc/mailfleet/relay.pem") == "600:root\n"
    assert "amazonaws" not in fleet.ssh(CLIENT, "cat /etc/postfix/sasl_passwd")
    fleet.sendmail(CLIENT, "through relay1", sender=f"app@{DOMAIN}", times=3)
    arrived = fleet.received("through relay1", number=3)
    assert len(arrived) == 3
    assert all(b"with ESMTPS" in mail.data for mail in arrived)


def test_the_second_relay_takes_over_from_a_stopped_one(dedicated: Dedicated) -> None:
    fleet = dedicated.fleet
    name = fleet.ssh(NEW, "hostname").strip()
    fleet.ssh(OLD, "systemctl stop postfix")
    try:
        fleet.sendmail(CLIENT, "through relay3", sender=f"app@{DOMAIN}", times=3)
        arrived = fleet.received("through relay3", number=3)
        assert len(arrived) == 3
        assert all(f"by {name}".encode() in mail.data for mail in arrived)
    finally:
        fleet.ssh(OLD, "systemctl start postfix")
    assert fleet.queued(CLIENT) == []


def test_strangers_are_refused(dedicated: Dedicated) -> None:
    for relay in (OLD, NEW):
        address = dedicated.fleet.address(relay)
        with pytest.raises(ConnectionRefusedError):
            smtplib.SMTP(address, 25, timeout=30)
        with smtplib.SMTP(address, 587, timeout=30) as stranger:
            stranger.ehlo("stranger.example")
            assert not stranger.has_extn("auth")
            assert stranger.docmd("AUTH PLAIN")[0] >= 500
            assert stranger.mail(f"app@{DOMAIN}")[0] == 530
        with submission(address) as stranger:
            assert rcpt(stranger) == 554


@pytest.mark.parametrize("relay", [OLD, NEW])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_user_is_served_from_anywhere(dedicated: Dedicated, relay: str, mechanism: str) -> None:
    subject = f"{mechanism} by {relay}"
    message = f"From: app@{DOMAIN}\nTo: you@elsewhere.example\nSubject: {subject}\n\nHello\n"
    with submission(dedicated.fleet.address(relay)) as server:
        assert set(server.esmtp_features["auth"].split()) == {"PLAIN", "LOGIN"}
        server.esmtp_features["auth"] = mechanism
        server.login(USER, PASSWORD)
        server.sendmail(f"app@{DOMAIN}", "you@elsewhere.example", message)
        # the policy's senders alone, as for everybody
        assert rcpt(server, "app@stranger.example") == 550
    assert dedicated.fleet.received(subject)


@pytest.mark.parametrize(("relay", "user"), [(OLD, USER), (NEW, USER), (NEW, "admin")])
def test_a_wrong_password_is_refused(dedicated: Dedicated, relay: str, user: str) -> None:
    """After a while: who guesses gets slower answers. A user of the host is nobody here."""
    begun = time.monotonic()
    with submission(dedicated.fleet.address(relay)) as server:
        server.esmtp_features["auth"] = "PLAIN"
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            server.login(user, "a-wrong-password")
        assert refused.value.smtp_code == 535
        assert time.monotonic() - begun > 1
        assert rcpt(server) == 554


def test_nobody_sees_the_password(dedicated: Dedicated) -> None:
    """A run that writes its hash anew, as loud as it can be, and a login."""
    fleet = dedicated.fleet
    watch = "for n in $(seq 100); do ps -eww -o args; sleep 0.1; done > /run/seen"
    watcher = subprocess.Popen(fleet.lab.ssh_command(OLD, f"sudo sh -c '{watch}'"))
    for relay in (OLD, NEW):
        fleet.ssh(relay, f"echo >> {LOGINS}")
    outputs = [dedicated.deploy("--dry", *LOUD).output, dedicated.deploy("-y", *LOUD).output]
    assert all(f"{LOGINS}" in output and "(secret, changed)" in output for output in outputs)
    with submission(fleet.address(OLD)) as server:
        server.login(USER, PASSWORD)
    watcher.wait(60)
    outputs.append(fleet.ssh(OLD, "cat /run/seen; rm /run/seen; journalctl --no-pager"))
    assert "python3 -I -" in outputs[-1]
    assert not any(PASSWORD in output for output in outputs)
    for relay in (OLD, NEW):
        search = "grep -rlF -f - /etc /var /usr/local /tmp /run"
        assert fleet.ssh(relay, search, PASSWORD, check=False) == ""
        assert fleet.ssh(relay, f"stat -c %a:%U {LOGINS}") == "600:dovecot\n"


@pytest.mark.case("hosts-34")
def test_verify_passes_where_the_dry_run_is_empty(dedicated: Dedicated) -> None:
    assert dedicated.plan() == []
    run = verify(dedicated.fleet, "-k", "not account", *_inventory(dedicated))
    assert run.status == 0, run.output


def _inventory(dedicated: Dedicated) -> list[str]:
    return ["--inventory", str(dedicated.inventory), "--group-data", str(dedicated.policy)]


def test_verify_sees_where_passwords_are_asked_for(dedicated: Dedicated) -> None:
    arguments = ["-k", "logins", *_inventory(dedicated)]
    fleet = dedicated.fleet
    service = "127.0.0.1:smtp/inet"
    options = f"{service}/smtpd_sasl_auth_enable=yes {service}/smtpd_tls_auth_only=no"
    fleet.ssh(OLD, f"postconf -P {options}; postfix reload")
    fleet.ssh(NEW, f"systemctl stop {LOGINS_UNIT}")
    run = verify(fleet, *arguments)
    assert f"{LOGINS_UNIT} does not run: port 587 serves nobody" in run.output
    assert "port 25 offers AUTH: passwords are guessed there" in run.output
    assert dedicated.deploy("-y").status == 0


def test_a_host_of_another_fleet_sends_as_a_user(dedicated: Dedicated, tmp_path: Path) -> None:
    """To that host the relay is a provider like any other, whose certificate it can name."""
    fleet = dedicated.fleet
    route53 = fleet.client("route53")
    zone = route53.list_hosted_zones_by_name(DNSName=DOMAIN)["HostedZones"][0]["Id"]
    record = {"Name": NAME, "Type": "A", "TTL": 60,
              "ResourceRecords": [{"Value": fleet.address(OLD)}]}  # fmt: skip

    def change(action: str) -> None:
        changes = [{"Action": action, "ResourceRecordSet": record}]
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})

    authority = tmp_path / "relay1.pem"
    authority.write_text(fleet.ssh(OLD, f"openssl x509 -in {CERTIFICATE}"))
    provider = (
        f'\nSmtp("{NAME}:587", name="relay1", username="{USER}", ca="{authority}", '
        'password=secret("aws:relay-app1")),'
    )
    policy = write_policy(
        tmp_path / "policy", providers=provider, more='routes=[Route(via="relay1")]'
    )
    change("CREATE")
    try:
        run = fleet.deploy("-y", "--limit", CLIENT, policy=policy)
        assert run.status == 0, run.output
        fleet.sendmail(CLIENT, "as a user", sender=f"app@{DOMAIN}")
        (mail,) = fleet.received("as a user")
        assert fleet.ssh(OLD, "hostname").encode().strip() in mail.data
    finally:
        change("DELETE")


def test_logins_stay_while_the_relay_does_not_work_without_them(dedicated: Dedicated) -> None:
    fleet = dedicated.fleet
    for group in ("old", "new"):
        dedicated.relay(group, f'listen="all", clients=["{fleet.address(CLIENT)}/32"]')
    fleet.control.set_faults(smtp={"ses": REFUSED})
    run = dedicated.deploy("-y", "--limit", OLD)
    assert "rolled back to what worked before" in run.output
    fleet.control.reset_faults()
    with submission(fleet.address(OLD)) as server:
        server.login(USER, PASSWORD)


def test_logins_leave_and_a_relay_that_is_not_the_pinned_one_gets_nothing(
    dedicated: Dedicated,
) -> None:
    """The last one, after the policy has lost the logins; the client gets a wrong pin."""
    fleet = dedicated.fleet
    dedicated.relay(
        "client", f'relay_hosts="{fleet.address(OLD)}", tls_fingerprints="{":".join(["AB"] * 32)}"'
    )
    run = dedicated.deploy("-y")
    assert "rolled back to what worked before" in run.output
    for relay in (OLD, NEW):
        with submission(fleet.address(relay)) as stranger:
            assert rcpt(stranger) == 554
            assert not stranger.has_extn("auth")
        assert fleet.ssh(relay, f"ls {LOGINS}; systemctl is-active {LOGINS_UNIT}",
                         check=False) == "inactive\n"  # fmt: skip
    back = dedicated.rollback("--limit", OLD, "--dry")
    assert (
        "the previous configuration has logins, but Dovecot, which checks passwords" in back.output
    )
