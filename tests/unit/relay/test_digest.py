import pytest

from agent.host.observe import digest as on_the_host
from mailfleet.relay.digest import digest


@pytest.mark.parametrize("secret", [False, True])
def test_both_sides_make_the_same_digest(secret: bool) -> None:
    assert digest(b"content", secret) == on_the_host(b"content", secret)


def test_a_secrets_digest_is_no_plain_one() -> None:
    assert digest(b"content", True) != digest(b"content", False)
