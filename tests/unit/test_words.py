"""The words of the documentation and of messages: those that this project has overused, or used
in a sense that a native reader stumbles over, stay out."""

import re

import pytest

from tests.support.cli import ROOT

SUSPICIOUS = {
    r"tells?|told": "reports, says, shows",
    r"somebody|someone's": "an existing ..., by hand, another user",
    r"nobody": "no one, none, not ... anyone",
    r"everybody|anybody": "everyone, anyone",
    r"ours|theirs": "mailfleet's; that mailfleet created",
    r"whole": "entire, complete, all of",
    r"mend(s|ed|ing)?": "fix, repair",
    r"be it": "including, whether",
    r"whose it is|whosever": "who owns it",
    r"once": "after, when; immediately for 'at once'",
    r"beside": "next to, in addition to, compared with",
    r"(leaves?|sends?|sent|goes|go|gone) by": "through, over, according to",
    r"(goes|go|went|going) back": "rolls back, returns",
    r"fall-backs?": "fallback",
    r"end points?": "endpoint",
    r"of ours|of theirs": "mailfleet's",
}
# Where a suspicious word is right: file (or folder/) -> the phrases.
ALLOWED: dict[str, tuple[str, ...]] = {}

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
]


def prose(markdown: str) -> str:
    """A document without its code blocks, which quote messages and code."""
    lines = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL).splitlines()
    return "\n".join(line for line in lines if not line.startswith("    "))


def suspicious(text: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """Each use of a suspicious word, with what surrounds it and what to say instead."""
    for phrase in allowed:
        text = text.replace(phrase, "")
    found = []
    for words, instead in SUSPICIOUS.items():
        for use in re.finditer(rf"\b({words})\b", text, re.IGNORECASE):
            around = " ".join(text[max(use.start() - 40, 0) : use.end() + 40].split())
            found.append(f"{use[0]!r} in {around!r}: rather {instead}")
    return found


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_documents_are_free_of_suspicious_words(name: str) -> None:
    assert suspicious(prose((ROOT / name).read_text()), ALLOWED.get(name, ())) == []


def test_a_suspicious_word_is_found_and_a_word_that_contains_one_is_not() -> None:
    assert len(suspicious("Nobody told us.")) == 2
    assert suspicious("wholesale recommendations") == []
