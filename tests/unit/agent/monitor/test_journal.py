"""The reader of the journal, with a stand-in for journalctl that behaves as systemd 252's does."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.monitor.entry import Entry
from agent.monitor.journal import DROPPED, TRIES, JournalPass, Limits, Place
from agent.monitor.journalctl import LONGEST_ENTRY, JournalUnreadable
from tests.support.fake_journal import Journal
from tests.support.mail_log import AT, delivery, journal_line


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return Journal(tmp_path)


def messages(entries: list[Entry]) -> list[str]:
    return [entry.message for entry in entries]


def test_each_line_is_read_once(journal: Journal) -> None:
    journal.log("one")
    entries, first = journal.read(Place())
    assert messages(entries) == ["one"]
    journal.log("not Postfix's", unit="other.service")
    entries, second = journal.read(first.place)
    assert (entries, second.gaps, second.complete) == ([], [], True)
    journal.log("two")
    journal.log("three")
    entries, third = journal.read(second.place)
    assert (messages(entries), third.gaps) == (["two", "three"], [])
    assert journal.read(third.place)[0] == []


def test_a_quiet_postfix_makes_no_gap_when_the_journal_is_vacuumed(journal: Journal) -> None:
    """The place moves with the journal, not only with Postfix's lines."""
    journal.log("one")
    journal.log("x", unit="other.service")
    _, first = journal.read(Place())
    del journal.lines[0]
    journal.log("two")
    entries, second = journal.read(first.place)
    assert (messages(entries), second.gaps) == (["two"], [])


@pytest.mark.case("alerts-7")
def test_a_vacuumed_place_is_a_gap(journal: Journal) -> None:
    journal.log("one")
    _, first = journal.read(Place())
    journal.log("two")
    journal.log("three")
    del journal.lines[:2]
    entries, second = journal.read(first.place)
    assert messages(entries) == ["three"]
    [gap] = second.gaps
    assert gap.kind == "vacuumed"
    assert "no longer has the entry at which the last check stopped (2026-11-27" in gap.text


@pytest.mark.parametrize(
    "kept",
    [[], {}, {"cursor": 7}, {"cursor": "s=\n", "at": 1}, "x", {"cursor": "s=1", "at": -1},
     {"cursor": "bad", "at": AT}],
)  # fmt: skip
def test_a_damaged_place_is_a_gap(journal: Journal, kept: object) -> None:
    journal.log("one")
    entries, reading = journal.read(Place.read(kept))
    assert messages(entries) == ["one"]
    assert [gap.kind for gap in reading.gaps] == ["vacuumed"]
    assert Place.read(reading.place.as_kept()) == reading.place


@pytest.mark.case("alerts-7")
def test_lines_that_journald_dropped_are_a_gap(journal: Journal) -> None:
    """As journald 252 and 257 say it; a line of anyone else does not."""
    driver = {"_TRANSPORT": "driver", "MESSAGE_ID": DROPPED}
    dropped = {"N_DROPPED": "189", "OBJECT_SYSTEMD_UNIT": "postfix@-.service"}
    text = "Suppressed 189 messages from postfix@-.service"
    journald = "systemd-journald.service"
    journal.log(text, identifier="systemd-journald", unit=journald, **driver, **dropped)
    journal.log(text, unit=journald, **driver, N_DROPPED="7", OBJECT_SYSTEMD_UNIT="cron.service")
    journal.log(text, unit="session-1.scope", MESSAGE_ID=DROPPED, **dropped)
    entries, reading = journal.read(Place())
    assert entries == []
    [gap] = reading.gaps
    assert (gap.kind, gap.number) == ("suppressed", 189)
    assert "journald dropped 189 lines of postfix@-.service" in gap.text
    assert gap.remedy.startswith("systemctl edit postfix@-.service")


@pytest.mark.case("alerts-7")
def test_a_journal_that_keeps_nothing_is_no_silence(journal: Journal) -> None:
    with pytest.raises(JournalUnreadable, match="Storage="):
        journal.read(Place())
    journal.error = "No space for a journal"
    with pytest.raises(JournalUnreadable, match="No space for a journal"):
        journal.read(Place())
    journal.log()
    with pytest.raises(JournalUnreadable, match="No space"):
        journal.read(Place())


def test_without_journalctl_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JournalUnreadable, match="FileNotFoundError"):
        list(JournalPass(Place(), AT))


@pytest.mark.case("alerts-1")
@pytest.mark.parametrize(
    "fields",
    [
        {"unit": "session-1.scope"},
        {"unit": "user@1000.service"},
        {"unit": "cron.service"},
        {"uid": "1000"},
        {"uid": ["0", "1000"]},
        {"unit": ["postfix.service"]},
        {"unit": None},
    ],
)
def test_a_local_user_is_not_postfix(journal: Journal, fields: dict[str, object]) -> None:
    """`logger -p mail.info -t postfix/ses-1/smtp`: tag and facility are whatever one likes."""
    journal.log(delivery("deferred", "connect to h: Connection refused"), **fields)
    assert journal.read(Place())[0] == []


