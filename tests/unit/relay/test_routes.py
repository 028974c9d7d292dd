"""Who sends by which transport, and who takes over."""

from typing import Any

from mailfleet.policy import Address, Domain, Mail, Route, Ses, Smtp, secret
from mailfleet.relay.circumstances import ALONE, Circumstances
from mailfleet.relay.routes import Routes, route_notes, routes
from mailfleet.relay.tables import tables


def smtp(name: str, **more: Any) -> Smtp:
    return Smtp(f"smtp.{name}.example", name=name, username="u", password=secret("env:PW"), **more)


def found(*made: Route, circumstances: Circumstances = ALONE, **more: Any) -> Routes:
    usual: dict[str, Any] = {
        "domains": [Domain("a.example"), Domain("b.example")],
        "providers": [
            Ses("us-east-1"), smtp("one", spf="include:one.example"),
            smtp("two", dkim={"s1._domainkey": "two.example"}), smtp("three"),
        ],
        "routes": made,
    }  # fmt: skip
    return routes(Mail(**{**usual, **more}), circumstances)


def taking_over(routes: Routes) -> dict[str, dict[str, tuple[str, ...]]]:
    return {hop.name: hop.senders for hop in routes.hops}


def test_without_routes_the_first_provider_takes_the_policys_domains() -> None:
    routes = found(addresses=[Address("x@c.example")])
    assert routes.senders == {"@a.example": ("ses",), "@b.example": ("ses",),
                              "x@c.example": ("ses",)}  # fmt: skip
    assert (routes.others, routes.hops) == ((), ())
    assert routes.destination("ses") == "ses:[email-smtp.us-east-1.amazonaws.com]:587"


def test_weights_are_shares_of_a_choice_in_the_smallest_numbers() -> None:
    routes = found(Route(via={"ses": 18, "one": 2}))
    assert routes.senders["@a.example"] == ("ses",) * 9 + ("one",)


def test_lanes_share_their_providers_weight() -> None:
    routes = found(Route(via={"ses": 3, "one": 1}),
                   providers=[Ses("us-east-1", rate=2), smtp("one")])  # fmt: skip
    choice = routes.senders["@a.example"]
    assert {name: choice.count(name) for name in choice} == {"ses-1": 3, "ses-2": 3, "one": 2}


def test_a_fall_back_is_asked_after_its_provider_and_has_its_own_transport() -> None:
    routes = found(Route(via="ses", fallback=["one", "two"]))
    assert taking_over(routes) == {
        "fallback_ses": {"a.example": ("one",), "b.example": ("one",)},
        "fallback_ses_1": {"a.example": ("two",), "b.example": ("two",)},
    }
    first, second = routes.hops
    assert routes.destination("ses").endswith(f"]:587,{first.nexthop}")
    assert routes.destination("one", first) == f"one:[smtp.one.example]:587,{second.nexthop}"
    assert routes.destination("two", second) == "two:[smtp.two.example]:587"


def test_two_providers_can_take_over_for_each_other_without_a_circle() -> None:
    routes = found(Route(via={"ses": 1, "one": 1}, fallback=["ses", "one"]))
    by_origin = {hop.origin: hop for hop in routes.hops}
    assert {hop.depth for hop in routes.hops} == {0}
    assert routes.destination("one", by_origin["ses"]) == "one:[smtp.one.example]:587"
    assert "127.0.0.1" not in routes.destination("ses", by_origin["one"])


def test_every_transport_has_one_next_hop_whatever_its_senders_fall_back_to() -> None:
    """Postfix counts connections by next hop: with two, the limit would count twice."""
    routes = found(
        Route(via="ses", senders=["@a.example"], fallback="one"), Route(via="ses")
    )  # fmt: skip
    lookups = tables(routes, ())
    rows = lookups.rows["sender_transport"]
    assert rows["@a.example"] == rows["@b.example"] == routes.destination("ses")
    assert list(lookups.rows["fallback_ses"]) == ["a.example"]


def test_a_provider_that_the_domain_does_not_authorise_is_no_fall_back() -> None:
    routes = found(Route(via="ses", fallback=["three"]))
    assert routes.hops == ()
    (note,) = route_notes(routes)
    assert note.startswith("no fall-back for a.example, b.example: receivers do not know three")
    skipped = found(Route(via="ses", fallback=["three", "two"]))
    assert taking_over(skipped)["fallback_ses"]["a.example"] == ("two",)
    assert route_notes(skipped) == ()


def test_ses_takes_over_for_domains_because_their_identity_is_then_made() -> None:
    mail = Mail(domains=[Domain("a.example")], providers=[smtp("one"), Ses("us-east-1")],
                routes=[Route(via="one", fallback="ses")])  # fmt: skip
    assert mail.domains_by(mail.ses[0]) == mail.domains
    assert taking_over(routes(mail, ALONE)) == {"fallback_one": {"a.example": ("ses",)}}


def test_verified_senders_go_to_ses_and_anybody_else_to_the_other() -> None:
    circumstances = Circumstances(
        verified={"ses": ("@a.example", "@old.example", "pat@b.example", "x@c.example")}
    )
    routes = found(
        Route(via="ses", senders="verified"),
        Route(via="one", senders=["@b.example"]),
        Route(via="two"),
        circumstances=circumstances,
    )
    assert routes.senders == {
        "@a.example": ("ses",), "@b.example": ("one",), "@old.example": ("ses",),
        "x@c.example": ("ses",),
    }  # fmt: skip
    assert routes.others == ("two",)
    assert tables(routes, ()).senders[-1] == "static:{two:[smtp.two.example]:587}"


def test_a_choice_is_drawn_by_its_own_line() -> None:
    lookups = tables(found(Route(via={"ses": 2, "one": 1})), kept_here=("<>",))
    assert lookups.rows["sender_transport"] == {"<>": "returned:"}
    assert lookups.rows["sender_transport_choice"]["@a.example"] == "choice1"
    assert lookups.senders[1] == (
        "pipemap:{texthash:$config_directory/sender_transport_choice,inline:{choice1=it},"
        "randmap:{sender_transport.ses,sender_transport.ses,sender_transport.one},"
        "texthash:$config_directory/chosen}"
    )
    assert lookups.rows["chosen"]["sender_transport.one"] == "one:[smtp.one.example]:587"
