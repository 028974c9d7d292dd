import json

import pytest

from mailfleet.inputs import Inputs
from mailfleet.policy import Domain, Mail, PolicyError, Relay, Route, Ses, Smtp, secret
from mailfleet.postfix_parameters import postfix_parameters
from mailfleet.relay.alerting import EMERGENCY, TIMER
from mailfleet.relay.tree import Desired, desired_host
from tests.support.relay_policy import CREDENTIALS, policy


def text(tree: Desired, path: str) -> str:
    content = tree.file(path).content
    assert content is not None
    return content.decode()


def main_cf(**changes: object) -> dict[str, str]:
    return postfix_parameters(
        text(desired_host(policy(**changes), CREDENTIALS), "/etc/postfix/main.cf")
    )


def test_the_smallest_policy_is_enough() -> None:
    mail = Mail(domains=[Domain("example.com")], providers=[Ses("eu-west-1")])
    tree = desired_host(mail, {"ses": CREDENTIALS["ses"]})
    assert tree.nexthops == ("[email-smtp.eu-west-1.amazonaws.com]:587",)
    assert all(file.content is not None for file in tree.files)


def test_mail_goes_to_the_default_provider_over_verified_tls() -> None:
    found = main_cf()
    assert found["default_transport"].startswith("error:5.7.1 ")
    assert found["relayhost"] == "[email-smtp.us-east-1.amazonaws.com]:587"
    tree = desired_host(policy(), CREDENTIALS)
    assert "@example.com choice1\n" in text(tree, "/etc/postfix/sender_choices")
    assert "inline:{choice1=ses}" in found["provider_draws"]
    destinations = text(tree, "/etc/postfix/destinations")
    assert "ses ses:[email-smtp.us-east-1.amazonaws.com]:587\n" in destinations
    assert found["smtp_tls_security_level"] == "secure"
    assert found["smtp_tls_mandatory_protocols"] == ">=TLSv1.2"


def test_soft_bounce_is_left_to_the_providers() -> None:
    found = main_cf()
    assert found["soft_bounce"] == "no"
    assert found["relay_status_filter"] == "regexp:$config_directory/refusals"
    tree = desired_host(policy(relay=Relay(soft_bounce=False)), CREDENTIALS)
    assert "\nrelay_status_filter =\n" in text(tree, "/etc/postfix/main.cf")
    assert "/etc/postfix/refusals" in tree.absent
    master = text(desired_host(policy(), CREDENTIALS), "/etc/postfix/master.cf")
    assert "\nsendgrid  unix" in master
    assert master.count("-o smtp_delivery_status_filter=$relay_status_filter") == 2


def test_bounces_and_notices_are_kept_here() -> None:
    table = text(desired_host(policy(), CREDENTIALS), "/etc/postfix/kept_here")
    assert "<> returned:\n" in table
    assert "double-bounce@example.com returned:\n" in table


def test_a_pinned_authority_is_that_transports_alone() -> None:
    providers = [
        Ses("us-east-1"),
        Smtp("smtp.sendgrid.net", name="sendgrid", username="u", password=secret("env:PW"),
             ca="private.pem", messages_per_connection=100),
    ]  # fmt: skip
    tree = desired_host(
        policy(providers=providers), CREDENTIALS, Inputs(authorities={"sendgrid": "PEM"})
    )
    assert text(tree, "/etc/postfix/ca_sendgrid.pem") == "PEM"
    master = text(tree, "/etc/postfix/master.cf")
    assert master.count("smtp_tls_CAfile=$config_directory/ca_sendgrid.pem") == 1
    assert "smtp_connection_reuse_count_limit=100" in master
    settings = json.loads(text(tree, EMERGENCY))
    assert settings["servers"][0]["ca"] == "/etc/postfix/ca_sendgrid.pem"


def test_connection_reuse_has_the_service_that_it_needs() -> None:
    assert main_cf()["smtp_tls_connection_reuse"] == "yes"
    assert "\ntlsproxy  unix" in text(desired_host(policy(), CREDENTIALS), "/etc/postfix/master.cf")


def test_connections_and_recipients_are_limited_for_each_provider() -> None:
    found = main_cf()
    assert found["sendgrid_destination_concurrency_limit"] == "4"
    assert found["sendgrid_initial_destination_concurrency"] == "4"
    assert found["ses_destination_recipient_limit"] == "50"
    assert "sendgrid_destination_recipient_limit" not in found


