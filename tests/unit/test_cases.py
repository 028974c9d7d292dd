"""Each case of tests/cases.md has a marked test, and each mark stands in the list."""

import re

from tests.support.cli import ROOT

_LISTED = re.compile(r"^\| ([a-z-]+-\d+) \|", re.MULTILINE)
_MARKED = re.compile(r"mark\.case\(((?:\s*\"[a-z-]+-\d+\",?)+)\s*\)")
# Of the cases on hosts, those that concern providers and names are still to come; so are most of
# those on AWS and DNS.
CASES = {
    "hosts": {*range(1, 18), 23, 25, *range(31, 37), 38, 39, 40},
    "aws-dns": {36, 37},
    "alerts": {1, 2, 3, 6, 7, 9, 10, 11, 12},
}


def listed() -> list[str]:
    return _LISTED.findall((ROOT / "tests/cases.md").read_text())


def marked() -> set[str]:
    texts = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    marks = [arguments for text in texts for arguments in _MARKED.findall(text)]
    return {case for arguments in marks for case in re.findall(r'"([^"]+)"', arguments)}


def test_each_case_is_listed_once() -> None:
    assert len(listed()) == len(set(listed()))
    expected = {f"{kind}-{number}" for kind, numbers in CASES.items() for number in numbers}
    assert expected <= set(listed())


def test_each_listed_case_has_a_marked_test_and_each_mark_is_listed() -> None:
    assert marked() == set(listed())
