"""`mailfleet explain`: which provider takes an address's mail."""

from mailfleet.explain import route_of
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
    assert route_of(MAIL, "billing@example.com") == MAIL.ses[0]
    assert route_of(MAIL, "app@example.com") == OTHER
    assert route_of(MAIL, "app@example.net") == MAIL.ses[0]
