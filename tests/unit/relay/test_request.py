import base64

import pytest

from mailfleet.relay.alerting import TIMER
from mailfleet.relay.request import apply_request, read_request
from mailfleet.relay.tree import desired_host
from tests.support.relay_hosts import bare, deployed, with_text
from tests.support.relay_policy import CREDENTIALS, policy

TREE = desired_host(policy(), CREDENTIALS)


def test_reading_asks_for_no_secret_text() -> None:
    secret = {file["path"] for file in read_request(TREE)["files"] if file["secret"]}
    assert secret == {
        "/etc/postfix/sasl_passwd",
        "/etc/mailfleet/emergency.json",
        "/etc/dovecot/mailfleet-logins",
    }


def test_nothing_to_do_is_an_empty_request() -> None:
    request = apply_request(TREE, deployed(TREE), "ops@laptop")
    assert request["files"] == request["absent"] == request["packages"] == []
    assert request["load"] is None
    assert request["units"] == {"reload": False, "disable": [], "enable": [], "restart": []}


def test_only_what_changes_is_sent() -> None:
    state = with_text(deployed(TREE), "/etc/postfix/main.cf", "relayhost =\n")
    request = apply_request(TREE, state, "ops@laptop")
    assert request["expected"] == "edited"
    assert request["load"] == "reload"
    [file] = request["files"]
    assert base64.b64decode(file["content"]) == TREE.file("/etc/postfix/main.cf").content


def test_a_bare_host_is_sent_everything() -> None:
    request = apply_request(TREE, bare(TREE), "ops@laptop")
    assert len(request["files"]) == len(TREE.files)
    assert request["units"]["enable"] == [
        "postfix.service", TIMER, "mailfleet-returned.timer", "mailfleet-returned.path",
    ]  # fmt: skip
    assert request["units"]["reload"] is True


def test_an_unknown_content_cannot_be_sent() -> None:
    tree = desired_host(policy(), {})
    with pytest.raises(ValueError, match="not known yet"):
        apply_request(tree, bare(tree), "ops@laptop")