def test_nothing_in_main_cf_is_of_one_host() -> None:
    assert "$myhostname" in main_cf()["virtual_alias_maps"]


def test_routed_senders_leave_by_their_provider() -> None:
    tree = desired_host(policy(), CREDENTIALS)
    assert "@lists.example.com choice2\n" in text(tree, "/etc/postfix/sender_choices")
    assert "inline:{choice2=sendgrid}" in main_cf()["provider_draws"]
    destinations = text(tree, "/etc/postfix/destinations")
    assert "sendgrid sendgrid:[smtp.sendgrid.net]:587\n" in destinations


def test_every_next_hop_has_its_credential() -> None:
    file = desired_host(policy(), CREDENTIALS).file("/etc/postfix/sasl_passwd")
    assert (file.mode, file.owner, file.secret) == ("600", "root", True)
    assert (file.content or b"").decode().splitlines()[1:] == [
        "[email-smtp.us-east-1.amazonaws.com]:587 AKIAEXAMPLE:ses-password",
        "[smtp.sendgrid.net]:587 apikey:sendgrid-password",
    ]


def test_an_unknown_credential_leaves_its_files_unknown() -> None:
    tree = desired_host(policy(), {"ses": None, "sendgrid": CREDENTIALS["sendgrid"]})
    unknown = [file.path for file in tree.files if file.content is None]
    assert unknown == ["/etc/postfix/sasl_passwd"]


def test_a_provider_with_wrapper_mode() -> None:
    mail = Mail(
        domains=[Domain("example.com")],
        providers=[
            Smtp("mail.example.net:465", name="other", username="u", password=secret("env:PW"))
        ],
    )
    assert "smtp_tls_wrappermode=yes" in text(desired_host(mail, {}), "/etc/postfix/master.cf")


def test_alerts_leave_by_their_own_provider() -> None:
    file = desired_host(policy(), CREDENTIALS).file(EMERGENCY)
    settings = json.loads(file.content or b"")
    assert file.mode == "600"
    assert settings["to"] == ["ops@example.net"]
    assert settings["servers"][0]["host"] == "smtp.sendgrid.net"
    assert settings["servers"][0]["tls"] == "starttls"


def test_without_alerts_nothing_checks_the_logs() -> None:
    tree = desired_host(policy(alerts=[]), CREDENTIALS)
    assert EMERGENCY in tree.absent
    assert next(unit for unit in tree.units if unit.name == TIMER).enabled is False


def test_no_secret_is_in_a_repr() -> None:
    assert "password" not in repr(desired_host(policy(), CREDENTIALS).files)


def test_a_dollar_in_an_address_stays_one() -> None:
    tree = desired_host(policy(admin="a$b@example.net"), CREDENTIALS)
    assert "a$$b@example.net" in text(tree, "/etc/postfix/main.cf")
    assert "a$$b@example.net" in text(tree, "/etc/postfix/system_recipients")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"admin": "a{b@example.net"}, "without braces"),
        ({"routes": [Route("ses", senders=["#a@example.com"])]}, "comment"),
        (
            {
                "providers": [
                    Ses("us-east-1", rate=2),
                    Smtp("a.example", name="ses-2", username="u", password=secret("env:PW")),
                ],
                "routes": [],
                "alerts": [],
            },
            "'ses-2', which is a lane of another provider",
        ),
    ],
)
def test_what_postfix_cannot_express_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(PolicyError, match=sentence):
        desired_host(policy(**changes), CREDENTIALS)


def test_names_of_postfixs_own_services_are_refused() -> None:
    mail = Mail(domains=[Domain("example.com")], providers=[Ses("us-east-1", name="relay")])
    with pytest.raises(PolicyError, match="one of Postfix's own services"):
        desired_host(mail, {})


def test_two_providers_at_one_next_hop_are_refused() -> None:
    providers = [
        Smtp("smtp.example.net", name=name, username=name, password=secret("env:PW"))
        for name in ("one", "two")
    ]
    with pytest.raises(PolicyError, match="twice"):
        desired_host(Mail(domains=[Domain("example.com")], providers=providers), {})
