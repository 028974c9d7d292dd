"""The milter with a stand-in for pymilter, which is a host's alone."""

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.authors import RULES

CONTINUE, ACCEPT, TEMPFAIL = "continue", "accept", "tempfail"


class Base:
    """As Milter.Base; it keeps what it was asked to change."""

    def __init__(self) -> None:
        self.changes: list[tuple[Any, ...]] = []
        self.fails = False

    def chgheader(self, name: str, number: int, value: str) -> None:
        if self.fails:
            raise RuntimeError("secret of a stranger")
        self.changes.append((name, number, value))

    def addheader(self, name: str, value: str) -> None:
        self.changes.append((name, value))

    def chgfrom(self, sender: str) -> None:
        self.changes.append((sender,))

    def getsymval(self, _: str) -> str:
        return "4jXF"


@pytest.fixture
def milter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    stand_in: Any = ModuleType("Milter")
    stand_in.Base, stand_in.CONTINUE = Base, CONTINUE
    stand_in.ACCEPT, stand_in.TEMPFAIL = ACCEPT, TEMPFAIL
    monkeypatch.setitem(sys.modules, "Milter", stand_in)
    monkeypatch.delitem(sys.modules, "agent.from_rewriting.milter", raising=False)
    found = importlib.import_module("agent.from_rewriting.milter")
    path = tmp_path / "senders.json"
    path.write_text(json.dumps(RULES))
    monkeypatch.setattr(found, "RULES", str(path))
    yield found
    sys.modules.pop("agent.from_rewriting.milter", None)


def judge(milter: Any, *fields: tuple[str, str], fails: bool = False) -> tuple[Any, list[Any]]:
    connection = milter.Senders()
    connection.fails = fails
    connection.envfrom("<bounces@example.com>")
    for field in fields:
        connection.header(*field)
    return connection.eom(), connection.changes


def test_own_mail_is_accepted_as_it_is(milter: Any) -> None:
    assert judge(milter, ("From", "info@example.com")) == (ACCEPT, [])


def test_fields_go_from_the_last_whatever_stands_before_their_colons(milter: Any) -> None:
    verdict, changes = judge(milter, ("From", "ceo@example.com"), ("FROM ", "info@example.com"))
    assert verdict == ACCEPT
    assert changes[:2] == [
        ("From", 2, ""),
        ("From", 1, '"ceo and others via example.com" <noreply@example.com>'),
    ]


@pytest.mark.case("hosts-6")
@pytest.mark.parametrize("rules", [None, "", "{}", '{"domains": []}'])
def test_without_rules_mail_is_put_off(
    milter: Any, rules: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(milter.RULES)
    path.unlink()
    if rules is not None:
        path.write_text(rules)
    assert judge(milter, ("From", "ceo@example.com")) == (TEMPFAIL, [])
    assert capsys.readouterr().err.startswith(f"<4>a message was put off: {path} ")


@pytest.mark.case("hosts-6")
def test_a_mistake_of_ours_puts_mail_off_and_says_nothing_of_the_message(
    milter: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict, changes = judge(milter, ("From", "ceo@example.com"), fails=True)
    assert (verdict, changes) == (TEMPFAIL, [])
    said = capsys.readouterr().err
    assert "<4>a message was put off: RuntimeError in chgheader, line " in said
    assert "stranger" not in said


@pytest.mark.case("hosts-6")
def test_a_message_that_did_not_begin_is_put_off(milter: Any) -> None:
    """Each message has fields of its own: those of the one before it are no longer there."""
    connection = milter.Senders()
    assert connection.eom() == TEMPFAIL
    connection.envfrom("<a@example.com>")
    connection.header("From", "info@example.com")
    assert connection.eom() == ACCEPT
    assert connection.eom() == TEMPFAIL


@pytest.mark.case("hosts-7")
def test_what_cannot_be_kept_is_logged(milter: Any, capsys: pytest.CaptureFixture[str]) -> None:
    judge(milter, ("From", "j\u00fcrgen@example.com"))
    assert capsys.readouterr().err == "<6>4jXF: 1 of 1 authors are not in Reply-To\n"
