"""Trouble is reported when it begins, becomes worse and is over, and then never again."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.monitor import alerts
from agent.monitor.alerts import EVENT_LASTS, GOOD_PASSES, MOST_ALERTS, QUIET, Notice, update
from agent.monitor.finding import Finding

MINUTE = 60.0
BEGIN = 1_800_000_000.0
REFUSED = Finding(
    "provider:ses:credential-refused", "fail", "ses refused 3 mails", "535 5.7.8 no",
    "rotate.py", 3, provider="ses",
)  # fmt: skip
OLD = Finding("queue:oldest", "warn", "a message has been queued for 20 minutes")
BOUNCED = Finding("ses:bounced", "warn", "a mail was bounced", event=True)


class Monitor:
    """Passes, a minute from each other."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.kept: dict[str, Any] = {}
        self.silences: dict[str, float] = {}

    def see(self, *findings: Finding) -> list[Notice]:
        self.kept, notices = update(self.kept, findings, self.silences, self.now)
        self.now += MINUTE
        return notices

    def kinds(self, *passes: Finding | None) -> str:
        """What is said after each pass: o, w, r or a dot."""
        said = ""
        for finding in passes:
            notices = self.see(*([finding] if finding else []))
            said += "".join(notice.kind[0] for notice in notices) or "."
        return said


@pytest.fixture
def monitor() -> Monitor:
    return Monitor()


def test_a_failure_is_reported_immediately_and_a_warning_when_it_lasts(monitor: Monitor) -> None:
    assert monitor.kinds(REFUSED, REFUSED, REFUSED) == "o.."
    assert Monitor().kinds(OLD, OLD, OLD) == ".o."
    assert Monitor().kinds(OLD, None, None, None, OLD) == "....."


def test_an_alert_has_what_was_found_and_when(monitor: Monitor) -> None:
    (notice,) = monitor.see(REFUSED)
    assert (notice.kind, notice.key, notice.level) == ("open", REFUSED.key, "fail")
    assert (notice.said, notice.remedy, notice.provider) == ("535 5.7.8 no", "rotate.py", "ses")
    assert (notice.first, notice.last, notice.count) == (BEGIN, BEGIN, 3)


def test_recovery_is_reported_after_three_good_passes_with_how_long_it_lasted(
    monitor: Monitor,
) -> None:
    assert monitor.kinds(REFUSED, REFUSED, REFUSED, None, None) == "o...."
    (notice,) = monitor.see()
    assert notice.kind == "recovered"
    assert (notice.last - notice.first, notice.count) == (2 * MINUTE, 9)
    assert monitor.kinds(None, None) == ".."


def test_what_is_worse_is_reported_once(monitor: Monitor) -> None:
    worse = Finding(OLD.key, "fail", "a message has been queued for 2 hours")
    assert monitor.kinds(OLD, OLD, worse, OLD, worse, worse) == ".ow..."


def test_what_comes_and_goes_is_one_alert(monitor: Monitor) -> None:
    assert monitor.kinds(*[REFUSED, None, None] * 100) == "o" + "." * 299
    monitor = Monitor()
    said = monitor.kinds(*[REFUSED, *[None] * GOOD_PASSES] * 30)
    assert said.replace(".", "") == "oro"
    quiet = monitor.kinds(*[None] * int(QUIET / MINUTE + 1))
    assert quiet.replace(".", "") == "r"


def test_what_cannot_be_seen_neither_recovers_nor_alerts_until_it_lasts(monitor: Monitor) -> None:
    blind = Finding(REFUSED.key, "unknown", "the journal cannot be read")
    assert monitor.kinds(REFUSED, *[blind] * 20) == "o" + "." * 20
    assert Monitor().kinds(*[blind] * 6) == "....o."


