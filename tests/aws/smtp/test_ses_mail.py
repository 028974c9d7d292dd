"""Mail through the SES end point: what is refused, and how accepted mail is signed."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

import dkim
import pytest

from lab.spf import aligned_envelope, check_host, records_of
from lab.state import Dns
from mailfleet.aws.dkim import Dkim
from mailfleet.aws.rsa_key import new_private_key, public_key

if TYPE_CHECKING:
    from tests.aws.smtp.conftest import Services

MAIL = b"From: App <app@%b>\r\nTo: user@example.net\r\nSubject: Hello\r\n\r\nText\r\n.\r\n..\r\n"


def test_accepted_mail_is_signed_for_its_domain_and_for_ses(services: Services) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim.html"""
    services.verify("example.com")
    with services.login(services.sender("signed")) as client:
        client.sendmail("app@example.com", ["user@example.net"], MAIL % b"example.com")
    (mail,) = services.control.mail("ses")
    assert (mail.mail_from, mail.rcpt_to) == ("app@example.com", ("user@example.net",))
    assert mail.tls == "TLSv1.3"
    assert mail.user.startswith("AKIA")
    assert mail.peer == "127.0.0.1"
    assert mail.data.endswith(b"\r\n\r\nText\r\n.\r\n..\r\n")
    assert b"@email.amazonses.com>" in mail.data
    for number, domain in enumerate([b"example.com", b"amazonses.com"]):
        signatures = dkim.DKIM(mail.data)
        assert signatures.verify(number, dnsfunc=services.txt)
        assert signatures.domain == domain


def test_spf_passes_for_the_mail_from_domain_once_its_records_are_there(services: Services) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/mail-from.html"""
    domain, dns = "example.com", Dns("127.0.0.1", services.dns_port)
    services.verify(domain)
    with services.login(services.sender("spf")) as client:
        client.sendmail(f"app@{domain}", ["user@example.net"], MAIL % domain.encode())
        services.mail_from(domain)
        client.sendmail(f"app@{domain}", ["user@example.net"], MAIL % domain.encode())
    before, after = services.control.mail("ses")
    assert before.return_path.endswith("@amazonses.com")
    assert check_host(before.sent_from, before.return_path, "x", records_of(dns)).result == "pass"
    assert check_host("192.0.2.1", after.return_path, "x", records_of(dns)).result == "softfail"
    assert aligned_envelope(before, dns) is None
    assert aligned_envelope(after, dns) == f"ses.{domain}"


def test_mail_is_signed_with_a_brought_key_once_it_is_published(services: Services) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-bring-your-own.html"""
    private = new_private_key()
    services.client("sesv2").put_email_identity_dkim_signing_attributes(
        EmailIdentity="example.com",
        SigningAttributesOrigin="EXTERNAL",
        SigningAttributes={"DomainSigningSelector": "mf1", "DomainSigningPrivateKey": private},
    )
    with services.login(services.sender("brought")) as client:
        client.sendmail("app@example.com", ["user@example.net"], MAIL % b"example.com")
        services.publish(Dkim("EXTERNAL", selector="mf1", public=public_key(private)))
        client.sendmail("app@example.com", ["user@example.net"], MAIL % b"example.com")
    unsigned, signed = services.control.mail("ses")[-2:]
    assert b"d=example.com" not in unsigned.data
    signature = dkim.DKIM(signed.data)
    assert signature.verify(0, dnsfunc=services.txt)
    assert (signature.domain, signature.selector) == (b"example.com", b"mf1")


def test_message_id_is_replaced_and_date_added(services: Services) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/header-fields.html"""
    services.verify("example.org")
    with services.login(services.sender("headers")) as client:
        mail = b"Message-ID: <mine@example.org>\r\n" + MAIL % b"example.org"
        client.sendmail("bounce@sub.example.org", ["user@example.net"], mail)
    (received,) = services.control.mail()
    assert b"mine@example.org" not in received.data
    assert received.data.count(b"\r\nDate: ") == 1


def test_unverified_senders_are_named(services: Services) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html"""
    client = services.login(services.sender("unverified"))
    with client, pytest.raises(smtplib.SMTPDataError) as caught:
        client.sendmail("bounce@example.net", ["user@example.com"], MAIL % b"other.example")
    assert caught.value.smtp_code == 554
    assert caught.value.smtp_error == (
        b"Message rejected: Email address is not verified. The following identities failed the "
        b"check in region US-EAST-1: app@other.example, bounce@example.net"
    )
    assert services.control.mail() == []


def test_who_may_not_send_is_told_after_data(services: Services) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html: 554 Access denied"""
    client = services.login(services.sender("reader", Action="ses:Get*"))
    with client, pytest.raises(smtplib.SMTPDataError) as caught:
        client.sendmail("app@example.com", ["user@example.net"], MAIL % b"new.example")
    assert (caught.value.smtp_code, caught.value.smtp_error) == (
        554,
        b"Access denied: User `arn:aws:iam::123456789012:user/reader' is not authorized to perform "
        b"`ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/"
        b"app@new.example'",
    )


@pytest.mark.parametrize(
    ("domain", "accepted"),
    [
        (b"own.example", True),
        (b"below.own.example", True),
        (b"OWN.example", False),
        (b"notown.example", False),
    ],
)
def test_from_addresses_that_a_policy_allows(
    services: Services, domain: bytes, accepted: bool
) -> None:
    """https://docs.aws.amazon.com/ses/latest/dg/sending-authorization-policy-examples.html:
    StringLike minds the case, `*` is any characters. What is allowed is then found unverified."""
    allowed = {"StringLike": {"ses:FromAddress": ["*@own.example", "*@*.own.example"]}}
    name = f"from-{domain.decode()}"
    client = services.login(services.sender(name, Condition=allowed))
    with client, pytest.raises(smtplib.SMTPDataError) as caught:
        client.sendmail("app@elsewhere.example", ["user@example.net"], MAIL % domain)
    assert (b"not verified" in caught.value.smtp_error) == accepted
    assert (b"Access denied" in caught.value.smtp_error) != accepted


def test_no_null_sender(services: Services) -> None:
    client = services.login(services.sender("bouncer"))
    with client, pytest.raises(smtplib.SMTPSenderRefused, match="501, b'Invalid MAIL FROM"):
        client.sendmail("", ["user@example.net"], MAIL % b"example.com")
