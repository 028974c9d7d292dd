"""Asking the live DNS where the machine has no resolver: not known, and no traceback."""

from typing import Any

import pytest
from dns.resolver import NoResolverConfiguration, Resolver

from mailfleet.dns.lookup import Unanswered
from mailfleet.dns.resolver import LiveDns, resolver_at


def test_a_machine_without_a_resolver_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_file(*_: Any) -> None:
        raise NoResolverConfiguration

    monkeypatch.setattr(Resolver, "read_resolv_conf", no_file)
    with pytest.raises(Unanswered, match="DNS failed"):
        LiveDns(resolver_at(None))("example.com", "NS")
