"""What we sign, dkimpy verifies; see RFC 6376 3.4 for what relaxing does to white space."""

import dkim
import pytest

from lab.aws.dkim_key import DkimKey
from lab.smtp.message import Message
from lab.smtp.signing import dkim_signature

HEAD = b"From: app@example.com\r\nSubject: Hello\r\n"


@pytest.fixture(scope="module")
def key() -> DkimKey:
    return DkimKey.new(1024)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"\r\nText\r\n",
        HEAD + b"\r\n",
        HEAD + b"\r\n\r\n\r\n",
        HEAD + b"\r\n  two  words \t\r\n\r\nmore\t\r\n \r\n\r\n",
        b"FROM:app@example.com\r\nsubject:  folded\r\n\t here \r\n  and here\r\n\r\nText\r\n",
        b"Subject: first\r\n" + HEAD + b"\r\nof two\r\n",
    ],
)
def test_signatures_verify(key: DkimKey, data: bytes) -> None:
    signed = dkim_signature(Message(data), "example.com", "s", key) + data

    def record(name: bytes, timeout: int = 5) -> bytes:
        return key.record.encode()

    assert dkim.verify(signed, dnsfunc=record)
    assert not dkim.verify(signed.replace(b"app@", b"someone@"), dnsfunc=record)
