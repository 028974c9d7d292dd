"""Which configurations let mail past the milter that looks at its author."""

import pytest

from agent.host import lint
from agent.host.configuration import Configuration

SOCKET = "unix:/run/mailfleet-senders/socket"
MAIN = {
    "smtpd_milters": SOCKET,
    "non_smtpd_milters": SOCKET,
    "milter_default_action": "tempfail",
}


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The main.cf and the overrides of master.cf that the linter is to find."""
    settings = [dict(MAIN), {}]
    configuration = Configuration(
        parameters=settings[0],
        defaults={},
        overrides=settings[1],
        services=(),
        map_types=frozenset(),
        routes=frozenset(),
        daemons="",
        credentials_mode=0o600,
    )
    monkeypatch.setattr(lint, "understood", lambda _: configuration)
    return settings


def about_milters() -> list[str]:
    return [fault for fault in lint.faults("/staged") if "milter" in fault]


@pytest.mark.parametrize(
    ("main", "overrides"),
    [
        ({}, {}),
        ({}, {"smtp/inet/smtpd_milters": SOCKET}),
        ({"smtpd_milters": f"{{ {SOCKET}, default_action = tempfail }}"}, {}),
        (dict.fromkeys(MAIN, ""), {"x/inet/receive_override_options": "no_milters"}),
    ],
)
def test_milters_that_see_all_mail_are_right(
    found: list[dict[str, str]], main: dict[str, str], overrides: dict[str, str]
) -> None:
    found[0].update(main)
    found[1].update(overrides)
    assert about_milters() == []


@pytest.mark.case("hosts-6")
@pytest.mark.parametrize(
    ("main", "overrides", "sentence"),
    [
        ({"milter_default_action": "accept"}, {},
         "milter_default_action is accept, expected tempfail: it counts while the milter is down"),
        ({"milter_default_action": "reject"}, {}, "milter_default_action is reject"),
        ({}, {"smtp/inet/milter_default_action": "accept"},
         "smtp/inet/milter_default_action is accept"),
        ({"smtpd_milters": f"{{ {SOCKET}, default_action=accept }}"}, {},
         "smtpd_milters has default_action accept"),
        ({"non_smtpd_milters": ""}, {}, "non_smtpd_milters is empty, and the other"),
        ({}, {"10025/inet/smtpd_milters": ""}, "10025/inet/smtpd_milters is empty: mail passes"),
        ({}, {"pickup/unix/receive_override_options": "no_address_mappings,no_milters"},
         "pickup/unix/receive_override_options has no_milters: mail passes"),
    ],
)  # fmt: skip
def test_ways_past_a_milter_are_faults(
    found: list[dict[str, str]], main: dict[str, str], overrides: dict[str, str], sentence: str
) -> None:
    found[0].update(main)
    found[1].update(overrides)
    (fault,) = about_milters()
    assert sentence in fault
