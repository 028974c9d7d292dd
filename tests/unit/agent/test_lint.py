"""Which configurations let mail past the milter that looks at its author."""

import pytest

from agent.host.configuration import Configuration
from agent.host.lint import _milters

SOCKET = "unix:/run/mailfleet-senders/socket"
MAIN = {
    "smtpd_milters": SOCKET,
    "non_smtpd_milters": SOCKET,
    "milter_default_action": "tempfail",
}


def found(overrides: dict[str, str], **parameters: str) -> list[str]:
    configuration = Configuration(
        parameters=MAIN | parameters,
        defaults={},
        overrides=overrides,
        services=(),
        map_types=frozenset(),
        routes=frozenset(),
        daemons="",
        credentials_mode=0o600,
    )
    return list(_milters(configuration))


def test_a_milter_that_tempfails_is_right() -> None:
    assert found({}) == []
    assert found({"smtp/inet/smtpd_milters": SOCKET}) == []
    assert found({}, smtpd_milters=f"{{ {SOCKET}, default_action = tempfail }}") == []
    no_milters = dict.fromkeys(MAIN, "")
    assert found({"x/inet/receive_override_options": "no_milters"}, **no_milters) == []


@pytest.mark.case("hosts-6")
@pytest.mark.parametrize(
    ("overrides", "parameters", "sentence"),
    [
        ({}, {"milter_default_action": "accept"},
         "milter_default_action has the default action accept for a milter, expected tempfail"),
        ({}, {"milter_default_action": "reject"}, "the default action reject for a milter"),
        ({"smtp/inet/milter_default_action": "accept"}, {},
         "smtp/inet/milter_default_action has the default action accept"),
        ({}, {"smtpd_milters": f"{{ {SOCKET}, default_action=accept }}"},
         "smtpd_milters has the default action accept"),
        ({"10025/inet/smtpd_milters": ""}, {}, "10025/inet/smtpd_milters is empty: mail passes"),
        ({"10025/inet/receive_override_options": "no_address_mappings,no_milters"}, {},
         "10025/inet/receive_override_options has no_milters: mail passes"),
    ],
)  # fmt: skip
def test_ways_past_it_are_faults(
    overrides: dict[str, str], parameters: dict[str, str], sentence: str
) -> None:
    (fault,) = found(overrides, **parameters)
    assert sentence in fault
