"""The configurations that are measured: ours to the byte, peers' as published."""

from collections.abc import Callable

import pytest

from benchmarks.contenders import Contender, ours, recipe, with_connections, y2008
from benchmarks.instance import SETTINGS
from lab.errors import LabError
from mailfleet.inputs import Inputs
from mailfleet.policy import Domain, Mail, Ses, Smtp, secret
from mailfleet.postfix_parameters import postfix_parameters
from mailfleet.relay.postfix import postfix_files
from mailfleet.relay.systems import DEBIAN_12

SES = Ses("eu-west-1")
OTHER = Smtp(
    "smtp.other.example:587", name="other", username="u", password=secret("aws:other-password")
)


def policy(*providers: Ses | Smtp) -> Mail:
    return Mail(admin="ops@example.net", domains=[Domain("example.com")], providers=providers)


POLICY = policy(SES, OTHER)


def settings(contender: Contender) -> dict[str, str]:
    return postfix_parameters(contender.files["main.cf"].decode())


def test_ours_is_what_a_deploy_renders() -> None:
    policy_with_rate = policy(Ses("eu-west-1", rate=14), OTHER)
    rendered = postfix_files(policy_with_rate, {}, Inputs(relays=3), DEBIAN_12)
    contender = ours(POLICY, rate=14, relays=3)
    assert contender.files == {"switch": contender.files["switch"]} | {
        file.path.removeprefix("/etc/postfix/"): file.content
        for file in rendered
        if file.content is not None
    }
    assert contender.transports == (*(f"ses-{n}" for n in range(1, 6)), "other")


def test_ours_holds_no_secret() -> None:
    assert "sasl_passwd" not in ours(POLICY, connections=1).files


def test_ours_has_the_connections_that_are_asked_for() -> None:
    assert settings(ours(POLICY, connections=1))["ses_destination_concurrency_limit"] == "1"


@pytest.mark.parametrize("peer", [recipe, y2008])
def test_peers_send_to_the_policys_end_point(peer: Callable[[Mail], Contender]) -> None:
    found = settings(peer(POLICY))
    assert found["relayhost"] == "[email-smtp.eu-west-1.amazonaws.com]:587"
    assert found["smtp_sasl_password_maps"] == "hash:$config_directory/sasl_passwd"
    assert not set(found) & set(SETTINGS)


def test_aws_recipe_leaves_postfix_its_concurrency() -> None:
    assert "default_destination_concurrency_limit" not in settings(recipe(POLICY))
    one = with_connections(recipe(POLICY), 1).settings
    assert one["default_destination_concurrency_limit"] == "1"


def test_without_ses_there_is_nothing_to_measure() -> None:
    with pytest.raises(LabError, match="the policy has no Ses"):
        ours(policy(OTHER), connections=1)
