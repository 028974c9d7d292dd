"""The IAM policy of the fleet's user: no more than its senders, and never too long for IAM."""

from typing import Any

from mailfleet.aws.smtp_user_policy import MOST, policy_note, sending_policy, size, widened
from mailfleet.policy import Address, Domain, Mail, Route, Ses, Smtp, secret

SES = Ses("us-east-1")
OTHER = Smtp("smtp.other.example", name="other", username="u", password=secret("env:P"))


def patterns(mail: Mail, ses: Ses = SES) -> Any:
    (statement,) = sending_policy(mail, ses)["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "ses:SendRawEmail")
    return statement.get("Condition", {}).get("StringLike", {}).get("ses:FromAddress")


def test_what_an_identity_covers_may_send() -> None:
    mail = Mail(domains=[Domain("shop.example")], providers=[SES])
    assert patterns(mail) == ["*@*.shop.example", "*@shop.example"]
    assert policy_note(mail, SES, "user") is None


def test_a_subdomain_needs_no_pattern_beside_its_parent() -> None:
    domains = [Domain("shop.example"), Domain("a.b.shop.example"), Domain("workshop.example")]
    mail = Mail(domains=domains, providers=[SES])
    assert patterns(mail) == [
        *("*@*.shop.example", "*@*.workshop.example"),
        *("*@shop.example", "*@workshop.example"),
    ]


def test_only_senders_whose_mail_leaves_by_that_ses() -> None:
    west = Ses("eu-west-1", name="west")
    mail = Mail(
        domains=[Domain("shop.example"), Domain("lists.example"), Domain("west.example")],
        addresses=[Address("ceo@corp.example"), Address("app@shop.example")],
        providers=[SES, west, OTHER],
        routes=[
            Route("other", senders=["@lists.example"]),
            Route("west", senders=["@west.example", "boss@lists.example", "who@far.example"]),
        ],
    )
    assert patterns(mail) == ["*@*.shop.example", "*@shop.example", "ceo@corp.example"]
    assert patterns(mail, west) == [
        *("*@*.lists.example", "*@*.west.example"),
        *("*@lists.example", "*@west.example"),
        "who@far.example",
    ]


def test_while_no_mail_leaves_by_it_the_policys_domains_may() -> None:
    mail = Mail(domains=[Domain("a.example")], providers=[OTHER, SES])
    assert mail.senders_by(SES) == ["a.example"]


def test_too_many_domains_are_named_by_their_zones() -> None:
    domains = [Domain(f"tenant-{n:03}.example.com", zone="example.com") for n in range(100)]
    mail = Mail(domains=domains, providers=[SES])
    assert patterns(mail) == ["*@*.example.com", "*@example.com"]
    assert "names hosted zones instead" in str(policy_note(mail, SES, "user"))


def test_too_many_zones_leave_no_condition_and_a_note() -> None:
    mail = Mail(domains=[Domain(f"tenant-{n:03}.example") for n in range(100)], providers=[SES])
    assert patterns(mail) is None
    assert "names no addresses" in str(policy_note(mail, SES, "user"))


def test_as_many_as_fit_are_named() -> None:
    """IAM does not count white space."""
    for n in range(1, 60):
        mail = Mail(domains=[Domain(f"tenant-{m:03}.example") for m in range(n)], providers=[SES])
        document = sending_policy(mail, SES)
        assert size(document) <= MOST
        fits = 2 * n * len('"*@*.tenant-000.example",') < MOST - 300
        assert not fits or len(patterns(mail)) == 2 * n


def test_nothing_is_taken_away_before_the_relays_are_done() -> None:
    def document(*names: str) -> dict[str, Any]:
        return sending_policy(Mail(domains=[Domain(n) for n in names], providers=[SES]), SES)

    old, new, both = (
        document("a.example"),
        document("b.example"),
        document("a.example", "b.example"),
    )
    anything = document(*(f"tenant-{n:03}.example" for n in range(100)))
    foreign = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*"}]}
    assert widened(None, new) == new
    assert widened(new, new) == new
    assert widened(old, both) == both
    assert widened(old, new) == both
    assert widened(both, new) == both
    assert widened(anything, new) == anything
    assert widened(new, anything) == anything
    assert widened(foreign, new) == new
    full = [f"tenant-{n:03}.example" for n in range(36)]
    more = [f"more-{name}" for name in full]
    assert widened(document(*full), document(*more)) == anything


def test_a_route_for_all_that_ses_has_verified_needs_any_sender() -> None:
    mail = Mail(
        domains=[Domain("a.example")], providers=[SES], routes=[Route("ses", senders="verified")]
    )
    assert patterns(mail) is None
    assert "all that SES has verified" in str(policy_note(mail, SES, "user"))
