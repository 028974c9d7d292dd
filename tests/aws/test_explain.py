"""Identities that override each other, and what `mailfleet explain` says of them."""

from pathlib import Path

from tests.aws.conftest import Fleet
from tests.support.cli import Run, mailfleet


def test_an_address_that_shadows_its_domain_is_warned_of_and_explained(fleet: Fleet) -> None:
    """Verified before its domain, it is not signed, and its mail went to spam."""
    address = f"noreply@{fleet.domain}"
    fleet.cloud.client("sesv2").create_email_identity(EmailIdentity=address)
    fleet.write()
    run = fleet.deploy("-y")
    assert run.status == 0, run.output
    topic = f"arn:aws:sns:us-east-1:123456789012:{fleet.name}"
    fleet.cloud.client("ses").set_identity_notification_topic(
        Identity=fleet.domain, NotificationType="Bounce", SnsTopic=topic
    )
    warning = f"{address} is an SES identity of its own in us-east-1 and overrides {fleet.domain}"
    for arguments in ([], ["--data", "read=deep"]):
        shown = " ".join(fleet.deploy("--dry", *arguments).output.split())
        assert warning in shown
        assert "no DKIM signature of the domain, MAIL FROM amazonses.com, not ses-us-" in shown
        assert f"bounce topic none, not {topic}; delete that identity" in shown
    explained = explain(fleet, address).output
    assert f"us-east-1/{address}" in explained
    assert f"overrides {fleet.domain}" in explained
    assert "signed as amazonses.com alone" in explained
    other = explain(fleet, f"app@mail.{fleet.domain}").output
    assert f"us-east-1/{fleet.domain}" in other
    assert f"signed as {fleet.domain}" in other
    assert f"MAIL FROM          ses-us-east-1.{fleet.domain}\n" in other
    assert "bounce topic       none\n" in explained
    assert f"bounce topic       {topic}\n" in other
    assert "feedback by mail   on" in other
    assert "may send as it     no one else\n" in other


def test_explaining_what_has_no_identity_and_what_is_no_address(fleet: Fleet) -> None:
    assert "SES refuses it" in explain(fleet, "app@none.example").output
    wrong = explain(fleet, "none.example")
    assert wrong.status != 0
    assert "found 'none.example', expected a mail address" in wrong.output
    fleet.cloud.control.set_faults(
        aws={"status": 503, "code": "ServiceUnavailable", "match": "sesv2:GetEmailIdentity"}
    )
    failed = explain(fleet, "app@none.example")
    assert failed.status != 0
    assert "Traceback" not in failed.output
    assert "SES refuses it" not in failed.output


def explain(fleet: Fleet, address: str) -> Run:
    inventory: Path = fleet.directory / "inventory.py"
    return mailfleet("explain", address, "--inventory", str(inventory))
