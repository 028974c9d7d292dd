"""Keys for BYODKIM."""

import base64

import pytest

from lab.aws.dkim_key import DkimKey
from mailfleet.aws.rsa_key import new_private_key, public_key


def test_a_new_key_is_one_that_ses_takes_and_its_public_half_fits() -> None:
    private = new_private_key()
    assert len(private.split()) == 1
    assert DkimKey.given(private).public == public_key(private)


@pytest.mark.parametrize("text", ["", "no key", base64.b64encode(b"no key").decode(), "ä"])
def test_what_is_no_key_has_no_public_half(text: str) -> None:
    assert public_key(text) is None
