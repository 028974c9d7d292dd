"""Who sends by which transport, and who takes over."""

from typing import Any

import pytest

from mailfleet.inputs import ALONE, Inputs
from mailfleet.policy import Address, Domain, Mail, PolicyError, Route, Ses, Smtp, secret
from mailfleet.relay.routes import Routes, route_notes, routes
from mailfleet.relay.tables import tables


def smtp(name: str, **more: Any) -> Smtp:
    return Smtp(f"smtp.{name}.example", name=name, username="u", password=secret("env:PW"), **more)


def found(*made: Route, inputs: Inputs = ALONE, **more: Any) -> Routes:
    usual: dict[str, Any] = {
        "domains": [Domain("a.example"), Domain("b.example")],
        "providers": [
            Ses("us-east-1"), smtp("one", spf="include:one.example"),
            smtp("two", dkim={"s1._domainkey": "two.example"}), smtp("three"),
        ],
        "routes": made,
    }  # fmt: skip
    return routes(Mail(**{**usual, **more}), inputs)


def shares(routes: Routes) -> dict[str, dict[str, int]]:
    return {sender: dict(selection.weights) for sender, selection in routes.senders.items()}


def taking_over(routes: Routes) -> dict[str, dict[str, str]]:
    return {hop.name: hop.senders for hop in routes.hops}


def test_without_routes_the_first_provider_takes_the_policys_domains() -> None:
    routes = found(addresses=[Address("x@c.example")])
    ses = {"ses": 1}
    assert shares(routes) == {"@a.example": ses, "@b.example": ses, "x@c.example": ses}
    assert (routes.others, routes.hops) == (None, ())
    assert routes.destination("ses") == "ses:[email-smtp.us-east-1.amazonaws.com]:587"


def test_weights_are_shares_of_a_choice_in_the_smallest_numbers() -> None:
    routes = found(Route(via={"ses": 18, "one": 2}))
    assert shares(routes)["@a.example"] == {"ses": 9, "one": 1}


def test_lanes_share_their_providers_weight() -> None:
    routes = found(Route(via={"ses": 3, "one": 1}),
                   providers=[Ses("us-east-1", rate=2), smtp("one")])  # fmt: skip
    assert routes.lanes == {"ses": ("ses-1", "ses-2"), "one": ("one",)}
    assert tables(routes, ()).parameters["lane_draws"] == (
        "unionmap:{pipemap:{inline:{ses=it},randmap:{ses-1,ses-2}},inline:{one=one}}"
    )


