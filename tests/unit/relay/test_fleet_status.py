"""One screen of a fleet, from what hosts answered and did not answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailfleet.relay.fleet_status import HostStatus, host_status, status_lines

NOW = 1_795_754_419.0
FINDING = {"key": "queue:oldest", "level": "warn", "summary": "mail waits for 20 min",
           "remedy": "mailq.py", "said": "", "first": NOW - 600, "last": NOW}  # fmt: skip


def status(**fields: Any) -> dict[str, Any]:
    hour = {"sent": 120, "deferred": 2, "bounced": 0, "expired": 0, "rejected": 0,
            "p50": 0.2, "p95": 1.0}  # fmt: skip
    return {
        "version": 1, "host": "relay1", "at": NOW - 30, "level": "ok", "findings": [],
        "queue": {"active": 0, "deferred": 2, "hold": 1, "count": 2, "exact": True,
                  "oldest_seconds": 1300},
        "hour": {"ses": hour}, "weights": {"ses": 1.0, "sendgrid": 1.0}, "switch": None,
        "channels": {}, **fields,
    }  # fmt: skip


def of(host: str = "relay1", **fields: Any) -> HostStatus:
    return host_status(host, {"now": NOW, "status": status(**fields)})


def text(*statuses: HostStatus, prices: dict[str, float] | None = None) -> list[str]:
    return list(status_lines(statuses, prices or {}, NOW))


def test_a_fleet_on_one_screen() -> None:
    trouble = of("app-2.example", level="warn", findings=[FINDING, {**FINDING, "level": "ok"}])
    gone = host_status("relay3", None, "not reached: no route")
    assert text(of(), trouble, gone, prices={"ses": 0.1}) == [
        "2026-11-27 04:40:19Z: 3 hosts, 1 ok, 1 warn, 1 unknown",
        "",
        "host           level    queue  oldest  held  sent by",
        "relay1         ok       2      21 min  1     ses 120",
        "app-2.example  warn     2      21 min  1     ses 120",
        "relay3         unknown  -      -       -     not reached: no route",
        "",
        "Last hour:",
        "  ses: 240 sent, 4 deferred, cost 0.02",
        "",
        "app-2.example: warn since 2026-11-27 04:30:19Z: mail waits for 20 min [queue:oldest]",
        "    mailq.py",
    ]


def test_a_switch_and_a_failover_are_shown() -> None:
    switched = of(switch={"sendgrid": 1}, weights={"ses": 0.0, "sendgrid": 1.0})
    row = text(switched)[3]
    assert row.endswith("ses 120; switched to sendgrid:1; failover from ses")


def test_a_price_is_shown_only_where_the_policy_gives_it() -> None:
    assert not [line for line in text(of()) if "cost" in line]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"now": NOW, "status": None}, "its monitor has left no status"),
        ({"now": NOW + 181 - 30, "status": status()}, "its status is 3 min old"),
        ({"now": NOW - 300, "status": status()}, "its status is of the future"),
        ({"now": NOW, "status": status(version=2)}, "its status has version 2, expected 1"),
        ({"now": NOW, "status": status(queue={})}, "its status is not of this version"),
        ({"now": NOW, "status": status(findings=[{}])}, "its status is not of this version"),
        ({"now": NOW, "status": []}, "its status is not of this version"),
        (None, "its status is not of this version"),
    ],
)
def test_what_is_not_known_is_not_well(answer: Any, problem: str) -> None:
    found = host_status("relay1", answer)
    assert found.level == "unknown"
    assert found.problem.startswith(problem)
    assert "unknown" in text(found)[3]


def test_a_level_of_no_meaning_is_unknown() -> None:
    assert of(level="fine").level == "unknown"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(field=st.sampled_from(sorted({*status()} - {"host"})), value=JSON)
def test_whatever_a_host_answers_is_shown_or_unknown(field: str, value: Any) -> None:
    found = of(**{field: value})
    lines = text(found, prices={"ses": 1})
    assert all(line.isprintable() for line in lines)
