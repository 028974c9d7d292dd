"""main.cf while one configuration takes another's place."""

import pytest

from agent.host.lenient import lenient
from mailfleet.policy import Relay
from mailfleet.relay.tree import desired_host
from tests.support.relay_policy import CREDENTIALS, policy


@pytest.mark.case("hosts-25")
@pytest.mark.parametrize(
    "relay", [Relay(), Relay(rewrite_from=True), Relay(relay_hosts=["relay1.example.com"])]
)
def test_nothing_is_returned_by_our_own_main_cf(relay: Relay) -> None:
    main = desired_host(policy(relay=relay), CREDENTIALS).file("/etc/postfix/main.cf").content
    assert main
    text = lenient(main).decode()
    assert "error:5" not in text
    assert "\nlocal_transport = retry:4.1.1 no mail is kept on this host\n" in text
    assert "\nmaximal_queue_lifetime = 100d\n" in text
    assert "\nbounce_queue_lifetime = 100d\n" in text
    others = [line for line in main.decode().splitlines() if "error:5" not in line]
    assert [line for line in others if "_queue_lifetime" not in line] == [
        line
        for line in text.splitlines()
        if "retry:4.1.1" not in line and "retry:4.7.1 this sender may" not in line
        and "_queue_lifetime" not in line and "retry:4.7.1 mail without" not in line
    ]  # fmt: skip


def test_bytes_that_are_no_text_stay() -> None:
    assert lenient(b"# \xff\nrelayhost =\n") == b"# \xff\nrelayhost =\n"