def test_a_fall_back_is_asked_after_its_provider_and_has_its_own_transport() -> None:
    routes = found(Route(via="ses", fallback=["one", "two"]))
    assert taking_over(routes) == {
        "fallback_ses": {"a.example": "one", "b.example": "one"},
        "fallback_ses_1": {"a.example": "two", "b.example": "two"},
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
    assert lookups.rows["destinations"]["ses"] == routes.destination("ses")
    assert lookups.rows["fallback_ses"] == {"a.example": "one"}
    assert lookups.rows["fallback_ses_next"] == {"one": "FILTER one:[smtp.one.example]:587"}


def test_a_provider_that_the_domain_does_not_authorise_is_no_fall_back() -> None:
    routes = found(Route(via="ses", fallback=["three"]))
    assert routes.hops == ()
    (note,) = route_notes(routes)
    assert note.startswith(
        "no fallback for a.example, b.example: receivers would not trust mail from three"
    )
    skipped = found(Route(via="ses", fallback=["three", "two"]))
    assert taking_over(skipped)["fallback_ses"]["a.example"] == "two"
    assert route_notes(skipped) == ()


def test_ses_takes_over_for_domains_because_their_identity_is_then_made() -> None:
    mail = Mail(domains=[Domain("a.example")], providers=[smtp("one"), Ses("us-east-1")],
                routes=[Route(via="one", fallback="ses")])  # fmt: skip
    assert mail.domains_by(mail.ses[0]) == mail.domains
    assert taking_over(routes(mail, ALONE)) == {"fallback_one": {"a.example": "ses"}}


def test_verified_senders_go_to_ses_and_anybody_else_to_the_other() -> None:
    inputs = Inputs(
        verified={"ses": ("@a.example", "@old.example", "pat@b.example", "x@c.example")}
    )
    routes = found(
        Route(via="ses", senders="verified"),
        Route(via="one", senders=["@b.example"]),
        Route(via="two"),
        inputs=inputs,
    )
    assert shares(routes) == {
        "@a.example": {"ses": 1}, "@b.example": {"one": 1}, "@old.example": {"ses": 1},
        "x@c.example": {"ses": 1},
    }  # fmt: skip
    assert routes.others
    assert routes.others.weights == {"two": 1}
    assert routes.others.open_to == ("one", "two", "three")
    last = tables(routes, ()).senders[-1]
    assert last.startswith(f"pipemap:{{static:{routes.others.name},$provider_draws")
    assert routes.senders["@old.example"].open_to == ("ses", "one", "two", "three")
    assert "ses" not in routes.senders["@b.example"].open_to


def test_a_provider_and_a_lane_are_drawn_for_each_mail() -> None:
    lookups = tables(found(Route(via={"ses": 2, "one": 1})), kept_here=("<>",))
    assert lookups.rows["kept_here"] == {"<>": "returned:"}
    assert lookups.rows["sender_choices"]["@a.example"] == "choice1"
    assert lookups.parameters["provider_draws"] == (
        "pipemap:{inline:{choice1=it},randmap:{ses,ses,one}}"
    )
    assert lookups.senders[-1] == (
        "pipemap:{texthash:$config_directory/sender_choices,$provider_draws,$lane_draws,"
        "texthash:$config_directory/destinations}"
    )


def test_a_switch_is_asked_before_the_policy() -> None:
    lookups = tables(found(Route(via="ses")), kept_here=())
    assert "randmap:{choice1.0,choice1.1," in lookups.parameters["switch_draws"]
    assert "$switch_draws,texthash:$config_directory/switch,$lane_draws" in lookups.senders[1]


def test_with_one_provider_there_is_nothing_to_switch() -> None:
    lookups = tables(found(providers=[Ses("us-east-1")]), kept_here=())
    assert "switch_draws" not in lookups.parameters
    assert len(lookups.senders) == 2


def test_senders_of_which_the_same_is_true_share_a_choice() -> None:
    routes = found(Route(via="one", senders=["@b.example"]), Route(via="ses"))
    assert [selection.name for selection in routes.selections] == ["choice1", "choice2"]
    same = found(Route(via={"one": 3}, senders=["@b.example"]), Route(via={"one": 2}))
    assert len(same.selections) == 1


@pytest.mark.case("hosts-3")
def test_ports_of_fall_backs_are_roots_and_few() -> None:
    routes = found(Route(via="ses", fallback=["one", "two"]))
    assert [hop.port for hop in routes.hops] == [288, 289]
    names = [f"p{n}" for n in range(6)]
    providers = [smtp(name, spf=f"include:{name}.example") for name in names]
    each: list[Any] = [Route(via=dict.fromkeys(names, 1), fallback=names)]
    with pytest.raises(
        PolicyError, match="need 30 ports of the loopback address, expected at most 20"
    ):
        found(*each, providers=providers)


@pytest.mark.case("hosts-3")
def test_mail_at_a_hop_is_first_asked_whether_it_came_by_its_senders_provider() -> None:
    routes = found(Route(via="one", senders=["@b.example"]), Route(via="ses", fallback="one"))
    lookups = tables(routes, ())
    assert lookups.rows["hop_choices"] == {"a.example": "choice1", "b.example": "choice2"}
    assert lookups.hops["fallback_ses"][0] == (
        "pipemap:{texthash:$config_directory/hop_choices,inline:{choice1=choice1.fallback_ses,"
        "choice2=choice2.fallback_ses},texthash:$config_directory/switch}"
    )
