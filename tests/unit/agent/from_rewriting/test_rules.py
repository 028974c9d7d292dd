from pathlib import Path

import pytest

from agent.from_rewriting.rules import NoRules, read_rules

GOOD = '{"domains": ["example.com"], "senders": ["*@example.com"], "foreign": false}'


def test_rules_are_read(tmp_path: Path) -> None:
    path = tmp_path / "senders.json"
    path.write_text(GOOD)
    assert read_rules(str(path)).instead_of("jane@gmail.com") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read (No such file or directory)"), ("", "cannot be read"),
     (GOOD[:-5], "cannot be read"), ("\udcff", "cannot be read"), ("[]", "other rules than"),
     ("{}", "other rules than"), (GOOD.replace("foreign", "alien"), "other rules than"),
     (GOOD.replace("false", '"no"'), "of another form"),
     (GOOD.replace('["example.com"]', '"example.com"'), "of another form"),
     (GOOD.replace('["example.com"]', "[]"), "of another form"),
     (GOOD.replace('"*@example.com"', "7"), "of another form")],
)  # fmt: skip
def test_without_rules_nothing_is_judged(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "senders.json"
    if text is not None:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(NoRules, match="deploy again; mail to this host waits") as refused:
        read_rules(str(path))
    assert f"{path} " in str(refused.value)
    assert said in str(refused.value)