def test_an_event_is_over_without_a_word(monitor: Monitor) -> None:
    assert monitor.kinds(BOUNCED, None, BOUNCED, None) == "o..."
    assert monitor.kinds(*[None] * int(EVENT_LASTS / MINUTE + 1)).strip(".") == ""
    assert monitor.kinds(BOUNCED) == "o"


def test_a_silence_holds_back_what_begins_and_says_it_when_it_ends(monitor: Monitor) -> None:
    monitor.silences = {"provider:ses": BEGIN + 5 * MINUTE}
    other = Finding("provider:sesame:down", "fail", "sesame is down")
    assert [notice.key for notice in monitor.see(REFUSED, other)] == [other.key]
    said = [notice.key for _ in range(6) for notice in monitor.see(REFUSED, other)]
    assert said == [REFUSED.key]
    assert monitor.kinds(None, None, None).replace(".", "") == "rr"


def test_a_silence_does_not_hold_back_that_it_is_over(monitor: Monitor) -> None:
    monitor.see(REFUSED)
    monitor.silences = {REFUSED.key: BEGIN + 60 * MINUTE}
    assert monitor.kinds(None, None, None, REFUSED, REFUSED) == "..r.."


def test_a_thousand_good_passes_say_nothing(monitor: Monitor) -> None:
    good = Finding("disk:/", "ok", "42 % of / are used")
    assert all(monitor.see(good) == [] for _ in range(1000))
    assert monitor.kept == {}


def test_a_log_full_of_kinds_is_one_alert_for_what_there_is_no_room_for(monitor: Monitor) -> None:
    for n in range(20):
        many = [Finding(f"warning:{n}-{kind}", "fail", "odd") for kind in range(300)]
        notices = monitor.see(*many, REFUSED)
        assert len(monitor.kept) <= 2 * MOST_ALERTS + 1
        if n == 0:
            assert len(notices) == MOST_ALERTS + 1
            assert notices[-1].key == alerts.LEFT_OUT
            assert "201 more kinds" in notices[-1].summary


def test_the_worst_of_two_findings_with_one_key_counts(monitor: Monitor) -> None:
    mild = Finding(REFUSED.key, "warn", "mild")
    (notice,) = monitor.see(mild, REFUSED, mild)
    assert notice.level == "fail"


def test_what_an_earlier_version_kept_is_no_obstacle(monitor: Monitor) -> None:
    monitor.kept = {"a": {"key": "a"}, "b": {"odd": 1}}
    assert monitor.kinds(REFUSED) == "o"


levels = st.sampled_from(["ok", "unknown", "warn", "fail"])
passes = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.tuples(levels, st.booleans()), max_size=3),
    max_size=80,
)


@settings(max_examples=300, deadline=None)
@given(passes)
def test_any_sequence_opens_before_it_ends_and_never_twice(
    sequence: list[dict[str, tuple[str, bool]]],
) -> None:
    """Events open again without a word of their end; states alternate."""
    monitor = Monitor()
    is_open: Counter[str] = Counter()
    for found in sequence:
        findings = [
            Finding(f"{key}{event}", level, key, event=event)
            for key, (level, event) in found.items()
        ]
        for notice in monitor.see(*findings):
            if notice.kind == "recovered":
                is_open[notice.key] -= 1
            if notice.kind == "open":
                is_open[notice.key] += 1
            if notice.key.endswith("False"):
                assert is_open[notice.key] in (0, 1)
            else:
                assert notice.kind != "recovered"


@settings(max_examples=200, deadline=None)
@given(passes)
def test_whatever_failed_last_is_open_or_was_reported_as_over(
    sequence: list[dict[str, tuple[str, bool]]],
) -> None:
    monitor = Monitor()
    said: dict[str, str] = {}
    for found in sequence:
        findings = [Finding(key, level, key) for key, (level, _) in found.items()]
        said.update({notice.key: notice.kind for notice in monitor.see(*findings)})
        for finding in findings:
            if finding.level == "fail":
                assert said[finding.key] in ("open", "worse")