@pytest.mark.parametrize("unit", ["postfix@-.service", "postfix.service"])
def test_postfix_has_another_unit_on_each_system(journal: Journal, unit: str) -> None:
    journal.log("one", unit=unit)
    [entry] = journal.read(Place())[0]
    assert entry.of_postfix
    journal.log("two", unit="mailfleet-senders.service", uid="61184")
    assert not journal.read(Place())[0][1].of_postfix
    calls = journal.path.with_suffix(".calls").read_text().splitlines()[1]
    assert f"_SYSTEMD_UNIT={unit}" in calls
    assert calls.endswith(f"+ _TRANSPORT=driver MESSAGE_ID={DROPPED}")


def test_what_systemd_says_within_a_unit_is_not_the_programs(journal: Journal) -> None:
    unit = "mailfleet-returned.service"
    journal.log("Failed to configure loopback network device, ignoring", "(python3)",
                priority="4", unit=unit, SYSLOG_FACILITY="3")  # fmt: skip
    assert journal.read(Place())[0] == []


@pytest.mark.case("alerts-2")
def test_only_a_line_feed_ends_a_line(journal: Journal) -> None:
    for separator in ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"):
        journal.log(f"warning: a{separator}b")
    entries, reading = journal.read(Place())
    assert len(entries) == 7
    assert reading.gaps == []
    assert journal.read(reading.place)[0] == []


@pytest.mark.case("alerts-3")
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (list(b"warning: \xff\xfe"), "warning: \ufffd\ufffd"),
        (None, ""),
        (["one", "two"], "one"),
        ("x" * 1_000_000, ""),
        ("y" * 100_000, "y" * 4096),
        (list(b"z" * 20_000), "z" * 4096),
        ({"a": 1}, ""),
        (7, ""),
        ([300, -1], ""),
    ],
    ids=lambda value: str(value)[:10],
)
def test_a_line_of_any_size_and_form_is_bounded(
    journal: Journal, message: object, expected: str
) -> None:
    journal.log(message)
    journal.log("next")
    entries, reading = journal.read(Place())
    assert messages(entries)[-1] == "next"
    assert messages(entries)[0] in (expected, "next")
    long = len(journal.lines[0]) > LONGEST_ENTRY
    assert [gap.kind for gap in reading.gaps] == (["unreadable"] if long else [])


def test_what_is_no_entry_is_counted(journal: Journal) -> None:
    reading = JournalPass(Place(), AT)
    bad = [b"", b"{", b"[]", b"7", b"null", b"[" * 100_000, b'{"__CURSOR":7}', b"\xff",
           b'{"__CURSOR":"s","__REALTIME_TIMESTAMP":"x"}']  # fmt: skip
    assert len(list(reading.entries([*bad, journal_line("one")]))) == 1
    reading._tell_gaps()
    assert [(gap.kind, gap.number) for gap in reading.gaps] == [("unreadable", len(bad))]
    assert reading.place.cursor


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_raise(first: bytes, second: bytes) -> None:
    reading = JournalPass(Place(), AT)
    around = journal_line("x")
    found = list(reading.entries([first, around[:40] + second, second + around[40:]]))
    assert all(isinstance(entry, Entry) for entry in found)


@pytest.mark.parametrize("limits", [Limits(lines=5), Limits(size=5 * 400)])
def test_a_pass_is_bounded_and_the_next_one_continues(journal: Journal, limits: Limits) -> None:
    for number in range(12):
        journal.log(f"line {number}")
    entries, reading = journal.read(Place(), limits)
    read, passes = messages(entries), 1
    while not reading.complete:
        entries, reading = journal.read(reading.place, limits)
        read, passes = read + messages(entries), passes + 1
    assert read == [f"line {number}" for number in range(12)]
    assert passes >= 3


def test_a_journal_that_hangs_ends_the_pass_and_moves_nothing(journal: Journal) -> None:
    journal.log("one")
    _, first = journal.read(Place())
    journal.log("two")
    journal.wait = True
    entries, reading = journal.read(first.place, Limits(seconds=0.3))
    assert (entries, reading.complete, reading.place) == ([], False, first.place)
    journal.wait = False
    assert messages(journal.read(reading.place)[0]) == ["two"]


@pytest.mark.case("alerts-3")
def test_a_pass_that_did_not_end_is_reported_by_the_next(journal: Journal) -> None:
    journal.log("one")
    _, first = journal.read(Place())
    journal.log("two")
    entries, second = journal.read(first.place.begun())
    assert messages(entries) == ["two"]
    assert [gap.kind for gap in second.gaps] == ["unfinished"]
    assert journal.read(second.place)[1].gaps == []


@pytest.mark.case("alerts-3")
def test_lines_that_no_pass_survives_are_skipped_and_that_is_said(journal: Journal) -> None:
    journal.log("one")
    place = journal.read(Place())[1].place
    journal.log("deadly")
    for _ in range(TRIES):
        place = place.begun()
    entries, reading = journal.read(place)
    assert entries == []
    assert [gap.kind for gap in reading.gaps] == ["unfinished", "skipped"]
    journal.log("two")
    entries, reading = journal.read(reading.place)
    assert (messages(entries), reading.gaps) == (["two"], [])


def test_the_first_pass_looks_an_hour_back(journal: Journal) -> None:
    journal.log("old", __REALTIME_TIMESTAMP=str(int((AT - 3700) * 1e6)))
    journal.log("new")
    assert messages(journal.read(Place.read(None))[0]) == ["new"]
