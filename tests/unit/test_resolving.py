"""What the live DNS says, and what it did not say."""

from typing import Any

import dns.rdata
import pytest
from dns.exception import Timeout
from dns.resolver import NXDOMAIN, NoAnswer

from mailfleet.dns.lookup import Unanswered
from mailfleet.resolving import LiveDns


class Resolver:
    """Answers with one thing, and counts how often it is asked."""

    def __init__(self, *answer: str, failure: Exception | None = None) -> None:
        self.answer, self.failure, self.asked = answer, failure, 0

    def resolve(self, name: str, type_: str) -> list[Any]:
        self.asked += 1
        assert name.endswith(".")
        if self.failure:
            raise self.failure
        return [dns.rdata.from_text("IN", type_, text) for text in self.answer]


def live(resolver: Resolver) -> LiveDns:
    return LiveDns(resolver)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("type_", "text", "found"),
    [
        ("TXT", '"v=spf1 include:a" ".example -all"', "v=spf1 include:a.example -all"),
        ("MX", "10 mail.example.com.", "mail.example.com"),
        ("NS", "ns-1.example.net.", "ns-1.example.net"),
        ("A", "192.0.2.1", "192.0.2.1"),
    ],
)
def test_answers_are_texts(type_: str, text: str, found: str) -> None:
    assert live(Resolver(text))("example.com", type_) == [found]


@pytest.mark.parametrize("nothing", [NXDOMAIN.__new__(NXDOMAIN), NoAnswer.__new__(NoAnswer)])
def test_nothing_there_is_an_answer(nothing: Exception) -> None:
    assert live(Resolver(failure=nothing))("example.com", "A") == []


def test_after_a_timeout_nobody_is_asked_again() -> None:
    resolver = Resolver(failure=Timeout.__new__(Timeout))
    lookup = live(resolver)
    for _ in range(3):
        with pytest.raises(Unanswered, match="did not answer"):
            lookup("example.com", "A")
    assert resolver.asked == 1


def test_a_failure_is_no_answer() -> None:
    with pytest.raises(Unanswered, match="DNS failed: no route"):
        live(Resolver(failure=OSError("no route")))("example.com", "A")
