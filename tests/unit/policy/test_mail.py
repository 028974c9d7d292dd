"""What a policy means, where it says little."""

from typing import Any

import pytest

from mailfleet.policy import (
    Dmarc,
    Domain,
    EmailAlert,
    Mail,
    PolicyError,
    Provider,
    Route,
    Ses,
    Smtp,
    secret,
)

KEY = secret("aws:key")
EXAMPLE = Domain("example.com")
SES = Ses("us-east-1")


def smtp(endpoint: str = "smtp.example.net:587", name: str = "other", **more: Any) -> Smtp:
    return Smtp(endpoint, name=name, username="u", password=KEY, **more)


def test_the_smallest_policy_has_good_defaults() -> None:
    mail = Mail(domains=[EXAMPLE], providers=[SES])
    assert mail.admin == "postmaster@example.com"
    assert mail.noreply == "noreply@example.com"
    assert mail.default_route.providers == ("ses",)
    assert mail.relay.soft_bounce
    assert mail.domains_by(SES) == (EXAMPLE,)


def test_names_are_normal() -> None:
    assert Domain("Example.COM.").name == "example.com"


def test_a_domain_that_is_wholly_routed_elsewhere_needs_no_identity() -> None:
    lists = Domain("lists.example.com")
    policy = Mail(
        domains=[EXAMPLE, lists],
        providers=[SES, smtp()],
        routes=[Route(senders=["@lists.example.com"], via="other")],
    )
    assert policy.domains_by(SES) == (EXAMPLE,)
    assert policy.sender_routes == (("@lists.example.com", policy.routes[0]),)


def test_one_sender_routed_to_ses_is_enough_to_need_an_identity() -> None:
    policy = Mail(
        domains=[EXAMPLE],
        providers=[smtp(), SES],
        routes=[Route(senders=["billing@example.com"], via="ses")],
    )
    assert policy.domains_by(SES) == (EXAMPLE,)
    assert policy.default_route.providers == ("other",)


def test_a_provider_may_send_for_what_is_routed_to_it_and_what_it_alerts_about() -> None:
    first, lists = Domain("example.com"), Domain("lists.example.com")
    default, other, alarm = smtp(name="default"), smtp(name="other"), smtp(name="alarm")
    mail = Mail(
        domains=[first, lists],
        providers=[default, other, alarm],
        routes=[
            Route(senders=["@lists.example.com"], via="other"),
            Route(senders=["news@lists.example.com"], via="default"),
        ],
        alerts=[EmailAlert(to="ops@example.net", via="alarm")],
    )
    assert mail.providers_of(first) == (default, alarm)
    assert mail.providers_of(lists) == (default, other)


def test_two_providers_cannot_have_one_dkim_name() -> None:
    one, two = (smtp(name=n, dkim={"s1._domainkey": f"{n}.example"}) for n in ("one", "two"))
    routes = [Route(senders=["a@example.com"], via="two")]
    with pytest.raises(PolicyError, match=r"for example\.com, dkim: found 's1"):
        Mail(domains=[EXAMPLE], providers=[one, two], routes=routes)
    Mail(domains=[EXAMPLE], providers=[one, two])  # two sends for no domain


def test_the_default_dmarc_record_is_not_published_below_another() -> None:
    lists = Domain("lists.example.com")
    strict = Domain("strict.example.com", dmarc=Dmarc("reject"))
    mail = Mail(domains=[lists, EXAMPLE, strict], providers=[SES])
    assert mail.dmarc_of(EXAMPLE) == Dmarc()
    assert mail.dmarc_of(lists) is None
    assert mail.dmarc_of(strict) == Dmarc("reject")
    alone = Mail(domains=[Domain("example.com", dmarc=None), lists], providers=[SES])
    assert alone.dmarc_of(lists) == Dmarc()


def test_tls_is_what_the_port_is_for_unless_it_is_said() -> None:
    assert smtp("smtp.example.net:465").wrapper
    assert not smtp().wrapper
    assert smtp("smtp.example.net:2465", tls="wrapper").wrapper
    assert smtp("smtp.example.net", tls="wrapper").port == 465
    assert not smtp("smtp.example.net:465", tls="starttls").wrapper


def test_secrets_can_be_parameters_of_systems_manager() -> None:
    assert str(secret("ssm:/mail/sendgrid")) == "ssm:/mail/sendgrid"


def test_who_may_send() -> None:
    mail = Mail(domains=[EXAMPLE], providers=[SES, smtp()],
                routes=[Route(via="other", senders=["x@example.net"])])  # fmt: skip
    assert mail.route_of("a@example.com") == mail.default_route
    assert mail.route_of("x@example.net") == mail.routes[0]
    assert mail.route_of("y@example.net") is None
    routes = [Route(via="ses", senders="verified"), Route(via="other")]
    split = Mail(domains=[EXAMPLE], providers=[SES, smtp()], routes=routes)
    assert split.route_of("a@example.com") == routes[0]
    assert split.route_of("y@example.net") == routes[1]


def test_alerts_may_leave_by_a_mere_fall_back() -> None:
    alerts = [EmailAlert(to="ops@example.net", via="other")]
    domains = [EXAMPLE]
    providers: list[Provider] = [SES, smtp()]
    fallback = [Route(via="ses", fallback="other")]
    Mail(domains=domains, providers=providers, alerts=alerts, routes=fallback)
    with pytest.raises(PolicyError, match="everyday mail does not use"):
        Mail(domains=domains, providers=providers, alerts=alerts,
             routes=[Route(via={"ses": 9, "other": 1})])  # fmt: skip


def test_an_absent_domain_is_none_that_mail_is_sent_from() -> None:
    old = Domain("old.example", absent=True)
    mail = Mail([EXAMPLE, old], [SES])
    assert mail.domains == (EXAMPLE,)
    assert mail.absent == (old,)
