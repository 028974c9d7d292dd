"""Header fields of a mail as bytes."""

from __future__ import annotations

from lab.smtp.message import Message

MAIL = (
    b"Received: from a\r\n\tby b\r\n"
    b"From: =?utf-8?q?J=C3=B6rg?= <joerg@example.com>,\r\n Eve <eve@example.net>\r\n"
    b"message-id: <1@x>\r\n"
    b"\r\n"
    b"Body\r\n\r\nwith blank lines\r\n"
)


def test_it_comes_back_byte_for_byte() -> None:
    for mail in (MAIL, b"\r\nno header\r\n", b"Subject: no body\r\n\r\n"):
        assert bytes(Message(mail)) == mail


def test_addresses_of_folded_and_encoded_fields() -> None:
    assert Message(MAIL).addresses("from") == ["joerg@example.com", "eve@example.net"]
    assert Message(MAIL).addresses("sender") == []


def test_a_field_is_replaced_in_any_case() -> None:
    message = Message(MAIL)
    message.set("Message-ID", "<2@y>")
    assert bytes(message) == MAIL.replace(b"message-id: <1@x>", b"Message-ID: <2@y>")
