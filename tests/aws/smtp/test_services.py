"""The process itself, the plain provider, and end points going down."""

from __future__ import annotations

import os
import smtplib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.aws.smtp.conftest import Services


MAIL = b"From: app@anything.example\r\nSubject: Hello\r\n\r\nText\r\n.\r\n"


def test_the_process_says_who_it_is(services: Services) -> None:
    pid = int((services.directory / "services.pid").read_text())
    os.kill(pid, 0)  # raises where there is no such process


def test_a_plain_provider_follows_its_secret(services: Services) -> None:
    secrets = services.client("secretsmanager")
    password = secrets.get_secret_value(SecretId="sendgrid-api-key")["SecretString"]
    with services.login(("apikey", password), "sendgrid") as client:
        client.sendmail("", ["user@example.net"], MAIL)
    (mail,) = services.control.mail("sendgrid")
    assert mail.data == MAIL
    secrets.put_secret_value(SecretId="sendgrid-api-key", SecretString="rotated")
    assert services.refuses(("apikey", password), "sendgrid")
    assert not services.refuses(("apikey", "rotated"), "sendgrid")


@pytest.mark.case("aws-dns-37")
def test_a_plain_provider_follows_its_parameter(services: Services) -> None:
    ssm = services.client("ssm")
    found = ssm.get_parameter(Name="/mail/parameter", WithDecryption=True)
    password = found["Parameter"]["Value"]
    assert not services.refuses(("user", password), "parameter")
    ssm.put_parameter(Name="/mail/parameter", Type="SecureString", Value="rotated", Overwrite=True)
    assert services.refuses(("user", password), "parameter")
    assert not services.refuses(("user", "rotated"), "parameter")


def test_down_is_refused_and_up_is_back(services: Services) -> None:
    with services.connect() as open_before:
        services.control.set_faults(smtp={"ses": "down"})
        with pytest.raises(ConnectionRefusedError):
            services.connect()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            open_before.noop()
    services.connect("sendgrid").quit()
    services.control.set_faults(smtp={"ses": "up"})
    services.connect().quit()
