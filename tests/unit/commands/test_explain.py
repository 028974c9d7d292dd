"""`mailfleet explain`: which provider takes an address's mail, and what SES makes of it."""

import json
from dataclasses import replace

from mailfleet.aws.effective import effective
from mailfleet.aws.identity import Identity
from mailfleet.aws.identity_settings import MailFrom, Settings
from mailfleet.aws.notifications import Notifications
from mailfleet.commands.explain import explanation, leaves_by, ses_of
from mailfleet.policy import Domain, Mail, Route, Ses, Smtp, secret

OTHER = Smtp("smtp.example.net", name="other", username="u", password=secret("aws:key"))
MAIL = Mail(
    domains=[Domain("example.com")],
    providers=[Ses("us-east-1"), OTHER],
    routes=[
        Route(via="other", senders=["@example.com"]),
        Route(via="ses", senders=["billing@example.com"]),
    ],
)


def test_the_most_specific_route_counts() -> None:
    assert ses_of(MAIL, "billing@example.com") == MAIL.ses[0]
    assert ses_of(MAIL, "app@example.com") is None
    assert leaves_by(MAIL.route_of("app@example.com")) == "sent through other"
    assert "may not send" in leaves_by(MAIL.route_of("app@example.net"))
    assert ses_of(MAIL, "app@example.net") == MAIL.ses[0]


def test_weights_and_fall_backs_are_told() -> None:
    route = Route(via={"ses": 9, "other": 1}, fallback="other")
    assert leaves_by(route) == "sent through ses (9) and other (1), else through other"


TOPICS = Notifications(bounce="arn:aws:sns:us-east-1:123456789012:bounces")


def explained(**changed: object) -> list[str]:
    mail_from = MailFrom("ses.example.com")
    identity = Identity(
        (), "dkim.amazonses.com", "SUCCESS", "SUCCESS", settings=Settings(mail_from)
    )
    found = effective("a@example.com", {"example.com": replace(identity, **changed)})  # type: ignore[arg-type]
    assert found is not None
    found = replace(found, notifications=TOPICS)
    return explanation(MAIL, "billing@example.com", MAIL.ses[0], found).splitlines()


def test_what_counts_is_told_a_line_a_fact() -> None:
    assert explained(mail_from_status="SUCCESS") == [
        "From               billing@example.com, sent through ses",
        "identity           us-east-1/example.com, SUCCESS",
        "DKIM               signed as example.com",
        "MAIL FROM          ses.example.com",
        "configuration set  none",
        "bounce topic       arn:aws:sns:us-east-1:123456789012:bounces",
        "complaint topic    none",
        "delivery topic     none",
        "feedback by mail   on: bounces and complaints go to the sender",
        "may send as it     no one else",
    ]


def test_who_else_may_send_is_told_one_a_line() -> None:
    allow = {"Effect": "Allow", "Action": "ses:Send*", "Resource": "*"}
    some = {"AWS": ["arn:aws:iam::210987654321:root", "arn:aws:iam::210987654321:user/a"]}
    statements = [
        allow | {"Principal": some, "Condition": {"StringLike": {"ses:FromAddress": "a@*"}}},
        allow | {"Principal": "*", "Action": "ses:GetEmailIdentity"},
        allow | {"Principal": {"AWS": "*"}},
    ]
    lines = explained(policies={"p": json.dumps({"Statement": statements}), "q": "no JSON"})
    condition = 'if {"StringLike": {"ses:FromAddress": "a@*"}}, by the policy p'
    assert lines[-3:] == [
        f"may send as it     210987654321, {condition}",
        f"may send as it     arn:aws:iam::210987654321:user/a, {condition}",
        "may send as it     everyone at AWS, by the policy p",
    ]


def test_what_does_not_work_says_why() -> None:
    lines = explained(mail_from_status="PENDING", signing=False)
    assert "DKIM               signed as amazonses.com alone: signing is off" in lines
    assert "MAIL FROM          amazonses.com: ses.example.com is PENDING" in lines
    strict = Settings(MailFrom("ses.example.com", "REJECT_MESSAGE"))
    refused = explained(mail_from_status="PENDING", settings=strict)
    assert "MAIL FROM          none, SES refuses the mail: ses.example.com is PENDING" in refused
    assert "MAIL FROM          amazonses.com: the identity has no MAIL FROM domain" in explained(
        settings=Settings()
    )


def test_mail_that_ses_does_not_take() -> None:
    assert "SES has no say in it" in explanation(MAIL, "app@example.com", None, None)
    assert "none: SES refuses it" in explanation(MAIL, "billing@example.com", MAIL.ses[0], None)
